"""The two sides of a talk, for tests about it."""

import uuid

from django.contrib.auth.models import Group

from partners.models import ChatMessage
from partners.services import chat
from tests import factories

SUPPORT = "/partner-dashboard/support/"
NEWS = SUPPORT + "news/"
AS_SCRIPT = {"HTTP_HX_REQUEST": "true"}


def room_of(partner) -> str:
    return f"/admin-panel/chat/{partner.pk}/"


def a_colleague(**fields):
    """Of ours, in the group that answers partners."""
    user = factories.make_staff(is_superuser=False, **fields)
    user.groups.add(Group.objects.get(name="support"))
    return user


def partner_says(partner, text="Salom", **more) -> ChatMessage:
    return _say(partner, partner.owner, is_from_staff=False, text=text, **more)


def staff_says(partner, staff, text="Vaalaykum assalom", **more) -> ChatMessage:
    return _say(partner, staff, is_from_staff=True, text=text, **more)


def _say(partner, by, **said) -> ChatMessage:
    return chat.send(partner=partner, by=by, **({"client_id": uuid.uuid4()} | said))


def typed(text="Salom", **more) -> dict:
    return {"text": text, "client_id": uuid.uuid4()} | more
