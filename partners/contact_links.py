"""The link in a letter to a new address: whoever opens it reads what is sent there."""

from typing import NamedTuple

from django.urls import reverse

from partners import one_time_links
from partners.models import User

_SALT = "partners.contact_links"


class Confirmed(NamedTuple):
    user: User
    email: str


def path_for(user: User, email: str) -> str:
    token = one_time_links.token_for(user, email, salt=_SALT)
    return reverse("partners:confirm_email", args=[token])


def read(token: str) -> Confirmed:
    """Whose address it is to be. Raises BadLink."""
    user, (email,) = one_time_links.opened(token, salt=_SALT)
    return Confirmed(user, email)
