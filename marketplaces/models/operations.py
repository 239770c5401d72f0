from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet

from .connections import Connection


class OperationQuerySet(PartnerScopedQuerySet):
    def due(self, at):
        """Waiting for their turn, or left in the middle by a worker that died."""
        return self.filter(state__in=Operation.OPEN, due_at__lte=at)

    def held(self, batch):
        """Those of a claimed batch that are still ours: a stale worker writes over nothing."""
        fence = batch[0].fence if batch else 0
        pks = [operation.pk for operation in batch]
        return self.filter(pk__in=pks, state=Operation.State.SENDING, fence=fence)

    def answerable(self, operation):
        """It, while it is ours; or given up with its shop while our call was on the wire."""
        waiting = Q(state=Operation.State.SENDING) | Q(
            state=Operation.State.UNTOLD, error_reason=Operation.DISCONNECTED
        )
        return self.filter(waiting, pk=operation.pk, fence=operation.fence)


class Operation(models.Model):
    """One thing a marketplace must be told. The row is the truth; a message only wakes."""

    class Kind(models.TextChoices):
        PUBLISH_CARD = "publish_card", _("Publish card")
        PUSH_PRICE = "push_price", _("Send price")
        PUSH_STOCK = "push_stock", _("Send stock")
        SHIP_ORDER = "ship_order", _("Ready to ship")
        CANCEL_ORDER = "cancel_order", _("Cancel order")
        SEND_REPLY = "send_reply", _("Answer a buyer")
        SET_BOXES = "set_boxes", _("Send boxes and marking codes")
        DECIDE_RETURN = "decide_return", _("Decide about a return")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for its turn")
        SENDING = "sending", _("Being sent")
        WAITING = "waiting", _("Will be tried again")
        DONE = "done", _("Done")
        REJECTED = "rejected", _("Refused by the marketplace")
        PARKED = "parked", _("Needs a person")
        SUPERSEDED = "superseded", _("Replaced by a newer one")
        # Set aside by a person, or its shop was disconnected first.
        UNTOLD = "untold", _("Not told")

    OPEN = (State.PENDING, State.SENDING, State.WAITING)
    # Why one was never told, as `error_reason`.
    DISMISSED, DISCONNECTED = "dismissed", "disconnected"

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="operations")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # What it is about on their side (SKU, order number), and on ours ("listing:7").
    target = models.CharField(max_length=255)
    subject = models.CharField(max_length=60, blank=True)
    payload = models.JSONField(default=dict)
    dedupe = models.CharField(max_length=160)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    # How many of them ended in something nobody understands.
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    # The lease that is sending it; a stale worker's answer is not written over a newer one's.
    fence = models.BigIntegerField(default=0)
    error_kind = models.CharField(max_length=12, blank=True)
    # What it is, in one word of ours; the code and the message are the marketplace's.
    error_reason = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.CharField(max_length=1000, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    request_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        db_table = "operations"
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        # Of our own people, for a partner; its members need none.
        permissions = [("retry_operation", _("may have parked operations tried again"))]
        constraints = [
            models.UniqueConstraint(fields=["connection", "dedupe"], name="operations_dedupe"),
        ]
        indexes = [
            # drain(): what is due on a connection; the clock and /health: the oldest of all.
            models.Index(
                fields=["connection", "due_at"],
                condition=Q(state__in=["pending", "sending", "waiting"]),
                name="operations_open_idx",
            ),
            # Our people: what waits for a person, and since when.
            models.Index(
                fields=["created_at"], condition=Q(state="parked"), name="operations_parked_idx"
            ),
            # add(): supersede what was not sent yet for the same target.
            models.Index(
                fields=["connection", "kind", "target", "-id"], name="operations_target_idx"
            ),
            # The state of an object's last operation on its page.
            models.Index(fields=["subject", "-id"], name="operations_subject_idx"),
        ]

    def __str__(self):
        return f"{self.kind} {self.target}"
