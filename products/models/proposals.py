from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet
from products.models.catalogue import Product
from sellercloudx.lib.money import MoneyField


class PriceProposal(models.Model):
    """Another price for a product whose own earns less than it did; a person decides."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for you")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        # The price or what it is built from has changed since.
        OUTDATED = "outdated", _("Outdated")

    class Place(models.TextChoices):
        CABINET = "cabinet", _("in the cabinet")
        TELEGRAM = "telegram", "Telegram"

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="price_proposals")
    currency = models.CharField(max_length=3)
    # The price it was made for, and what that leaves of each sale.
    before = MoneyField()
    left = MoneyField(_("left to the seller"))
    after = MoneyField()
    # As in PriceChange: the lines under the proposed price.
    waterfall = models.JSONField(default=list)
    # What is wrong, then what takes more than it did: ["below_target", "commission"].
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    # When people were told, alone or together with others.
    told_at = models.DateTimeField(_("told"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_in = models.CharField(max_length=8, choices=Place.choices, blank=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "price_proposals"
        verbose_name = _("price proposal")
        verbose_name_plural = _("price proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(state="open"), name="price_proposals_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted", "declined", "outdated"]),
                name="price_proposals_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="price_proposals_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "outdated"]) | Q(decided_by__isnull=False),
                name="price_proposals_decided_by_a_person",
            ),
        ]
        indexes = [
            # The partner's list, newest first, by keyset.
            models.Index(
                fields=["partner", "-id"],
                condition=Q(state="open"),
                name="price_proposals_open_idx",
            ),
            # What was decided about a product, newest first.
            models.Index(fields=["product", "-id"], name="price_proposals_product_idx"),
        ]

    def __str__(self):
        return f"{self.product_id}: {self.before} → {self.after} {self.currency}"
