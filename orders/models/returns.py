from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from orders.models.orders import Order, OrderLine
from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet
from products.models import Product
from sellercloudx.lib.money import MoneyField


class Return(models.Model):
    """Goods on their way back: a buyer's return, or a parcel that nobody took."""

    class Decision(models.TextChoices):
        """How far our word on it has got."""

        NONE = "", _("No decision")
        QUEUED = "queued", _("Being sent")
        TAKEN = "taken", _("Taken by the marketplace")
        REFUSED = "refused", _("Refused by the marketplace")
        UNCLEAR = "unclear", _("No clear answer")

    # Their words for waiting for ours.
    AWAITING_US = ("WAITING_FOR_DECISION", "PREMODERATION_DECISION_WAITING", "REFUND_IN_PROGRESS")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="returns")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="returns")
    external_id = models.CharField(_("number"), max_length=60)
    order_number = models.CharField(max_length=60)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="returns")
    is_unredeemed = models.BooleanField(default=False)
    # Their words, unknown ones too.
    refund_status = models.CharField(max_length=60, blank=True)
    shipment_status = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount = MoneyField(null=True)
    pickup_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    decision_state = models.CharField(
        max_length=8, choices=Decision.choices, blank=True, default=Decision.NONE
    )
    decision = models.CharField(max_length=60, blank=True)
    decision_detail = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "returns"
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="returns_once"),
        ]
        indexes = [
            # The list, the newest first, by keyset.
            models.Index(fields=["partner", "-opened_at", "-id"], name="returns_list_idx"),
        ]

    def __str__(self):
        return self.external_id

    @property
    def subject(self) -> str:
        return f"return:{self.pk}"


class ReturnItem(models.Model):
    """Pieces of one SKU in a return; on the shelf again only when somebody says they are here."""

    parcel = models.ForeignKey(Return, models.CASCADE, related_name="items")
    line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="returned")
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    sku = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField()
    # What decisions name, and what the buyer says, in their codes and words.
    item_ids = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    comments = models.JSONField(default=list)
    # Counted when the parcel was opened: whole ones on the shelf, and the others.
    received = models.PositiveIntegerField(default=0)
    spoiled = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "return_items"
        verbose_name = _("item of a return")
        verbose_name_plural = _("items of returns")
        constraints = [
            models.UniqueConstraint(fields=["parcel", "sku"], name="return_items_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("received") + F("spoiled")),
                name="return_items_not_more_than_came",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=False) | Q(received=0, spoiled=0),
                name="return_items_counted_when_received",
            ),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.sku}"

    @property
    def source(self) -> str:
        """How the stock ledger names it."""
        return f"return_item:{self.pk}"


class MarkingCode(models.Model):
    """The code of one marked piece of an order's line (Asl Belgisi, Chestny Znak)."""

    class State(models.TextChoices):
        NEW = "new", _("Not sent yet")
        SENT = "sent", _("Being checked")
        GOOD = "good", _("Accepted")
        BAD = "bad", _("Refused")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="codes")
    code = models.CharField(max_length=200)
    state = models.CharField(max_length=6, choices=State.choices, default=State.NEW)
    # Why it is refused, in their words for states.
    detail = models.CharField(max_length=300, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "marking_codes"
        verbose_name = _("marking code")
        verbose_name_plural = _("marking codes")
        constraints = [
            # One piece is sold once.
            models.UniqueConstraint(fields=["partner", "code"], name="marking_codes_once"),
        ]

    def __str__(self):
        return self.code
