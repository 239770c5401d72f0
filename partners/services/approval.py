"""What our staff decide about partners. Each decision is one conditional update: of two admins
who press at once, the second is told."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from partners import audit
from partners.models import Partner, User
from partners.services import notices

State = Partner.State
HOME = "/partner-dashboard/"


class AlreadyDecided(Exception):
    """The partner is not in a state this decision applies to, perhaps since a moment ago."""


class ReasonNeeded(Exception):
    """The partner must be told why."""


def approve(*, partner: Partner, by: User, reason: str = "") -> None:
    _decide(partner, by, State.PENDING, State.APPROVED, "PARTNER_APPROVED", reason)


def reject(*, partner: Partner, by: User, reason: str) -> None:
    _must_have(reason)
    _decide(partner, by, State.PENDING, State.REJECTED, "PARTNER_REJECTED", reason)


def block(*, partner: Partner, by: User, reason: str) -> None:
    """Nothing of theirs is sent or read any more; their work waits where it is."""
    _must_have(reason)
    _decide(partner, by, State.APPROVED, State.BLOCKED, "PARTNER_BLOCKED", reason)


def unblock(*, partner: Partner, by: User, reason: str = "") -> None:
    _decide(partner, by, State.BLOCKED, State.APPROVED, "PARTNER_UNBLOCKED", reason)


def _must_have(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded


def _decide(
    partner: Partner, by: User, before: State, after: State, action: str, reason: str
) -> None:
    with transaction.atomic():
        decided = Partner.objects.filter(pk=partner.pk, state=before).update(
            state=after, state_reason=reason, state_changed_at=timezone.now()
        )
        if not decided:
            raise AlreadyDecided
        entry = audit.record(
            action,
            partner=partner,
            actor=by,
            entity=partner,
            before={"state": before},
            after={"state": after, "reason": reason},
        )
        notices.notify_partner(
            partner,
            kind=action.removeprefix("PARTNER_").lower(),
            data={"company": partner.company_name, "reason": reason},
            url=HOME if after == State.APPROVED else reverse("partners:waiting"),
            dedupe=f"decision:{entry.pk}",
        )
    partner.refresh_from_db()
