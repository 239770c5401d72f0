"""People let into a team by a link: made, sent, taken back, and used by one person once."""

from datetime import timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils import timezone

from partners import audit
from partners.models import Invitation, Member, Partner, User
from partners.models.invitations import hash_of
from partners.services import notices, registration, team, terms

LIVES = timedelta(days=7)


class Reason(StrEnum):
    UNKNOWN = "unknown"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    # The partner itself may not work now.
    CLOSED = "closed"
    MEMBER = "member"


class Unusable(Exception):
    """Nobody, or not this person, gets in by this link."""

    def __init__(self, reason: Reason):
        super().__init__(reason)
        self.reason = reason


def invite(*, role: str, by: Member, email: str = "", note: str = "") -> Invitation:
    """The link is `invitation.path`; it is shown to the one who asked, and mailed where to."""
    with transaction.atomic():
        by = team.as_they_are_now(by)
        if not team.may_manage(by, role):
            raise team.NotYours
        invitation = Invitation.objects.create(
            partner=by.partner,
            role=role,
            email=email,
            note=note,
            language=by.user.language,
            created_by=by.user,
            expires_at=timezone.now() + LIVES,
        )
        _record("INVITATION_CREATED", invitation, by.user, email=email, note=note)
        if email:
            notices.mail_invitation(invitation)
    return invitation


def revoke(*, invitation: Invitation, by: Member) -> bool:
    """Whether there was anything to take back."""
    if not team.may_manage(by, invitation.role):
        raise team.NotYours
    with transaction.atomic():
        still = Invitation.objects.open().filter(pk=invitation.pk)
        if not still.update(revoked_at=timezone.now()):
            return False
        notices.hold_invitations(invitation)
        _record("INVITATION_REVOKED", invitation, by.user)
    return True


def find(token: str) -> Invitation:
    """The invitation of this link while it can be used; Unusable says why it cannot."""
    known = Invitation.objects.select_related("partner", "created_by")
    invitation = known.filter(token_hash=hash_of(token)).first()
    if invitation is None:
        raise Unusable(Reason.UNKNOWN)
    _must_be_usable(invitation)
    return invitation


def accept(*, invitation: Invitation, user: User) -> Member:
    with transaction.atomic():
        return _join(invitation, user)


def register_and_accept(
    *, invitation: Invitation, person: registration.Person, password: str, language: str
) -> Member:
    """A new account and its place in the team; both or neither."""
    registration.must_be_free(person)
    user = registration.new_user(person, password, language)
    try:
        with transaction.atomic():
            user.save()
            return _join(invitation, user, terms=terms.VERSION)
    except IntegrityError:
        # Another request was a moment earlier; anything else is a mistake of ours.
        registration.must_be_free(person)
        raise


def _join(invitation: Invitation, user: User, **told: str) -> Member:
    # Whoever decides about the team or about the partner waits, and is waited for.
    partner = Partner.objects.select_for_update(no_key=True).get(pk=invitation.partner_id)
    invitation = Invitation.objects.select_related("partner", "created_by").get(pk=invitation.pk)
    _must_be_usable(invitation)
    if Member.objects.for_partner(partner).filter(user=user).exists():
        raise Unusable(Reason.MEMBER)
    Invitation.objects.filter(pk=invitation.pk).update(used_at=timezone.now(), used_by=user)
    member = Member.objects.create(partner=partner, user=user, role=invitation.role)
    notices.hold_invitations(invitation)
    _record("INVITATION_ACCEPTED", invitation, user, **told)
    notices.notify(
        users=[invitation.created_by],
        partner=partner,
        kind="member_joined",
        data={"person": user.get_full_name(), "company": partner.company_name},
        url=notices.TEAM,
        dedupe=f"joined:{invitation.pk}",
    )
    return member


def _must_be_usable(invitation: Invitation) -> None:
    reasons = {
        Reason.USED: invitation.used_at,
        Reason.REVOKED: invitation.revoked_at,
        Reason.EXPIRED: invitation.expires_at <= timezone.now(),
        Reason.CLOSED: not invitation.partner.is_approved,
    }
    for reason, holds in reasons.items():
        if holds:
            raise Unusable(reason)


def _record(action: str, invitation: Invitation, actor: User, **more: str) -> None:
    """The link itself is a secret and is written down nowhere."""
    audit.record(
        action,
        partner=invitation.partner,
        actor=actor,
        entity=invitation,
        after={"role": invitation.role} | more,
    )
