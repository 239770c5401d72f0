"""The talk between a partner and our people: one room for each partner."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet

from .append_only import AppendOnly
from .files import StoredFile
from .people import Partner, User


class ChatRoom(models.Model):
    """What is asked of a talk all the time, so that nobody has to count its messages.

    Each of the numbers is that of a message, and 0 where there is none yet.
    """

    partner = models.OneToOneField(
        Partner, models.PROTECT, primary_key=True, related_name="chat_room"
    )
    assigned = models.ForeignKey(User, models.SET_NULL, null=True, related_name="chat_rooms")
    # The newest of all, and the newest that the partner may read.
    last_id = models.BigIntegerField(default=0)
    last_public_id = models.BigIntegerField(default=0)
    partner_wrote_id = models.BigIntegerField(default=0)
    partner_wrote_at = models.DateTimeField(null=True)
    staff_wrote_at = models.DateTimeField(null=True)
    # How far anybody of either side has read; `chat_reads` says who.
    partner_read_id = models.BigIntegerField(default=0)
    staff_read_id = models.BigIntegerField(default=0)
    # What each side was told of last, and has not written after.
    partner_told_id = models.BigIntegerField(default=0)
    staff_told_id = models.BigIntegerField(default=0)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "chat_rooms"
        verbose_name = _("talk with a partner")
        verbose_name_plural = _("talks with partners")
        indexes = [
            # The list of our people: where something was written last.
            models.Index(fields=["-last_id"], name="chat_rooms_last_idx"),
        ]

    def __str__(self):
        return f"№ {self.partner_id}"


class Said(AppendOnly):
    """One thing said between the two sides, in the chat or in a ticket."""

    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    is_from_staff = models.BooleanField()
    # A note among our own people, which no partner is ever shown.
    is_private = models.BooleanField(default=False)
    text = models.TextField(_("text"), blank=True)
    folded = models.TextField(default="", editable=False)
    # Made by the page before it is sent: what arrives twice is one message.
    client_id = models.UUIDField()
    attachment = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    attachment_name = models.CharField(_("file"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"№ {self.pk}"


class ChatMessage(Said):
    """Numbers grow in the order in which the messages of a room appear."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="chat_messages")

    class Meta:
        db_table = "chat_messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "author", "client_id"], name="chat_messages_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(text="") | models.Q(attachment__isnull=False),
                name="chat_messages_say_something",
            ),
            models.CheckConstraint(
                condition=models.Q(is_private=False) | models.Q(is_from_staff=True),
                name="chat_messages_private_of_staff",
            ),
        ]
        indexes = [
            # A room page by page, and what came after a number.
            models.Index(fields=["partner", "id"], name="chat_messages_room_idx"),
            # How many of ours a partner has not read: on every page of theirs.
            models.Index(
                fields=["partner", "id"],
                condition=models.Q(is_from_staff=True, is_private=False),
                name="chat_messages_ours_idx",
            ),
        ]


class ChatRead(models.Model):
    """How far one person has read in one room."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    up_to = models.BigIntegerField()
    read_at = models.DateTimeField(_("read"), auto_now=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "chat_reads"
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints = [
            models.UniqueConstraint(fields=["partner", "user"], name="chat_reads_once"),
        ]

    def __str__(self):
        return f"{self.user_id} → {self.up_to}"


class ReadyAnswer(models.Model):
    """A text that is sent often; it is put into the field, read and changed before it goes."""

    # Whose it is; nobody's are our own people's.
    partner: Partner | None = None
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"))

    class Meta:
        abstract = True

    def __str__(self):
        return self.title


class CannedReply(ReadyAnswer):
    """What our people answer partners with."""

    title = models.CharField(_("title"), max_length=80, unique=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        db_table = "canned_replies"
        verbose_name = _("ready answer")
        verbose_name_plural = _("ready answers")
        ordering = ["title"]
