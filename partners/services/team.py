"""Who works for a partner and as what. There is always an owner, whoever presses at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from partners import audit
from partners.models import Invitation, Member, Partner
from partners.services import api_keys, notices

Role = Member.Role


class NotYours(Exception):
    """The one who asks may not decide about this role."""


class LastOwner(Exception):
    """A partner without an owner could let nobody in any more."""


class Gone(Exception):
    """One of the two is no member any more, perhaps since a moment ago."""


def may_manage(by: Member, role: str) -> bool:
    """Owners manage everybody, managers those below them."""
    if by.role == Role.OWNER:
        return True
    return by.role == Role.MANAGER and role in (Role.OPERATOR, Role.VIEWER)


def roles_to_give(by: Member) -> list[Role]:
    return [role for role in Role if may_manage(by, role)]


def change_role(*, member: Member, role: str, by: Member) -> None:
    with _decided_alone(member, by) as (member, by):
        if not (may_manage(by, member.role) and may_manage(by, role)):
            raise NotYours
        if role == member.role:
            return
        if is_last_owner(member):
            raise LastOwner
        Member.objects.filter(pk=member.pk).update(role=role)
        _take_back_invitations(member, role)
        audit.record(
            "PERMISSION_CHANGED",
            partner=member.partner,
            actor=by.user,
            entity=member,
            before={"role": member.role},
            after={"role": role, "user": member.user_id},
        )


def remove(*, member: Member, by: Member) -> None:
    """What they did stays in the history, with their name; keys they made open nothing more."""
    with _decided_alone(member, by) as (member, by):
        if not may_manage(by, member.role):
            raise NotYours
        if is_last_owner(member):
            raise LastOwner
        audit.record(
            "MEMBER_REMOVED",
            partner=member.partner,
            actor=by.user,
            entity=member,
            before={"role": member.role, "user": member.user_id},
        )
        api_keys.revoke_made_by(user=member.user, partner=member.partner, by=by.user)
        Member.objects.filter(pk=member.pk).delete()
        notices.hold_of(member.user, member.partner)
        _take_back_invitations(member, None)


@contextmanager
def _decided_alone(member: Member, by: Member) -> Iterator[tuple[Member, Member]]:
    """Both as they are now, while nobody else decides about this team.

    A conditional update would not do: on PostgreSQL two owners who demote each other change
    different rows, and neither sees the other's change.
    """
    with transaction.atomic():
        yield as_they_are_now(member), as_they_are_now(by, of=member.partner_id)


def as_they_are_now(member: Member, *, of: int | None = None) -> Member:
    """Read behind the lock that every decision about a team takes first."""
    partner = Partner.objects.select_for_update(no_key=True).get(pk=of or member.partner_id)
    team = Member.objects.for_partner(partner).select_related("user", "partner")
    now = team.filter(pk=member.pk).first()
    if now is None:
        raise Gone
    return now


def _take_back_invitations(member: Member, role: str | None) -> None:
    """What somebody may not give any more, their links do not give either."""
    kept = roles_to_give(Member(role=role)) if role else []
    sent = Invitation.objects.for_partner(member.partner).open().filter(created_by=member.user)
    lost = list(sent.exclude(role__in=kept))
    Invitation.objects.filter(pk__in=[one.pk for one in lost]).update(revoked_at=timezone.now())
    notices.hold_invitations(*lost)


def is_last_owner(member: Member) -> bool:
    """An owner whose account is switched off could let nobody in either."""
    others = Member.objects.filter(
        partner=member.partner_id, role=Role.OWNER, user__is_active=True
    ).exclude(pk=member.pk)
    return member.role == Role.OWNER and not others.exists()
