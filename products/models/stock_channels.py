from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.scoping import PartnerScopedQuerySet

from .listings import Listing

# Far above what anybody stores, far below what the column holds.
LARGEST_QUANTITY = 1_000_000


class ChannelStock(models.Model):
    """How much of a product one shop may show; without a row, everything that is available."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    listing = models.OneToOneField(Listing, models.PROTECT, related_name="channel")
    # Pieces this shop never shows, and the most it shows; empty: as many as there are.
    buffer = models.PositiveIntegerField(_("kept back"), default=0)
    cap = models.PositiveIntegerField(_("at most"), null=True)
    # Strict mode. What the shop last acknowledged less what it has sold since, and when it did.
    acked = models.PositiveIntegerField(_("acknowledged"), default=0)
    acked_at = models.DateTimeField(_("acknowledged at"), null=True)
    # The operation it acknowledged; what was asked later may be shown already.
    acked_op = models.BigIntegerField(_("acknowledged operation"), default=0)
    # The most the shop may be showing: acknowledged, or asked without an answer.
    held = models.PositiveIntegerField(_("shown at most"), default=0)
    # A sale there was called off: it may show the pieces again, or not, until it is asked anew.
    is_unsure = models.BooleanField(_("not sure"), default=False)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "stock_channels"
        verbose_name = _("stock of a shop")
        verbose_name_plural = _("stock of shops")
        constraints = [
            models.CheckConstraint(
                condition=Q(buffer__lte=LARGEST_QUANTITY)
                & (Q(cap=None) | Q(cap__lte=LARGEST_QUANTITY)),
                name="stock_channels_believable",
            ),
            models.CheckConstraint(
                condition=Q(held__gte=F("acked")), name="stock_channels_held_covers_acked"
            ),
        ]

    def __str__(self):
        return f"№ {self.listing_id}"


class StockCheck(models.Model):
    """What the hourly look at a partner's stock found; kept for a month."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="stock_checks")
    at = models.DateTimeField(_("looked at"))
    # How many of each were looked at: {"levels": 10, "reservations": 3, "shares": 2}.
    checked = models.JSONField(_("what was looked at"), default=dict)
    # [{"code", "product", "sku", "expected", "found"}]; empty: all is well.
    wrong = models.JSONField(_("what is wrong"), default=list)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "stock_checks"
        verbose_name = _("check of the stock")
        verbose_name_plural = _("checks of the stock")
        indexes = [
            # The newest of a partner, on its page.
            models.Index(fields=["partner", "-id"], name="stock_checks_newest_idx"),
        ]

    def __str__(self):
        return f"{self.partner_id}: {self.at:%Y-%m-%d %H:%M}"
