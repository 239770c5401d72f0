"""What a partner asks of our people and wants to see solved: a ticket, and what is said in it."""

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet

from .people import Partner, User
from .support import Said

LONGEST_CODE = 32
# A number of its own that falls down the list of our people: what waits for an answer stands above
# every number of a message, the oldest of it first; the rest by when something was said last.
PLACE = Case(
    When(waits_id__gt=0, then=10**15 - F("waits_id")),
    default=F("last_id"),
    output_field=models.BigIntegerField(),
)


class SupportTicket(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        IN_PROGRESS = "in_progress", _("In progress")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    class Category(models.TextChoices):
        TECHNICAL = "technical", _("Technical")
        BILLING = "billing", _("Payments")
        PRODUCT = "product", _("Products and cards")
        ACCOUNT = "account", _("Account and access")
        OTHER = "other", _("Other")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="tickets")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    subject = models.CharField(_("subject"), max_length=120)
    folded = models.TextField(default="", editable=False)
    category = models.CharField(_("about"), max_length=12, choices=Category.choices)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority.choices)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.OPEN
    )
    assigned = models.ForeignKey(User, models.SET_NULL, null=True, related_name="tickets")
    # As the page of an error showed it: logs and audit find the request by it.
    request_code = models.CharField(_("code of a page"), max_length=LONGEST_CODE, blank=True)
    # Of the form and of what was typed into it: sent twice, it is one ticket.
    client_id = models.UUIDField()
    # Grows with each decision about the ticket: who decides names the one they saw.
    revision = models.PositiveIntegerField(default=1)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    # Numbers of messages: the newest of all, the newest that the partner may read, and the first
    # of the partner's that nobody has answered yet, 0 where there is none.
    last_id = models.BigIntegerField(default=0)
    last_public_id = models.BigIntegerField(default=0)
    waits_id = models.BigIntegerField(default=0)
    waits_since = models.DateTimeField(_("waits for an answer since"), null=True)
    created_at = models.DateTimeField(_("opened"), auto_now_add=True)
    first_answer_at = models.DateTimeField(_("first answer"), null=True)
    # The last time, or when it was closed unresolved; a ticket that is opened again has none.
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "support_tickets"
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "opened_by", "client_id"], name="support_tickets_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "in_progress", "resolved", "closed"]),
                name="support_tickets_status_known",
            ),
            models.CheckConstraint(
                condition=Q(priority__in=["low", "medium", "high", "urgent"]),
                name="support_tickets_priority_known",
            ),
            models.CheckConstraint(
                condition=Q(category__in=["technical", "billing", "product", "account", "other"]),
                name="support_tickets_category_known",
            ),
            # What is open is not resolved any more.
            models.CheckConstraint(
                condition=Q(status="closed")
                | Q(status="resolved", resolved_at__isnull=False)
                | Q(status__in=["open", "in_progress"], resolved_at=None),
                name="support_tickets_resolved_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at=None)),
                name="support_tickets_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(waits_id=0, waits_since=None)
                | Q(waits_id__gt=0, waits_since__isnull=False, status__in=["open", "in_progress"]),
                name="support_tickets_waits_while_open",
            ),
        ]
        indexes = [
            # The partner's list, newest talk first.
            models.Index(fields=["partner", "-last_public_id"], name="support_tickets_theirs_idx"),
            # Our people's list: what waits for an answer, and the rest.
            models.Index(PLACE.desc(), name="support_tickets_queue_idx"),
        ]

    def __str__(self):
        return f"№ {self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def waits_for(self):
        return timezone.now() - self.waits_since if self.waits_since else None

    @property
    def first_answer_after(self):
        return self.first_answer_at - self.created_at if self.first_answer_at else None

    @property
    def resolved_after(self):
        return self.resolved_at - self.created_at if self.resolved_at else None


class TicketMessage(Said):
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    ticket = models.ForeignKey(SupportTicket, models.PROTECT, related_name="messages")

    class Meta:
        db_table = "ticket_messages"
        verbose_name = _("message of a ticket")
        verbose_name_plural = _("messages of tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "author", "client_id"], name="ticket_messages_once"
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(attachment__isnull=False),
                name="ticket_messages_say_something",
            ),
            models.CheckConstraint(
                condition=Q(is_private=False) | Q(is_from_staff=True),
                name="ticket_messages_private_of_staff",
            ),
        ]
        indexes = [
            # A ticket page by page.
            models.Index(fields=["ticket", "id"], name="ticket_messages_page_idx"),
        ]
