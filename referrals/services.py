"""Who brought whom."""

from django.urls import reverse

from partners import audit
from partners.models import Partner
from partners.services import notices
from referrals.models import Referral


def link_referral(partner: Partner) -> Referral | None:
    """Remember whose code a new partner came by; an unknown code or one's own is nobody's."""
    code = partner.referred_by_code
    referrer = Partner.objects.filter(referral_code=code).exclude(pk=partner.pk).first()
    if not code or referrer is None:
        return None
    referral, is_new = Referral.objects.get_or_create(
        referred=partner, defaults={"referrer": referrer, "code": code}
    )
    if is_new:
        audit.record(
            "REFERRAL_LINKED",
            partner=referrer,
            entity=referral,
            after={"referred": partner.company_name, "code": code},
        )
        notices.notify_partner(
            referrer,
            kind="referral_joined",
            data={"company": partner.company_name, "code": code},
            url=reverse("referrals:overview"),
            dedupe=f"referral:{referral.pk}",
        )
    return referral
