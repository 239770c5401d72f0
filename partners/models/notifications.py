from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet


class Notification(models.Model):
    """One thing told to one person; worded when shown, in that person's language."""

    user = models.ForeignKey(
        "partners.User", models.CASCADE, null=True, related_name="notifications"
    )
    # Mail to somebody who has no account yet.
    invitation = models.ForeignKey(
        "partners.Invitation", models.CASCADE, null=True, related_name="notifications"
    )
    partner = models.ForeignKey(
        "partners.Partner", models.CASCADE, null=True, related_name="notifications"
    )
    kind = models.CharField(_("kind"), max_length=40)
    data = models.JSONField(_("data"), default=dict)
    url = models.CharField(_("link"), max_length=200, blank=True)
    dedupe = models.CharField(_("told once"), max_length=120)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["user", "dedupe"], name="notifications_told_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(invitation__isnull=False),
                name="notifications_has_reader",
            ),
        ]
        indexes = [
            # A person's list, newest first, and the unread count on every page.
            models.Index(fields=["user", "-id"], name="notifications_user_idx"),
            models.Index(
                fields=["user"], condition=Q(read_at=None), name="notifications_unread_idx"
            ),
        ]

    def __str__(self):
        return f"{self.kind} → {self.user_id}"

    @property
    def address(self) -> str:
        reader = self.invitation if self.user is None else self.user
        return (reader and reader.email) or ""
