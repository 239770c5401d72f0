"""The link in a letter that opens the page for a new password."""

from django.urls import reverse

from partners import one_time_links
from partners.models import User

_SALT = "partners.reset_links"


def path_for(user: User) -> str:
    token = one_time_links.token_for(user, salt=_SALT)
    return reverse("partners:new_password", args=[token])


def user_of(token: str) -> User:
    """Whose link it is. Raises BadLink."""
    user, _no_words = one_time_links.opened(token, salt=_SALT)
    return user
