"""The link in a letter to a new address: whoever opens it reads what is sent there."""

from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from partners.models import User
from partners.reset_links import BadLink, ExpiredLink, UsedLink

_SALT = "partners.contact_links"


class Confirmed(NamedTuple):
    user: User
    email: str


def path_for(user: User, email: str) -> str:
    token = signing.dumps([user.pk, email, _fingerprint(user)], salt=_SALT)
    return reverse("partners:confirm_email", args=[token])


def read(token: str) -> Confirmed:
    """Whose address it is to be. Raises BadLink."""
    try:
        pk, email, fingerprint = signing.loads(
            token, salt=_SALT, max_age=settings.PASSWORD_RESET_TIMEOUT
        )
    except signing.SignatureExpired as error:
        raise ExpiredLink from error
    except signing.BadSignature as error:
        raise BadLink from error
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not constant_time_compare(fingerprint, _fingerprint(user)):
        raise UsedLink
    return Confirmed(user, email)


def _fingerprint(user: User) -> str:
    """Another one as soon as the address or the password is: so the link works once."""
    text = f"{user.pk}:{user.password}:{user.email}"
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:32]
