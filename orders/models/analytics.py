from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from partners.models import Partner
from partners.scoping import PartnerScopedQuerySet
from sellercloudx.lib.money import MoneyField

WHOLE_SHOP = 0


class DailyAnalytics(models.Model):
    """A day in Tashkent of one connection and currency; product 0 is the whole shop.

    Totals come from product 0 only: an order with three products is one order there and one in each
    product's row, so the two grains are never added together.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="analytics")
    day = models.DateField()
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="analytics")
    currency = models.CharField(max_length=3)
    product_id = models.BigIntegerField(default=WHOLE_SHOP)
    orders = models.IntegerField(default=0)
    units = models.IntegerField(default=0)
    revenue = MoneyField(default=0)
    cancelled = models.IntegerField(default=0)
    cancelled_revenue = MoneyField(default=0)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "analytics"
        verbose_name = _("day of analytics")
        verbose_name_plural = _("days of analytics")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "day", "connection", "currency", "product_id"],
                name="analytics_key",
            ),
        ]
        indexes = [
            # The admin's chart: every partner's whole shops by day.
            models.Index(
                fields=["day"], condition=models.Q(product_id=0), name="analytics_day_idx"
            ),
        ]

    def __str__(self):
        return f"{self.partner_id} {self.day}"
