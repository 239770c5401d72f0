"""What tests tell people, and a clock that they move."""

from datetime import datetime
from zoneinfo import ZoneInfo

import time_machine

from partners.models import Delivery, Member
from partners.services import notices
from tests import factories

TASHKENT = ZoneInfo("Asia/Tashkent")
# A kind of each topic that has one, with what it says.
SAYS = {
    "approval": ("approved", {"company": "Yulduz"}),
    "sync_trouble": ("key_refused", {"shop": "Yulduz", "reason": "no such key"}),
    "listing_error": ("card_refused", {"shop": "Yulduz", "product": "Choynak", "reason": "photo"}),
    "account": ("password_changed", {}),
    "new_order": ("order_cancelled", {"shop": "Yulduz", "number": "77"}),
}
HOME = "/partner-dashboard/"


def at(clock: str, day: int = 25):
    """In Tashkent, in November 2026."""
    moment = datetime.fromisoformat(f"2026-11-{day} {clock}").replace(tzinfo=TASHKENT)
    return time_machine.travel(moment, tick=False)


def tell(partner, topic: str, number: int = 1) -> None:
    kind, data = SAYS[topic]
    notices.notify_partner(partner, kind=kind, data=data, url=HOME, dedupe=f"{topic}:{number}")


def due_of(user, channel="email") -> list[tuple[str, str]]:
    """State and time in Tashkent of what waits for them."""
    rows = Delivery.objects.filter(notification__user=user, channel=channel).order_by("pk")
    return [(row.state, f"{row.due_at.astimezone(TASHKENT):%d %H:%M}") for row in rows]


def join(partner, role: str):
    user = factories.make_user()
    Member.objects.create(partner=partner, user=user, role=role)
    return user
