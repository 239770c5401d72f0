from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.scoping import PartnerScopedQuerySet

from .catalogue import Product


class BundlePart(models.Model):
    """So many pieces of a product in one bundle. The bundle has no stock of its own."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    bundle = models.ForeignKey(
        Product, models.PROTECT, related_name="parts", verbose_name=_("bundle")
    )
    part = models.ForeignKey(
        Product, models.PROTECT, related_name="part_of", verbose_name=_("part")
    )
    quantity = models.PositiveIntegerField(_("pieces"))

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "bundle_parts"
        verbose_name = _("part of a bundle")
        verbose_name_plural = _("parts of bundles")
        constraints = [
            models.UniqueConstraint(fields=["bundle", "part"], name="bundle_parts_once"),
            models.CheckConstraint(condition=~Q(bundle=F("part")), name="bundle_parts_not_itself"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=1000),
                name="bundle_parts_believable",
            ),
        ]

    def __str__(self):
        return f"{self.bundle_id}: {self.quantity} × {self.part_id}"
