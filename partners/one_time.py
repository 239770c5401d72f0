"""What the next page shows, and no other: kept in the session until then, encrypted."""

from base64 import b64decode, b64encode

from django.http import HttpRequest

from sellercloudx.lib import crypto


def keep(request: HttpRequest, name: str, text: str) -> None:
    sealed = crypto.encrypt(text, context=_context(request, name))
    request.session[name] = b64encode(sealed).decode()


def take(request: HttpRequest, name: str) -> str:
    """It, once; "" where there is nothing, or nothing that can be read any more."""
    sealed = request.session.pop(name, "") if name in request.session else ""
    try:
        return crypto.decrypt(b64decode(sealed), context=_context(request, name))
    except crypto.CannotDecrypt:
        return ""


def _context(request: HttpRequest, name: str) -> str:
    return f"{name}:{request.user.pk}"
