from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet
from products.models import Product
from sellercloudx.lib.money import MoneyField
from sellercloudx.lib.text import fold


class Order(models.Model):
    """One order as one marketplace knows it."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        CONFIRMED = "confirmed", _("Confirmed")
        PACKING = "packing", _("Packing")
        READY = "ready", _("Ready to ship")
        SHIPPED = "shipped", _("Shipped")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")
        RETURNED = "returned", _("Returned")
        UNKNOWN = "unknown", _("Unknown")

    class Payment(models.TextChoices):
        PENDING = "pending", _("Payment pending")
        PAID = "paid", _("Paid")
        REFUNDED = "refunded", _("Refunded")
        FAILED = "failed", _("Payment failed")

    AWAITING_SHIPMENT = (Status.NEW, Status.CONFIRMED, Status.PACKING)
    # The goods are on the shelf and promised; after that they have left it.
    ON_THE_SHELF = (*AWAITING_SHIPMENT, Status.READY)
    GONE = (Status.SHIPPED, Status.DELIVERED, Status.RETURNED)
    CLOSED = (Status.DELIVERED, Status.CANCELLED, Status.RETURNED)
    # The marketplace's own warehouse packs these.
    NOT_OURS = "FBO"

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="orders")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="orders")
    external_id = models.CharField(_("number"), max_length=60)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    # What the marketplace last said, in our words; `status` may be ahead of it while we tell it.
    remote_status = models.CharField(max_length=10, choices=Status.choices)
    vendor_status = models.CharField(max_length=60)
    vendor_substatus = models.CharField(max_length=60, blank=True)
    payment = models.CharField(max_length=10, choices=Payment.choices, default=Payment.PENDING)
    fulfilment = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    # Theirs: nothing is added to it. Empty means that they do not say.
    total = MoneyField(_("total"), null=True)
    ordered_at = models.DateTimeField(_("ordered"))
    changed_at = models.DateTimeField(_("changed on the marketplace"))
    ship_by = models.DateTimeField(_("ship by"), null=True)
    # That it comes near is told once, however often they change it.
    deadline_told_at = models.DateTimeField(null=True)
    is_test = models.BooleanField(default=False)
    cancel_requested = models.BooleanField(default=False)
    raw = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "orders"
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="orders_external_id_once"
            ),
        ]
        indexes = [
            # The order list, newest first, by keyset.
            models.Index(fields=["partner", "-ordered_at", "-id"], name="orders_list_idx"),
            # A tab of the list: one status, newest first.
            models.Index(
                fields=["partner", "status", "-ordered_at", "-id"], name="orders_status_idx"
            ),
            # The views of what is to pack and what is late, by deadline.
            models.Index(
                fields=["partner", "ship_by", "id"],
                condition=Q(status__in=["new", "confirmed", "packing"]),
                name="orders_to_ship_idx",
            ),
            # The view of those whose buyers ask to cancel.
            models.Index(
                fields=["partner", "ship_by", "id"],
                condition=Q(cancel_requested=True),
                name="orders_cancel_asked_idx",
            ),
        ]

    def __str__(self):
        return self.external_id

    @property
    def subject(self) -> str:
        """How operations about this order name it."""
        return f"order:{self.pk}"

    @property
    def is_ours_to_pack(self) -> bool:
        return self.fulfilment != self.NOT_OURS

    @property
    def is_asked_to_cancel(self) -> bool:
        """The buyer asks, and somebody has to decide."""
        return self.cancel_requested and self.status not in self.CLOSED

    @property
    def is_late(self) -> bool:
        waiting = self.is_ours_to_pack and self.status in self.AWAITING_SHIPMENT
        return waiting and self.ship_by is not None and self.ship_by < timezone.now()


class OrderLine(models.Model):
    """One product of an order. An unknown product is kept, shown and can be linked."""

    class Stock(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        SHORT = "short", _("Not enough stock")
        UNLINKED = "unlinked", _("Product unknown")
        SHIPPED = "shipped", _("Shipped")
        # It has left, and more of it than we had counted: the rest comes off what arrives next.
        OWING = "owing", _("Shipped beyond stock")
        RELEASED = "released", _("Released")
        WRITTEN_OFF = "gone", _("Written off")
        # Closed before we counted, a test, or packed by the marketplace.
        UNTOUCHED = "untouched", _("Not from this stock")

    # How the stock ledger names a line: this and its number.
    SOURCE = "order_line:"
    # Pieces are lacking; what comes goes here first.
    WAITING = (Stock.SHORT, Stock.OWING)
    LEFT = (Stock.SHIPPED, Stock.OWING)

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="order_lines")
    external_id = models.CharField(max_length=60)
    sku = models.CharField(max_length=255)
    name = models.CharField(max_length=500)
    quantity = models.PositiveIntegerField()
    # The marketplace wants a marking code for each piece before the parcel is ready.
    needs_codes = models.BooleanField(default=False)
    # The box its pieces lie in, where there are several.
    box = models.PositiveSmallIntegerField(default=1)
    # Of all pieces, as the marketplace states it; the price of one is rounded, and shown only.
    total = MoneyField(null=True)
    unit_price = MoneyField(null=True)
    stock = models.CharField(max_length=10, choices=Stock.choices)
    # Pieces set aside for it or gone with it.
    covered = models.PositiveIntegerField(default=0)
    # Name and SKU as search sees them.
    folded = models.TextField(default="", editable=False)

    class Meta:
        db_table = "order_lines"
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="order_lines_once"),
            models.CheckConstraint(
                condition=Q(covered=0) | Q(stock__in=["reserved", "short", "shipped", "owing"]),
                name="order_lines_only_held_ones_are_covered",
            ),
        ]
        indexes = [
            # Which product a SKU was linked to before.
            models.Index(fields=["sku", "-id"], name="order_lines_sku_idx"),
            # Lines that a new product, or the clock, may give their product.
            models.Index(
                fields=["sku"], condition=Q(product=None), name="order_lines_unlinked_idx"
            ),
            # Who waits for pieces that have just arrived.
            models.Index(
                fields=["product"],
                condition=Q(stock__in=["short", "owing"]),
                name="order_lines_waiting_idx",
            ),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.name}"

    def save(self, *args, **kwargs):
        self.fold()
        super().save(*args, **kwargs)

    def fold(self):
        """For whoever stores many at once."""
        self.folded = fold(f"{self.name} {self.sku}")

    @property
    def source(self) -> str:
        """How the stock ledger names this line."""
        return f"{self.SOURCE}{self.pk}"

    @property
    def missing(self) -> int:
        """Pieces that it waits for, or that left without having been counted."""
        return max(self.quantity - self.covered, 0) if self.stock in self.WAITING else 0


class OrderEvent(models.Model):
    """Something that happened to an order. Rows are only ever added."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        STATUS = "status", _("Status changed")
        GOODS = "goods", _("Goods changed")
        SUM = "sum", _("Sum of a line changed")
        TOTAL = "total", _("Total changed")
        CANCEL_ASK = "cancel_ask", _("Cancellation asked for")
        STOCK = "stock", _("Stock")
        TOLD = "told", _("Told to the marketplace")
        REFUSED = "refused", _("Refused by the marketplace")
        UNCLEAR = "unclear", _("No clear answer from the marketplace")
        UNTOLD = "untold", _("Not told to the marketplace")

    order = models.ForeignKey(Order, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Statuses, numbers of pieces, or sums, by the kind.
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=1000, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "order_events"
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        indexes = [
            # The timeline of an order.
            models.Index(fields=["order", "id"], name="order_events_order_idx"),
        ]

    def __str__(self):
        return f"{self.order_id}: {self.kind}"
