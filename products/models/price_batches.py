from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet
from products.models.catalogue import PriceChange, Product
from sellercloudx.lib.money import MoneyField


class PriceBatch(models.Model):
    """Many prices changed at once: a few first, the others when shops have taken those."""

    class State(models.TextChoices):
        CANARY = "canary", _("The first ones are tried")
        RUNNING = "running", _("The others follow")
        FROZEN = "frozen", _("Stopped: look at it")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped by a person")

    class Frozen(models.TextChoices):
        FLOOR = "floor", _("Many of the prices do not earn their cost.")
        REFUSED = "refused", _("A shop did not take one of the first prices.")
        HELD = "held", _("A marketplace holds one of the first prices back.")

    OPEN = (State.CANARY, State.RUNNING)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.CANARY)
    frozen_for = models.CharField(max_length=8, choices=Frozen.choices, blank=True)
    # A person has seen why it was frozen, and let it go on.
    is_released = models.BooleanField(default=False)
    # The form's own number: sending it twice makes one batch.
    submission = models.UUIDField()
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "price_batches"
        verbose_name = _("batch of prices")
        verbose_name_plural = _("batches of prices")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "submission"], name="price_batches_submitted_once"
            ),
        ]
        indexes = [
            # The clock: which batches go on.
            models.Index(
                fields=["id"],
                condition=Q(state__in=["canary", "running"]),
                name="price_batches_open_idx",
            ),
            # The partner's list, newest first.
            models.Index(fields=["partner", "-id"], name="price_batches_list_idx"),
        ]

    def __str__(self):
        return f"{self.pk}: {self.state}"


class PriceBatchRow(models.Model):
    """One line of a batch: asked for, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for its turn")
        SET = "set", _("Set")
        SAME = "same", _("The same as before")
        REFUSED = "refused", _("Not changed")
        DROPPED = "dropped", _("Left as it was")

    batch = models.ForeignKey(PriceBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    # As it was written; the product is empty where nobody has this SKU.
    sku = models.CharField(max_length=80)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    before = MoneyField(null=True)
    after = MoneyField(null=True)
    is_canary = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # Why it was not changed: a code and its figures, as the guard has them.
    code = models.CharField(_("why"), max_length=20, blank=True)
    figures = models.JSONField(default=dict)
    change = models.OneToOneField(
        PriceChange, models.PROTECT, null=True, related_name="batch_row", editable=False
    )

    class Meta:
        db_table = "price_batch_rows"
        verbose_name = _("line of a batch of prices")
        verbose_name_plural = _("lines of batches of prices")
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="price_batch_rows_once"),
        ]
        indexes = [
            # What of a batch waits for its turn, in order.
            models.Index(fields=["batch", "state", "number"], name="price_batch_rows_turn_idx"),
        ]

    def __str__(self):
        return f"{self.sku}: {self.after}"
