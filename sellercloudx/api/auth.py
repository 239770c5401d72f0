"""Who asks: a partner's program with a key, or a member in the browser."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from partners import limits
from partners.access import SAFE
from partners.models import Partner
from partners.services import api_keys

from .errors import ApiError


@dataclass(frozen=True)
class Caller:
    """On whose behalf, and under which name the calls are counted."""

    partner: Partner
    name: str


class ApiRequest(HttpRequest):
    """As the operations get it."""

    auth: Caller


class Key(HttpBearer):
    """`Authorization: Bearer scx_…`, where the key has the scope of the operation."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        # Whoever sends a key means it: a wrong one is not forgiven because of a cookie.
        return self.authenticate(request, token if kind.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        key = api_keys.find_key(token.strip())
        if key is None:
            _wait(limits.wrong_key_pause(request))
            raise ApiError(401)
        caller = Caller(key.partner, f"key:{key.pk}")
        _must_not_hurry(request, caller)
        if not key.partner.is_approved or self.scope not in key.scopes:
            raise ApiError(403)
        api_keys.note_use(key)
        return caller


class Session(APIKeyCookie):
    """A member of an approved partner, from our own pages; may only read."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller:
        if not request.user.is_authenticated:
            raise ApiError(401)
        partner = request.partner  # type: ignore[attr-defined]  # set by our middleware
        if not partner or not partner.is_approved or request.method not in SAFE:
            raise ApiError(403)
        caller = Caller(partner, f"user:{request.user.pk}")
        _must_not_hurry(request, caller)
        return caller


def _must_not_hurry(request: HttpRequest, caller: Caller) -> None:
    _wait(limits.api_pause(request, caller.name))


def _wait(pause: int) -> None:
    if pause:
        raise ApiError(429, headers={"Retry-After": str(pause)})


def may(scope: str) -> list[Any]:
    """For the operations that this scope opens."""
    return [Key(scope), Session()]
