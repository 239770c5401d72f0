"""When a message goes out, by the clocks of Tashkent."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from partners.models import NoticeChoice, User
from partners.models.notice_choices import Topic

EVENING = time(21, 0)
# Comes also at night.
THROUGH_THE_NIGHT = (Topic.ACCOUNT, Topic.APPROVAL)


def due_at(user: User | None, topic: str, mode: str) -> datetime:
    """When a message that is written now goes to them; nobody is a reader without an account."""
    now = timezone.localtime()
    at = _next(now, EVENING) if mode == NoticeChoice.Mode.DIGEST else now
    return after_quiet_hours(user, topic, at)


def after_quiet_hours(user: User | None, topic: str, at: datetime) -> datetime:
    """The same time, or the end of their quiet hours where it falls into them."""
    if user is None or topic in THROUGH_THE_NIGHT:
        return at
    begin, end, at = user.quiet_from, user.quiet_until, timezone.localtime(at)
    if begin is None or end is None or not _is_between(at.time(), begin, end):
        return at
    return _next(at, end)


def morning(user: User | None, topic: str) -> datetime | None:
    """The end of the quiet hours they are in, whatever was thought when the message was written."""
    now = timezone.now()
    later = after_quiet_hours(user, topic, now)
    return later if later > now else None


def _is_between(at: time, begin: time, end: time) -> bool:
    """The hours may span midnight."""
    if begin <= end:
        return begin <= at < end
    return at >= begin or at < end


def _next(at: datetime, clock: time) -> datetime:
    """The next time the clocks show this."""
    today = at.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return today if today > at else today + timedelta(days=1)
