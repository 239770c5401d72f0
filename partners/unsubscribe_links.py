"""The link in each letter that turns such letters off: the signature is the proof, not a login."""

from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse

from partners.models import User
from partners.models.notice_choices import Topic

_SALT = "partners.unsubscribe_links"
# In place of a topic: every one that comes in the evening.
EVENING_LETTER = "evening-letter"


class BadLink(Exception):
    """Not a link of ours, or not all of it, or its reader is gone."""


class Unsubscribing(NamedTuple):
    """Who wants no more letters about what."""

    user: User
    topic: str


def url_for(user: User, topic: str) -> str:
    """ "" for what nobody may turn off. It works for ever: letters are kept for years."""
    if topic == Topic.ACCOUNT:
        return ""
    token = signing.dumps([user.pk, topic], salt=_SALT)
    return settings.PUBLIC_URL + reverse("partners:unsubscribe", args=[token])


def read(token: str) -> Unsubscribing:
    """Raises BadLink."""
    try:
        pk, topic = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise BadLink from error
    user = User.objects.filter(pk=pk).first()
    if user is None or topic not in {*Topic.values, EVENING_LETTER}:
        raise BadLink
    return Unsubscribing(user, topic)
