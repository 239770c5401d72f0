"""What waited for the evening: one message for each person and channel."""

from django.db.models import F, QuerySet
from django.utils import timezone

from partners.models import Delivery, Notification, User
from partners.services import deliveries, readers
from partners.services.outcomes import SlowDown, Unreachable
from sellercloudx.lib.queue import wake

State = Delivery.State
# A message that nobody reads to the end is long enough.
MOST = 100
PEOPLE_AT_ONCE = 200


def wake_due() -> None:
    """Called by the clock: a task for each person and channel whose evening has come."""
    waiting = _due().values_list("notification__user", "channel").distinct()
    for user, channel in waiting.order_by("notification__user")[:PEOPLE_AT_ONCE]:
        if not deliveries.is_left_alone(channel):
            wake("partners.services.digests.send", user, channel)


def send(user_pk: int, channel: str) -> bool:
    """Whether a message has gone out."""
    way = deliveries.CHANNELS[channel]
    own = _due().filter(notification__user=user_pk, channel=channel)
    if not way.is_on():
        deliveries.hold(own)
        return False
    if deliveries.is_left_alone(channel):
        # Woken before it was known; the clock comes again.
        return False
    deliveries.hold(readers.lost(own))
    claimed = _claim(own)
    late = deliveries.put_off(claimed)
    claimed = [row for row in claimed if row not in late]
    if not claimed:
        return False
    user = User.objects.get(pk=user_pk)
    try:
        way.send_digest(user, _in_order(claimed))
    except Exception as error:  # noqa: BLE001  every channel fails in its own way
        _note_failure(claimed, channel, error)
        return False
    _still(claimed).update(state=State.SENT, sent_at=timezone.now(), error="")
    return True


def _in_order(claimed: list[Delivery]) -> list[Notification]:
    """The summary of the day comes first."""
    notices = Notification.objects.filter(deliveries__in=claimed).select_related("partner", "user")
    return sorted(notices.order_by("pk"), key=lambda notice: notice.kind != "evening")


def _due() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=State.DIGEST, due_at__lte=timezone.now())


def _claim(own: QuerySet[Delivery]) -> list[Delivery]:
    """Those that wait, for the length of a lease; nothing where another worker has them."""
    worn_out = own.filter(attempts__gt=len(deliveries.PAUSES))
    worn_out.update(state=State.FAILED, error=deliveries.INTERRUPTED)
    pks = list(own.order_by("pk").values_list("pk", flat=True)[:MOST])
    mine = timezone.now() + deliveries.LEASE
    waiting = _due().filter(pk__in=pks)
    if not waiting.update(due_at=mine, attempts=F("attempts") + 1):
        return []
    rows = Delivery.objects.filter(pk__in=pks, state=State.DIGEST, due_at=mine)
    return list(rows.select_related("notification__user"))


def _still(claimed: list[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[row.pk for row in claimed], state=State.DIGEST)


def _note_failure(claimed: list[Delivery], channel: str, error: Exception) -> None:
    deliveries.log_failure(channel, f"{len(claimed)} notifications of the day", error)
    if isinstance(error, (Unreachable, SlowDown)):
        deliveries.leave_alone(channel, after=error)
    for row in claimed:
        mine = _still([row]).filter(due_at=row.due_at)
        mine.update(**deliveries.after(error, row.attempts))
