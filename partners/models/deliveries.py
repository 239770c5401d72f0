from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Delivery(models.Model):
    """One notification on its way to one person by one channel outside the app."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("Email")
        TELEGRAM = "telegram", "Telegram"

    class State(models.TextChoices):
        DUE = "due", _("Waiting")
        DIGEST = "digest", _("Waits for the evening")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        # Wanted once, and nothing to send to any more: never sent later, when it is old.
        OFF = "off", _("Not sent")

    # The worker may still take these up.
    WAITING = (State.DUE, State.DIGEST)

    notification = models.ForeignKey(
        "partners.Notification", models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        db_table = "deliveries"
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "channel"], name="deliveries_once_per_channel"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["email", "telegram"]), name="deliveries_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["due", "digest", "sent", "failed", "off"]),
                name="deliveries_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["due", "digest"]) | Q(due_at__isnull=False),
                name="deliveries_waiting_have_a_time",
            ),
        ]
        indexes = [
            # The worker's sweep for what is due.
            models.Index(
                fields=["channel", "due_at"], condition=Q(state="due"), name="deliveries_due_idx"
            ),
            # What waits for the evening.
            models.Index(
                fields=["due_at"], condition=Q(state="digest"), name="deliveries_digest_idx"
            ),
            # What staff may send again, newest first.
            models.Index(fields=["-id"], condition=Q(state="failed"), name="deliveries_failed_idx"),
        ]

    def __str__(self):
        return f"{self.notification_id} {self.channel}: {self.state}"
