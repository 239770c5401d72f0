"""The browser somebody has logged in with before: a stranger's wrong guesses do not lock it out.

As OWASP's "device cookies": it opens nothing by itself, its own guesses are counted apart.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from partners.models import User

COOKIE = "device"
YEAR = 365 * 24 * 3600
_SALT = "partners.devices"


def known_as(request: HttpRequest, user: User | None) -> str:
    """The name under which this browser's tries for this person are counted; "" for a new one."""
    try:
        told = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=YEAR)
        pk, name, fingerprint = told
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    is_theirs = user is not None and pk == user.pk
    return name if is_theirs and constant_time_compare(fingerprint, _fingerprint(user)) else ""


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """After a login, or another proof of who it is."""
    name = known_as(request, user) or secrets.token_urlsafe(9)
    response.set_cookie(
        COOKIE,
        signing.dumps([user.pk, name, _fingerprint(user)], salt=_SALT),
        max_age=YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _fingerprint(user: User) -> str:
    """Another one as soon as the password is: who had come in with a stolen one is new again."""
    text = f"{user.pk}:{user.password}"
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:16]
