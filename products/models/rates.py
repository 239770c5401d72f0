from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet
from products.models.listings import Listing
from sellercloudx.lib.money import MoneyField


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
        return f"{self.connection_id}, {self.step}: {self.basis_points}"


class FeeSchedule(models.Model):
    """What a marketplace takes at a step by its own public terms, from a day up to another."""

    marketplace = models.CharField(_("marketplace"), max_length=20)
    step = models.CharField(_("step"), max_length=12, choices=ShopRate.Step.choices)
    # Hundredths of a percent of the selling price.
    basis_points = models.PositiveIntegerField(_("hundredths of a percent"))
    terms = models.CharField(_("terms"), max_length=200, blank=True)
    # Unless the seller chose otherwise.
    is_default = models.BooleanField(_("holds unless chosen otherwise"), default=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The last day; empty: until further.")
    )
    source = models.CharField(_("source"), max_length=200)
    as_of = models.DateField(_("date of the source"))

    class Meta:
        db_table = "fee_schedules"
        verbose_name = _("fee of a marketplace")
        verbose_name_plural = _("fees of marketplaces")
        constraints = [
            models.CheckConstraint(
                condition=Q(basis_points__lte=10_000),
                name="fee_schedules_at_most_the_whole_price",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="fee_schedules_end_after_they_begin",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="fee_schedules_have_a_source"),
        ]

    def __str__(self):
        return f"{self.marketplace} {self.step}: {self.basis_points}"


class CurrencyRate(models.Model):
    """So many soʻm for so many units of a currency, as the central bank said for a day."""

    class State(models.TextChoices):
        TAKEN = "taken", _("In use")
        ASIDE = "aside", _("Kept aside: it moved too far")
        REFUSED = "refused", _("Not used: decided by a person")

    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("day"))
    nominal = models.PositiveIntegerField(_("units"))
    # Ten-thousandths of a soʻm for that many units.
    ten_thousandths = models.BigIntegerField(_("ten-thousandths of a soʻm"))
    source = models.CharField(_("source"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    fetched_at = models.DateTimeField(_("asked for"))

    class Meta:
        db_table = "currency_rates"
        verbose_name = _("rate of a currency")
        verbose_name_plural = _("rates of currencies")
        constraints = [
            # A day that is corrected has two rows; the later one counts.
            models.UniqueConstraint(
                fields=["currency", "day", "nominal", "ten_thousandths"], name="currency_rates_once"
            ),
            models.CheckConstraint(
                condition=Q(nominal__gt=0, ten_thousandths__gt=0), name="currency_rates_positive"
            ),
        ]
        indexes = [
            # The rate that holds today.
            models.Index(
                fields=["currency", "-day", "-id"],
                condition=Q(state="taken"),
                name="currency_rates_newest_idx",
            ),
        ]

    def __str__(self):
        return f"{self.nominal} {self.currency}, {self.day}"


class QuotedFee(models.Model):
    """What a marketplace's own calculator said it takes of a listing, and when it was asked."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    listing = models.OneToOneField(Listing, models.CASCADE, related_name="quoted_fee")
    # What was asked about: the price counts into the answer.
    price = MoneyField(_("price"))
    currency = models.CharField(max_length=3)
    # [{"step", "amount", "percent", "kind"}]: exact text, percent where it is a share.
    lines = models.JSONField(default=list)
    category_id = models.CharField(max_length=40)
    fetched_at = models.DateTimeField()

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "quoted_fees"
        verbose_name = _("quoted fee")
        verbose_name_plural = _("quoted fees")

    def __str__(self):
        return f"{self.listing_id}: {self.price} {self.currency}"
