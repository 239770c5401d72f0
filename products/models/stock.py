from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet

from .catalogue import Product


class Location(models.Model):
    """Where pieces lie. A partner with one never sees the word."""

    class Kind(models.TextChoices):
        OWN = "own", _("Own warehouse")
        MARKETPLACE = "marketplace", _("Marketplace warehouse")
        IN_TRANSIT = "in_transit", _("On the way")
        RETURNED = "returned", _("Returned or defective")
        LOST = "lost", _("Lost")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="locations")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OWN)
    name = models.CharField(max_length=80)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "locations"
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = [
            models.UniqueConstraint(fields=["partner", "kind", "name"], name="locations_once"),
        ]

    def __str__(self):
        return self.name


class StockLevel(models.Model):
    """How many pieces of a product are at a location now; the sum of its movements."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="levels")
    location = models.ForeignKey(Location, models.PROTECT, related_name="levels")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    # Strict mode: each shop is given a share of the pieces here, and no piece is in two shares.
    is_strict = models.BooleanField(_("shared out"), default=False)
    # What the shops may still sell, together: the sum of ChannelStock.held.
    published = models.IntegerField(_("in shops' shares"), default=0)
    # Pieces in the shares that are not here (any more): lost, or sold twice; never by a raise.
    overhang = models.IntegerField(_("shown and not there"), default=0)

    class Meta:
        db_table = "stock_levels"
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.UniqueConstraint(fields=["product", "location"], name="stock_levels_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(on_hand__gte=F("reserved")),
                name="stock_levels_never_oversold",
            ),
            # A share that grows beyond what is free breaks this: only a loss may name an overhang.
            models.CheckConstraint(
                condition=Q(published__gte=0)
                & Q(overhang__gte=0)
                & Q(published__lte=F("on_hand") - F("reserved") + F("overhang")),
                name="stock_levels_never_overpublished",
            ),
            models.CheckConstraint(
                condition=Q(is_strict=True) | Q(published=0),
                name="stock_levels_shares_only_when_strict",
            ),
        ]

    def __str__(self):
        return f"{self.product_id} @ {self.location_id}: {self.on_hand}"


class StockMovement(models.Model):
    """One line of the stock ledger. Rows are only ever added."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        SALE = "sale", _("Sale")
        RETURN = "return", _("Return")
        ADJUSTMENT = "adjustment", _("Adjustment")
        TRANSFER = "transfer", _("Transfer")
        WRITE_OFF = "write_off", _("Write-off")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="movements")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    quantity = models.IntegerField()
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Unique and opaque ("order_line:7"): the same event cannot move stock twice.
    source = models.CharField(max_length=80)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "stock_movements"
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(fields=["partner", "source"], name="stock_movements_once"),
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_movements_not_zero"),
        ]
        indexes = [
            # The ledger on the product's page.
            models.Index(fields=["product", "-id"], name="stock_movements_product_idx"),
        ]

    def __str__(self):
        return f"{self.kind} {self.quantity:+d}"


class Reservation(models.Model):
    """Pieces promised to one order line and not yet gone. A bundle's line holds each part."""

    class State(models.TextChoices):
        LIVE = "live", _("Reserved")
        CONSUMED = "consumed", _("Shipped")
        RELEASED = "released", _("Released")
        WRITTEN_OFF = "gone", _("Written off")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="reservations")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    source = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    # Strict mode: the share of the shop that sold these pieces.
    share = models.ForeignKey(
        "ChannelStock",
        models.PROTECT,
        verbose_name=_("share of the shop"),
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "reservations"
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "source", "product"],
                condition=Q(state="live"),
                name="reservations_one_live_per_source",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservations_positive"),
        ]
        indexes = [
            # Who holds a product's pieces, on its page.
            models.Index(
                fields=["product"], condition=Q(state="live"), name="reservations_live_idx"
            ),
        ]

    def __str__(self):
        return f"{self.source}: {self.quantity}"
