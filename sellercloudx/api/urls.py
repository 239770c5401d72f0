"""The API at /api/v1/, its schema and its page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_GET
from ninja import errors as ninja_errors

from . import analytics, errors, orders, products
from .docs import DocumentedAPI, LocalSwagger, with_its_cleaner

api = DocumentedAPI(
    title="SellerCloudX",
    version=settings.VERSION,
    description=(
        "Reads a partner's products, stock, prices, orders and analytics. A key is made in the "
        "cabinet under My account, API keys, and sent as `Authorization: Bearer scx_…`."
    ),
    urls_namespace="api",
    docs=LocalSwagger(),
    docs_decorator=lambda page: require_GET(with_its_cleaner(page)),
)
for router in (products.router, orders.router, analytics.router):
    api.add_router("/v1", router)


@api.exception_handler(errors.ApiError)
def _ours(request: HttpRequest, error: errors.ApiError) -> HttpResponse:
    return errors.answer(request, error.status, fields=error.fields, headers=error.headers)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return errors.answer(request, 404)


@api.exception_handler(ninja_errors.HttpError)
def _theirs(request: HttpRequest, error: ninja_errors.HttpError) -> HttpResponse:
    return errors.answer(request, error.status_code)


@api.exception_handler(ninja_errors.ValidationError)
def _invalid(request: HttpRequest, error: ninja_errors.ValidationError) -> HttpResponse:
    return errors.answer(request, 422, fields=errors.codes_of(error.errors))


@require_GET
def root(request: HttpRequest) -> HttpResponse:
    return redirect("api:openapi-view")


patterns, app_name, namespace = api.urls
# Ninja's own answers 404 to every method; the name is how it finds its address.
patterns = [path("", root, name="api-root"), *(one for one in patterns if one.name != "api-root")]
urls = (patterns, app_name, namespace)
