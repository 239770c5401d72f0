"""Brings notifications to people by each channel: at least once, and never again once it is told.

A claim pushes the time a lease further and counts the attempt. A worker that dies in the middle
leaves the message due again, so a few may come twice; a settled row is never sent again.
"""

import logging
from datetime import timedelta
from types import ModuleType
from typing import Any

from django.core.cache import caches
from django.db.models import F, QuerySet
from django.utils import timezone

from partners.models import Delivery
from partners.services import letters, readers
from partners.services.notice_kinds import KINDS
from partners.services.outcomes import NobodyThere, Refused, SlowDown, Unreachable
from partners.services.quiet_hours import after_quiet_hours, morning
from partners.telegram import messages
from sellercloudx.lib.queue import wake
from sellercloudx.lib.redact import scrub

logger = logging.getLogger(__name__)

Channel, State = Delivery.Channel, Delivery.State
# After each failure; when they are used up, the failure is shown to staff.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
# Longer than any one sending takes.
LEASE = timedelta(seconds=60)
AT_ONCE = 50
# A server that did not answer is left alone for so long: each try holds a thread.
LEFT_ALONE = timedelta(seconds=20)
INTERRUPTED = "interrupted while sending"

# Each has `is_on()`, `reached(people, kind)`, and `send(notice)` and `send_digest(user, notices)`,
# which raise what `outcomes` names.
CHANNELS: dict[str, ModuleType] = {Channel.EMAIL: letters, Channel.TELEGRAM: messages}


def wake_channel(channel: str) -> None:
    """Each in a task of its own: a mail server that hangs holds back no other message."""
    wake("partners.services.deliveries.send_due", str(channel), is_urgent=True)


def wake_due() -> None:
    """Called by the clock: find what no message woke anybody for."""
    for channel in CHANNELS:
        if _due(channel).exists():
            wake_channel(channel)


def send_due(channel: str) -> int:
    """Send what is due; the number of messages sent."""
    if not CHANNELS[channel].is_on():
        # Asked for before it was turned off.
        _due(channel).update(state=State.OFF)
        return 0
    if is_left_alone(channel):
        return 0
    sent = 0
    for _ in range(AT_ONCE):
        # One at a time: several workers who walk the same list hold each other up.
        pk = _due(channel).order_by("due_at").values_list("pk", flat=True).first()
        if pk is None:
            return sent
        try:
            sent += _send(channel, pk)
        except (Unreachable, SlowDown) as error:
            leave_alone(channel, after=error)
            return sent
    # There may be more, and the clock comes only now and then. So many let others in between.
    wake("partners.services.deliveries.send_due", str(channel))
    return sent


def send_again(*, delivery: Delivery) -> bool:
    """Give a message that failed for good another round."""
    failed = Delivery.objects.filter(pk=delivery.pk, state=State.FAILED)
    again = failed.update(state=State.DUE, attempts=0, due_at=timezone.now(), error="")
    if again:
        wake_channel(delivery.channel)
    return bool(again)


def hold(waiting: QuerySet[Delivery]) -> None:
    """Not to be sent any more. What is on its way at this moment may still arrive."""
    waiting.filter(state__in=Delivery.WAITING).update(state=State.OFF)


def leave_alone(channel: str, *, after: Exception) -> None:
    """For as long as they ask; they do not say whether they mean one chat or all of the bot."""
    pause = after.pause if isinstance(after, SlowDown) else LEFT_ALONE
    caches["guard"].set(_left_alone(channel), 1, int(pause.total_seconds()))


def is_left_alone(channel: str) -> bool:
    return bool(caches["guard"].get(_left_alone(channel)))


def _left_alone(channel: str) -> str:
    """Where it is kept that a server does not answer, or asked for a pause."""
    return f"left-alone:{channel}"


def _due(channel: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(channel=channel, state=State.DUE, due_at__lte=timezone.now())


def _send(channel: str, pk: int) -> bool:
    """Raises Unreachable and SlowDown, when the failure is written down."""
    delivery = _claim(channel, pk)
    if delivery is None:
        return False
    try:
        CHANNELS[channel].send(delivery.notification)
    except Exception as error:  # noqa: BLE001  every mail backend fails in its own way
        _note_failure(delivery, error)
        if isinstance(error, (Unreachable, SlowDown)):
            raise
        return False
    # Whoever has it now: it has arrived.
    waiting = Delivery.objects.filter(pk=pk, state=State.DUE)
    waiting.update(state=State.SENT, sent_at=timezone.now(), error="")
    return True


def _claim(channel: str, pk: int) -> Delivery | None:
    due = _due(channel).filter(pk=pk)
    fresh = due.filter(attempts__lte=len(PAUSES))
    if not fresh.update(due_at=timezone.now() + LEASE, attempts=F("attempts") + 1):
        # Workers died over it, each time: perhaps because of it. Or somebody else has it.
        due.filter(attempts__gt=len(PAUSES)).update(state=State.FAILED, error=INTERRUPTED)
        return None
    claimed = Delivery.objects.filter(pk=pk)
    if readers.lost(claimed).exists():
        hold(claimed)
        return None
    delivery = claimed.select_related(
        "notification__user", "notification__invitation", "notification__partner"
    ).get()
    return None if put_off([delivery]) else delivery


def put_off(claimed: list[Delivery]) -> list[Delivery]:
    """Those of them that came to be sent in the middle of their reader's quiet hours.

    They wait for the end of these: the worker was away, a try failed, or the hours are new.
    """
    late = []
    for row in claimed:
        kind = KINDS.get(row.notification.kind)
        later = morning(row.notification.user, kind.topic) if kind else None
        if later:
            # It was no attempt.
            same = Delivery.objects.filter(
                pk=row.pk, state__in=Delivery.WAITING, attempts=row.attempts
            )
            same.update(due_at=later, attempts=F("attempts") - 1)
            late.append(row)
    return late


def _note_failure(delivery: Delivery, error: Exception) -> None:
    notice = delivery.notification
    log_failure(delivery.channel, f"notification {notice.pk}", error)
    # A lease that ran out gave it to somebody else, who counts on.
    mine = Delivery.objects.filter(pk=delivery.pk, state=State.DUE, attempts=delivery.attempts)
    changes = after(error, delivery.attempts)
    if "due_at" in changes and (kind := KINDS.get(notice.kind)):
        changes["due_at"] = after_quiet_hours(notice.user, kind.topic, changes["due_at"])
    mine.update(**changes)


def log_failure(channel: str, what: str, error: Exception) -> None:
    logger.warning("%s of %s failed: %s", channel, what, type(error).__name__)


def after(error: Exception, attempts: int) -> dict[str, Any]:
    """What becomes of a message after so many attempts, of which the last ended so."""
    words = f"{type(error).__name__}: {scrub(str(error))}"[:300]
    if isinstance(error, NobodyThere):
        return {"state": State.OFF, "error": words}
    if isinstance(error, SlowDown):
        later = timezone.now() + error.pause
        return {"due_at": later, "attempts": attempts - 1, "error": words}
    if isinstance(error, Refused) or attempts > len(PAUSES):
        return {"state": State.FAILED, "error": words}
    return {"due_at": timezone.now() + PAUSES[attempts - 1], "error": words}
