"""What our staff decide about partners. Each decision is one conditional update: of two admins
who press at once, the second is told."""

import logging
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from partners import audit
from partners.models import Delivery, Partner, User
from partners.services import notices

logger = logging.getLogger(__name__)

State = Partner.State
HOME = "/partner-dashboard/"
DECISION = "decision:"
# So many blocks are lifted in one turn of the clock; the rest have the next one.
LIFTED_AT_ONCE = 100


class AlreadyDecided(Exception):
    """The partner is not in a state this decision applies to, perhaps since a moment ago."""


class ReasonNeeded(Exception):
    """The partner must be told why."""


class DayHasPassed(Exception):
    """A block that ends today or before would be none."""


def approve(*, partner: Partner, by: User, reason: str = "") -> None:
    _decide(partner, by, [State.PENDING], State.APPROVED, "PARTNER_APPROVED", reason)


def reject(*, partner: Partner, by: User, reason: str) -> None:
    _must_have(reason)
    _decide(partner, by, [State.PENDING], State.REJECTED, "PARTNER_REJECTED", reason)


def block(*, partner: Partner, by: User | None, reason: str, until: date | None = None) -> None:
    """Nothing of theirs is sent or read any more; their work waits where it is.

    On the day `until` it goes on by itself; without one the block is for good.
    """
    _must_have(reason)
    if until and until <= timezone.localdate():
        raise DayHasPassed
    before = [State.APPROVED]
    _decide(partner, by, before, State.BLOCKED, "PARTNER_BLOCKED", reason, until=until)


def unblock(*, partner: Partner, by: User | None, reason: str = "") -> None:
    _decide(partner, by, [State.BLOCKED], State.APPROVED, "PARTNER_UNBLOCKED", reason)


def change_end(*, partner: Partner, by: User, until: date | None) -> None:
    """The block goes on for the same reason, to another day or for good."""
    if until and until <= timezone.localdate():
        raise DayHasPassed
    if until == partner.blocked_until:
        return
    before = [State.BLOCKED]
    reason = partner.state_reason
    _decide(partner, by, before, State.BLOCKED, "PARTNER_BLOCK_MOVED", reason, until=until)


def deactivate(*, partner: Partner, by: User, reason: str) -> None:
    """They leave. All that is theirs stays, and no work of theirs is done.

    A block stays with them, and its day: leaving is no way out of it.
    """
    _must_have(reason)
    before = [State.APPROVED, State.BLOCKED]
    kept = partner.state_reason if partner.state == State.BLOCKED else ""
    _decide(
        partner,
        by,
        before,
        State.DEACTIVATED,
        "PARTNER_DEACTIVATED",
        reason,
        until=partner.blocked_until,
        left_blocked_for=kept,
    )


def reactivate(*, partner: Partner, by: User, reason: str = "") -> None:
    """They come back as they left: a block whose day has not come goes on."""
    before, until = [State.DEACTIVATED], partner.blocked_until
    is_over = until is not None and until <= timezone.localdate()
    if partner.left_blocked_for and not is_over:
        reason = partner.left_blocked_for
        _decide(partner, by, before, State.BLOCKED, "PARTNER_BACK_BLOCKED", reason, until=until)
    else:
        _decide(partner, by, before, State.APPROVED, "PARTNER_REACTIVATED", reason)


def is_told(partner: Partner) -> bool:
    """Whether the last decision is on its way to anybody of theirs, by email or by Telegram."""
    told = Delivery.objects.filter(
        notification__partner=partner,
        notification__dedupe__startswith=DECISION,
        notification__created_at__gte=partner.state_changed_at,
    )
    return told.filter(state__in=[*Delivery.WAITING, Delivery.State.SENT]).exists()


def unblock_due() -> None:
    """Called by the clock: whose day has come works again."""
    due = Partner.objects.filter(state=State.BLOCKED, blocked_until__lte=timezone.localdate())
    for partner in due.order_by("blocked_until", "pk")[:LIFTED_AT_ONCE]:
        try:
            unblock(partner=partner, by=None)
        except AlreadyDecided:
            logger.info("the block of partner %s was changed by a person first", partner.pk)
        except Exception:  # noqa: BLE001  the next ones must not wait for this one
            logger.exception("the block of partner %s could not be lifted", partner.pk)


def _must_have(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded


def _decide(
    partner: Partner,
    by: User | None,
    allowed: list[State],
    after: State,
    action: str,
    reason: str,
    until: date | None = None,
    left_blocked_for: str = "",
) -> None:
    before = State(partner.state)
    if before not in allowed:
        raise AlreadyDecided
    with transaction.atomic():
        _move(partner, before, after, reason, until, left_blocked_for)
        entry = audit.record(
            action,
            partner=partner,
            actor=by,
            entity=partner,
            before={"state": before} | _ends(partner.blocked_until, until),
            after={"state": after, "reason": reason} | _ends(until, partner.blocked_until),
        )
        _tell(partner, action, reason, until, after, dedupe=f"{DECISION}{entry.pk}")
    partner.refresh_from_db()


def _ends(until: date | None, other: date | None) -> dict[str, str]:
    """For the audit: the day, or that there was none where the other side of it names one."""
    return {"until": until.isoformat() if until else ""} if until or other else {}


def _move(
    partner: Partner,
    before: State,
    after: State,
    reason: str,
    until: date | None,
    left_blocked_for: str,
) -> None:
    """From what it was when it was looked at: a block laid anew meanwhile is another one."""
    same = Partner.objects.filter(pk=partner.pk, state=before, blocked_until=partner.blocked_until)
    if not same.update(
        state=after,
        state_reason=reason,
        state_changed_at=timezone.now(),
        blocked_until=until,
        left_blocked_for=left_blocked_for,
    ):
        raise AlreadyDecided


def _tell(
    partner: Partner, action: str, reason: str, until: date | None, after: State, *, dedupe: str
) -> None:
    kind = action.removeprefix("PARTNER_").lower()
    data: dict[str, Any] = {"company": partner.company_name, "reason": reason}
    if after == State.BLOCKED:
        kind = "blocked"
    if after == State.BLOCKED and until:
        kind, data["until"] = "blocked_until", f"{until:%d.%m.%Y}"
    notices.notify_partner(
        partner,
        kind=kind,
        data=data,
        url=HOME if after == State.APPROVED else reverse("partners:waiting"),
        dedupe=dedupe,
    )
