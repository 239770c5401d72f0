from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from orders.models.orders import Order
from partners.models import Partner, ReadyAnswer, User
from partners.scoping import PartnerScopedQuerySet
from products.models import Product
from sellercloudx.lib.text import fold


class Conversation(models.Model):
    """A chat, a review or a question of a buyer, as one marketplace knows it."""

    class Kind(models.TextChoices):
        CHAT = "chat", _("Chat")
        REVIEW = "review", _("Review")
        QUESTION = "question", _("Question")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="conversations")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="conversations")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    external_id = models.CharField(max_length=60)
    vendor_status = models.CharField(max_length=60, blank=True)
    # Their word on whether an answer is due; empty where they leave it to the messages.
    needs_answer = models.BooleanField(null=True)
    # Erased with the texts of a chat, see retention.
    buyer_name = models.CharField(_("buyer"), max_length=120, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True)
    # What it is about, as they name it; linked where we know it.
    order_number = models.CharField(max_length=60, blank=True)
    sku = models.CharField(max_length=255, blank=True)
    order = models.ForeignKey(Order, models.SET_NULL, null=True, related_name="conversations")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="conversations")
    assigned = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Since when the buyer waits for us; nothing while nobody waits.
    waits_since = models.DateTimeField(_("waits since"), null=True)
    # What was said until then needs no answer, somebody said.
    dismissed_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(_("last message"))
    # The newest message: a form that was opened before it does not speak over it.
    last_id = models.BigIntegerField(default=0)
    # Who has it open to answer, and since when.
    opened_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Name, numbers and SKU as search sees them.
    folded = models.TextField(default="", editable=False)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "conversations"
        verbose_name = _("conversation with a buyer")
        verbose_name_plural = _("conversations with buyers")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "external_id"], name="conversations_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["chat", "review", "question"]),
                name="conversations_kind_known",
            ),
        ]
        indexes = [
            # The Inbox, the newest first, by keyset.
            models.Index(fields=["partner", "-last_at", "-id"], name="conversations_list_idx"),
            # Who waits for an answer, the longest first; the count beside the section.
            models.Index(
                fields=["partner", "waits_since", "id"],
                condition=Q(waits_since__isnull=False),
                name="conversations_waiting_idx",
            ),
            # Those about an order, on its page; those that a new product may explain.
            models.Index(
                fields=["sku"],
                condition=Q(product=None) & ~Q(sku=""),
                name="conversations_unlinked_idx",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.external_id}"

    def save(self, *args, **kwargs):
        self.folded = fold(f"{self.buyer_name} {self.order_number} {self.sku} {self.external_id}")
        super().save(*args, **kwargs)

    @property
    def target(self) -> str:
        """How an operation names it on their side."""
        return f"{self.kind}:{self.external_id}"

    @property
    def subject(self) -> str:
        return f"conversation:{self.pk}"


class ConversationMessage(models.Model):
    """Something that was said to the buyer or by them. Notes among ourselves are another table."""

    class Sender(models.TextChoices):
        BUYER = "buyer", _("Buyer")
        SELLER = "seller", _("Shop")
        MARKETPLACE = "marketplace", _("Marketplace")
        UNKNOWN = "unknown", _("Unknown")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Being sent")
        SENT = "sent", _("Sent")
        REFUSED = "refused", _("Refused by the marketplace")
        UNCLEAR = "unclear", _("No clear answer")
        UNTOLD = "untold", _("Not sent")

    # The buyer does not have these, as far as we know.
    NOT_SAID = (State.REFUSED, State.UNCLEAR, State.UNTOLD)

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    # Theirs; empty until we know it of what we sent ourselves.
    external_id = models.CharField(max_length=60, blank=True)
    sender = models.CharField(max_length=12, choices=Sender.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    text = models.TextField(blank=True)
    files = models.JSONField(default=list)
    # Its words were erased when their time was over.
    is_forgotten = models.BooleanField(default=False)
    # Why it was refused, in their words.
    detail = models.CharField(max_length=1000, blank=True)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # The number it had in the form: sent twice, it is one message.
    client_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    folded = models.TextField(default="", editable=False)

    class Meta:
        db_table = "conversation_messages"
        verbose_name = _("message of a conversation")
        verbose_name_plural = _("messages of conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "external_id"],
                condition=~Q(external_id=""),
                name="conversation_messages_once",
            ),
            models.UniqueConstraint(
                fields=["author", "client_id"],
                condition=Q(client_id__isnull=False),
                name="conversation_messages_form_once",
            ),
            # Only the shop speaks through us.
            models.CheckConstraint(
                condition=Q(state="received") | Q(sender="seller"),
                name="conversation_messages_ours_are_sent",
            ),
        ]
        indexes = [
            # The history of a conversation.
            models.Index(fields=["conversation", "at", "id"], name="conversation_messages_idx"),
        ]

    def __str__(self):
        return f"{self.sender} → {self.conversation_id}"

    def save(self, *args, **kwargs):
        self.folded = fold(self.text)
        super().save(*args, **kwargs)


class ConversationNote(models.Model):
    """What people of the shop tell each other about it; nothing here is ever sent."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    client_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "conversation_notes"
        verbose_name = _("note about a conversation")
        verbose_name_plural = _("notes about conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "client_id"], name="conversation_notes_form_once"
            ),
        ]

    def __str__(self):
        return f"{self.pk} → {self.conversation_id}"


class ReplyTemplate(ReadyAnswer):
    """A text that a shop sends to buyers often."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="reply_templates")

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "reply_templates"
        verbose_name = _("ready answer of a shop")
        verbose_name_plural = _("ready answers of shops")
        ordering = ("title",)
        constraints = [
            models.UniqueConstraint(fields=["partner", "title"], name="reply_templates_once"),
        ]
