"""Links in letters that work once: each ends when its account's password or email is another."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from partners.models import User


class BadLink(Exception):
    """Not a link of ours, or not all of it."""


class ExpiredLink(BadLink):
    """Older than PASSWORD_RESET_TIMEOUT."""


class UsedLink(BadLink):
    """The password or the email is another by now, or the account may not come in."""


def token_for(user: User, *words: str, salt: str) -> str:
    return signing.dumps([user.pk, *words, _fingerprint(user, salt)], salt=salt)


def opened(token: str, *, salt: str) -> tuple[User, list[Any]]:
    """Whose link it is, and the words in it. Raises BadLink."""
    try:
        pk, *words, fingerprint = signing.loads(
            token, salt=salt, max_age=settings.PASSWORD_RESET_TIMEOUT
        )
    except signing.SignatureExpired as error:
        raise ExpiredLink from error
    except signing.BadSignature as error:
        raise BadLink from error
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not constant_time_compare(fingerprint, _fingerprint(user, salt)):
        raise UsedLink
    return user, words


def _fingerprint(user: User, salt: str) -> str:
    text = f"{user.pk}:{user.password}:{user.email}"
    return salted_hmac(salt, text, algorithm="sha256").hexdigest()[:32]
