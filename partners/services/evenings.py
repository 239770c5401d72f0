"""The summary of the day, for those who have asked for it or linked Telegram."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from partners.models import Member, NoticeChoice, Notification, Partner, TelegramLink, User
from partners.models.notice_choices import Topic
from partners.services import notices
from partners.services.quiet_hours import EVENING
from sellercloudx.lib.queue import wake

ANALYTICS = "/partner-dashboard/analytics/"


def wake_all() -> None:
    """Called by the clock, in time for the evening: a task for each company with a reader."""
    if timezone.localtime().time() >= EVENING:
        # A worker that starts so late: this evening is over.
        return
    members = Member.objects.filter(user__in=_readers(), partner__state=Partner.State.APPROVED)
    for partner in members.values_list("partner", flat=True).distinct():
        wake("partners.services.evenings.tell", partner)


def tell(partner_pk: int) -> None:
    """Its figures are looked up when it is sent."""
    partner = Partner.objects.get(pk=partner_pk)
    today = f"{timezone.localdate():%Y-%m-%d}"
    dedupe = f"evening:{partner.pk}:{today}"
    notices.notify(
        users=_readers().filter(memberships__partner=partner),
        partner=partner,
        kind="evening",
        data={"company": partner.company_name, "day": today},
        url=ANALYTICS,
        dedupe=dedupe,
    )
    # The app shows the same figures on its own pages: nothing to read there.
    Notification.objects.filter(partner=partner, dedupe=dedupe, read_at=None).update(
        read_at=timezone.now()
    )


def _readers() -> QuerySet[User]:
    linked = Q(telegram__state=TelegramLink.State.ACTIVE)
    by_mail = Q(notice_choices__topic=Topic.EVENING, notice_choices__mode=NoticeChoice.Mode.DIGEST)
    return User.objects.filter(linked | by_mail, is_active=True).distinct()
