"""Several applications decided at once: what would happen to each, and then what did."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partners.models import Member, Partner, User
from partners.services import approval, notices

# As many as stand on one page of the list.
AT_ONCE = 50
Words = str | Promise


@dataclass
class Application:
    """One that was chosen, and what there is to know before it is approved."""

    partner: Partner
    # So much is missing that a person has to look at it.
    lacks: list[Words] = field(default_factory=list)
    # What does not stand in its way.
    remarks: list[Words] = field(default_factory=list)
    is_approved: bool = False
    # By email or Telegram.
    is_told: bool = False

    @property
    def is_decided(self) -> bool:
        """By somebody else, or before."""
        return self.partner.state != Partner.State.PENDING and not self.is_approved

    @property
    def is_ready(self) -> bool:
        return self.partner.state == Partner.State.PENDING and not self.lacks


def chosen(pks: Iterable[int]) -> list[Application]:
    """Those of them that exist, the longest waiting first."""
    owners = Member.objects.filter(role=Member.Role.OWNER, user__is_active=True)
    partners = Partner.objects.filter(pk__in=list(pks)[:AT_ONCE]).order_by("pk")
    owners = owners.select_related("user").order_by("pk")
    found: Any = partners.prefetch_related(Prefetch("members", owners, to_attr="owners"))
    people = [member.user for partner in found for member in partner.owners]
    reached = notices.reachable(people, "approved")
    return [_looked_at(partner, reached) for partner in found]


def _looked_at(partner: Any, reached: set[int]) -> Application:
    application = Application(partner)
    if not partner.owners:
        application.lacks.append(_("No owner who can sign in: nobody could start working."))
    elif not any(member.user_id in reached for member in partner.owners):
        application.remarks.append(
            _("Neither email nor Telegram: they read the decision when they sign in.")
        )
    return application


def approve(pks: Iterable[int], *, by: User) -> list[Application]:
    """Each for itself: one that somebody else decides meanwhile holds back no other."""
    applications = chosen(pks)
    for application in applications:
        if application.is_ready:
            try:
                approval.approve(partner=application.partner, by=by)
            except approval.AlreadyDecided:
                application.partner.refresh_from_db()
            else:
                application.is_approved = True
                application.is_told = approval.is_told(application.partner)
    return applications
