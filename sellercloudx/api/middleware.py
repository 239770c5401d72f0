"""What stands around the API: errors as JSON whoever answers them, and who may read across."""

from collections.abc import Callable
from urllib.parse import urlsplit

from corsheaders.middleware import (
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
)
from corsheaders.middleware import CorsMiddleware as AnyOriginMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from sellercloudx.api import errors

Answering = Callable[[HttpRequest], HttpResponse]
ROOM, DATA = "/api/", "/api/v1/"


def json_errors(get_response: Answering) -> Answering:
    """No page of HTML ever comes back from /api/, not even from the middlewares inside."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path_info.startswith(ROOM):
            return response
        if request.path_info.startswith(DATA):
            # One address answers every partner its own; nothing on the way may keep it.
            response["Cache-Control"] = "private, no-store"
        if response.status_code < 400:
            return response
        is_ours = response.get("Content-Type", "").startswith("application/json")
        return response if is_ours else errors.as_json(request, response)

    return middleware


class CorsMiddleware(AnyOriginMiddleware):
    """The listed origins may use keys; of them only those of our own site may send the session.

    There the browser sends the cookie by itself (SameSite=Lax); without this header its script
    would not be given the answer.
    """

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response = super().add_response_headers(request, response)
        if is_own_site(response.get(ACCESS_CONTROL_ALLOW_ORIGIN, "")):
            response[ACCESS_CONTROL_ALLOW_CREDENTIALS] = "true"
        return response


def is_own_site(origin: str) -> bool:
    """Whether it is a name of ours or below one: that of PUBLIC_URL, and those of ALLOWED_HOSTS.

    What else shares a parent with us may be a stranger's (`other.up.railway.app`), so a neighbour
    counts only where the operator wrote the parent down: `ALLOWED_HOSTS=.shop.uz`.
    """
    own, other = urlsplit(settings.PUBLIC_URL), urlsplit(origin)
    if not other.hostname or other.scheme != ("https" if settings.IS_PRODUCTION else own.scheme):
        return False
    written = {host.removeprefix(".").lower() for host in settings.ALLOWED_HOSTS}
    names = {own.hostname, *written} - {None, "*", settings.HEALTH_CHECK_HOST}
    return any(other.hostname == name or other.hostname.endswith(f".{name}") for name in names)
