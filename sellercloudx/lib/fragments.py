"""A part of a page, which htmx asks for and puts into it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers

View = Callable[..., HttpResponse]


def fragment_of(page: str) -> Callable[[View], View]:
    """Opened by hand, its address leads to the page it is part of.

    The view speaks first: who may not see the part is refused as ever, and learns of no page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if response.status_code in (200, 204) and "HX-Request" not in request.headers:
                response = redirect(page, *args, **kwargs)
            patch_vary_headers(response, ["HX-Request"])
            return response

        wrapped.part_of = page  # type: ignore[attr-defined]
        return wrapped

    return decorate


def polled(view: View) -> View:
    """For what a page asks for again by itself, outermost on its view.

    Whoever was signed out or shut out meanwhile would get the login as a part of the page; instead
    the page is loaded anew, and leads there as a whole.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if "HX-Request" in request.headers and response.status_code != 200:
            response = HttpResponse(headers={"HX-Refresh": "true"})
        patch_vary_headers(response, ["HX-Request"])
        return response

    return wrapped
