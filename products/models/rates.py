from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet


class ShopRate(models.Model):
    """What a shop takes at one step, as its partner entered it. Rows are only ever added."""

    class Step(models.TextChoices):
        COMMISSION = "commission", _("Commission")
        LOGISTICS = "logistics", _("Logistics")
        PAYOUT = "payout", _("Payout fee")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="rates")
    step = models.CharField(max_length=12, choices=Step.choices)
    # Hundredths of a percent of the selling price; empty: taken back, not known again.
    basis_points = models.PositiveIntegerField(null=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "shop_rates"
        verbose_name = _("rate of a shop")
        verbose_name_plural = _("rates of shops")
        constraints = [
            models.CheckConstraint(
                condition=Q(basis_points=None) | Q(basis_points__lte=10_000),
                name="shop_rates_at_most_the_whole_price",
            ),
        ]
        indexes = [
            # The newest of each step of a shop, for a proposal.
            models.Index(fields=["connection", "step", "-id"], name="shop_rates_newest_idx"),
        ]

    def __str__(self):
        return f"{self.step} of {self.connection_id}: {self.basis_points}"
