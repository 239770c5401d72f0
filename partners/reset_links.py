"""The link in a letter that opens the page for a new password."""

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from partners.models import User

_SALT = "partners.reset_links"


class BadLink(Exception):
    """Not a link of ours, or not all of it."""


class ExpiredLink(BadLink):
    """Older than PASSWORD_RESET_TIMEOUT."""


class UsedLink(BadLink):
    """The password or the email is another by now, or the account may not come in."""


def path_for(user: User) -> str:
    token = signing.dumps([user.pk, _fingerprint(user)], salt=_SALT)
    return reverse("partners:new_password", args=[token])


def user_of(token: str) -> User:
    """Whose link it is. Raises BadLink."""
    try:
        pk, fingerprint = signing.loads(token, salt=_SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.SignatureExpired as error:
        raise ExpiredLink from error
    except signing.BadSignature as error:
        raise BadLink from error
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not constant_time_compare(fingerprint, _fingerprint(user)):
        raise UsedLink
    return user


def _fingerprint(user: User) -> str:
    """Another one as soon as the password or the email is: so the link works once."""
    text = f"{user.pk}:{user.password}:{user.email}"
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:32]
