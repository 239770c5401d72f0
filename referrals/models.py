from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class ReferralQuerySet(models.QuerySet):
    def for_partner(self, partner):
        return self.filter(referrer=partner)


class Referral(models.Model):
    """A partner who came by another partner's code."""

    referrer = models.ForeignKey(Partner, models.PROTECT, related_name="referrals_made")
    referred = models.OneToOneField(Partner, models.PROTECT, related_name="referral")
    code = models.CharField(_("code"), max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        db_table = "referrals"
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(referrer=models.F("referred")), name="referrals_not_oneself"
            ),
        ]
        indexes = [
            # "Who came by my code", newest first.
            models.Index(fields=["referrer", "-id"], name="referrals_referrer_idx"),
        ]

    def __str__(self):
        return self.code
