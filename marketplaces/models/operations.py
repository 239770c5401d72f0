from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet

from .connections import Connection

# By the words of the states: an index is made before the class has them.
NOT_TOLD = Q(state__in=["rejected", "parked", "held", "rehearsed", "untold"])


class OperationQuerySet(PartnerScopedQuerySet):
    def due(self, at):
        """Waiting for their turn, or left in the middle by a worker that died."""
        return self.filter(state__in=Operation.OPEN, due_at__lte=at)

    def outdated(self):
        """Those with newer news of the same kind about the same thing."""
        return self.filter(Exists(self._newer()))

    def not_outdated(self):
        return self.filter(~Exists(self._newer()))

    def _newer(self):
        return Operation.objects.filter(
            connection=OuterRef("connection"),
            kind=OuterRef("kind"),
            target=OuterRef("target"),
            pk__gt=OuterRef("pk"),
        )

    def newer_than(self, one):
        return self.filter(
            connection=one.connection_id, kind=one.kind, target=one.target, pk__gt=one.pk
        )

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
        CONFIRM_PRICE = "confirm_price", _("Confirm price")
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
        # Over the day's cap of destructive actions: the owner may let it through.
        HELD = "held", _("Held back")
        # The shop rehearses: all was done but the sending.
        REHEARSED = "rehearsed", _("Rehearsed, not sent")

    OPEN = (State.PENDING, State.SENDING, State.WAITING)
    # A person may decide about these: try again, or drop.
    UNDECIDED = (State.PARKED, State.HELD, State.REHEARSED, State.REJECTED)
    # Why one was never told, as `error_reason`.
    DISMISSED, DISCONNECTED, OVER_CAP = "dismissed", "disconnected", "over_cap"

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
    # How often in a row it failed alone and in the very same way, and when last.
    alike = models.PositiveIntegerField(default=0)
    alike_since = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # The owner let it through though it was over the cap.
    is_let_through = models.BooleanField(default=False)
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
            # drain(): whether something about the same thing must go first.
            models.Index(
                fields=["connection", "target", "id"],
                condition=Q(state__in=["pending", "sending", "waiting"]),
                name="operations_turn_idx",
            ),
            # Our people: what waits for a person, and since when.
            models.Index(
                fields=["created_at"], condition=Q(state="parked"), name="operations_parked_idx"
            ),
            # add(): supersede what was not sent yet for the same target.
            models.Index(
                fields=["connection", "kind", "target", "-id"], name="operations_target_idx"
            ),
            # What was not told, newest first: a partner's, and everybody's.
            models.Index(
                fields=["partner", "-id"], condition=NOT_TOLD, name="operations_not_told_idx"
            ),
            models.Index(fields=["-id"], condition=NOT_TOLD, name="operations_all_not_told_idx"),
            # The state of an object's last operation on its page.
            models.Index(fields=["subject", "-id"], name="operations_subject_idx"),
        ]

    def __str__(self):
        return f"{self.kind} {self.target}"


class Intent(models.Model):
    """A request as it would have been sent, had its shop not been rehearsing."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="intents")
    # The method group, as `Http` names it.
    group = models.CharField(max_length=40)
    method = models.CharField(max_length=10)
    # With its query, as it stands in the request's first line.
    path = models.CharField(max_length=2000)
    # Those that hold a secret are masked.
    headers = models.JSONField(default=list)
    body = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "intents"
        verbose_name = _("intent")
        verbose_name_plural = _("intents")
        indexes = [
            # The page of a rehearsal, newest first.
            models.Index(fields=["connection", "-id"], name="intents_connection_idx"),
            # What is older than we keep it.
            models.Index(fields=["made_at"], name="intents_age_idx"),
        ]

    def __str__(self):
        return f"{self.method} {self.path}"
