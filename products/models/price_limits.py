from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.scoping import PartnerScopedQuerySet
from products.models.catalogue import Product
from sellercloudx.lib.money import MoneyField


class PriceLimits(models.Model):
    """What a seller allows prices to do: for one product, or without one for all of them.

    An empty field limits nothing that a person does, and lets no rule touch the price where it is
    the limit the rule needs.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    product = models.OneToOneField(Product, models.PROTECT, null=True, related_name="price_limits")
    # Hundredths of a percent of the price that must be left when everything is paid.
    margin_points = models.PositiveIntegerField(_("smallest margin"), null=True)
    least = MoneyField(_("lowest price"), null=True)
    most = MoneyField(_("highest price"), null=True)
    # Hundredths of a percent of the price before.
    step_points = models.PositiveIntegerField(_("largest step"), null=True)
    per_hour = models.PositiveIntegerField(_("changes in an hour"), null=True)
    per_day = models.PositiveIntegerField(_("changes in a day"), null=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "price_limits"
        verbose_name = _("price limits")
        verbose_name_plural = _("price limits")
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=Q(product=None), name="price_limits_one_for_all"
            ),
            models.CheckConstraint(
                condition=(Q(least=None) | Q(least__gt=0)) & (Q(most=None) | Q(most__gt=0)),
                name="price_limits_positive",
            ),
            models.CheckConstraint(
                condition=Q(margin_points=None) | Q(margin_points__lt=10_000),
                name="price_limits_margin_below_the_whole",
            ),
        ]

    def __str__(self):
        return f"{self.partner_id}: {self.product_id or '*'}"
