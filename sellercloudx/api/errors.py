"""One shape for everything that goes wrong, in the language of the one who asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

Words = Mapping[int, tuple[str, str | Promise]]
WORDS: Words = {
    400: ("bad_request", _("This request cannot be read. Look at what was sent.")),
    401: ("unauthenticated", _("Send a working key: Authorization: Bearer scx_…")),
    403: ("forbidden", _("This key or account does not open this.")),
    404: ("not_found", _("There is nothing here, or it is not yours.")),
    405: ("method_not_allowed", _("This address takes other methods; see the Allow header.")),
    413: ("too_large", _("This is more than we take in one request.")),
    415: ("unsupported_media_type", _("Send JSON, with Content-Type: application/json.")),
    422: ("invalid", _("Some of the values cannot be used; see fields.")),
    429: ("too_many_requests", _("Too many requests. Wait as long as Retry-After says.")),
    500: ("internal", _("Something broke on our side. Try again, or send us the request_id.")),
    503: ("unavailable", _("We cannot answer right now. Try again in a moment.")),
}
# What the checks of values say, by the beginning of their code.
FIELD_WORDS = {
    "int": _("Write a whole number."),
    "greater_than": _("This number is too small."),
    "less_than": _("This number is too large."),
    "literal": _("Choose one of the values in the documentation."),
    "enum": _("Choose one of the values in the documentation."),
    "date": _("Write a date like 2026-11-25."),
    "string_too_long": _("This text is too long."),
    "parameter": _("There is no such parameter here; the documentation names all."),
    "cursor": _("Use the value of next from the page before."),
    "unreadable": _("This text holds signs that cannot be shown."),
    "period": _("The last day stands before the first, or more than 366 days lie between."),
}
OTHERWISE = _("This value cannot be used.")


class ApiError(Exception):
    """The answer is this status; `headers` go with it, `fields` say what is wrong where."""

    def __init__(
        self,
        status: int,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        super().__init__(status)
        self.status, self.fields, self.headers = status, fields, headers


def answer(
    request: HttpRequest,
    status: int,
    *,
    fields: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """`fields` holds codes of FIELD_WORDS; what is read are their words."""
    code, words = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    with translation.override(language_of(request)):
        body = {
            "code": code,
            "message": str(words),
            "request_id": getattr(request, "id", ""),
            "fields": {
                name: [_worded(one) for one in all_] for name, all_ in (fields or {}).items()
            },
        }
    response = JsonResponse({"error": body}, status=status, headers=dict(headers or {}))
    response["Content-Language"] = language_of(request)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def language_of(request: HttpRequest) -> str:
    """Of Accept-Language alone: a program has no cookie of ours."""
    ours = dict(settings.LANGUAGES)
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if (short := wanted.split("-")[0]) in ours:
            return short
    return settings.LANGUAGE_CODE


def codes_of(errors: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What pydantic found, by the name of the value."""
    found: dict[str, list[str]] = {}
    for error in errors:
        name = str(error["loc"][-1]) if error.get("loc") else ""
        found.setdefault(name, []).append(str(error["type"]))
    return found


def _worded(code: str) -> str:
    words = (text for start, text in FIELD_WORDS.items() if code.startswith(start))
    return str(next(words, OTHERWISE))


def as_json(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An error that somebody else answered (a page, a middleware), put into our shape in place.

    Its headers stay: Allow, Retry-After, those of CORS.
    """
    ours = answer(request, response.status_code)
    response.content = ours.content
    for name, value in ours.items():
        response[name] = value
    response.headers.pop("Content-Length", None)
    return response
