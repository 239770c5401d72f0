"""The page of the API: Swagger out of the package, under our own rules for scripts."""

from functools import lru_cache
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI, Swagger
from ninja.openapi.schema import OpenAPISchema, get_schema

# Its cleaner of HTML has a policy of its own for what it cleaned; no other page allows that one.
with_its_cleaner = csp_update({"trusted-types": ["dompurify"]})


class LocalSwagger(Swagger):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: object) -> HttpResponse:
        settings = {
            **self.settings,
            "url": self.get_openapi_url(api, kwargs),
            # Theirs would ask a server of theirs.
            "validatorUrl": None,
        }
        return render(request, "api/docs.html", {"settings": settings, "api": api})


class DocumentedAPI(NinjaAPI):
    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return _schema(self, path_prefix or self.get_root_path(path_params or {}))


@lru_cache(maxsize=4)
def _schema(api: NinjaAPI, path_prefix: str) -> OpenAPISchema:
    """Put together once: it is public, never changes, and takes most of a second."""
    return get_schema(api=api, path_prefix=path_prefix)
