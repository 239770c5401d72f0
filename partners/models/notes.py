"""What our people write about a partner among themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .append_only import AppendOnly
from .people import Partner, User


class PartnerNote(AppendOnly):
    """One remark, with who made it and when; no partner is ever shown one."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="staff_notes")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(_("text"))
    # Made by the page before it is sent: what arrives twice is one note.
    client_id = models.UUIDField()
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        db_table = "partner_notes"
        verbose_name = _("note about a partner")
        verbose_name_plural = _("notes about partners")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "author", "client_id"], name="partner_notes_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(text=""), name="partner_notes_say_something"
            ),
        ]
        indexes = [
            # The newest on a partner's page.
            models.Index(fields=["partner", "-id"], name="partner_notes_partner_idx"),
        ]

    def __str__(self):
        return f"№ {self.pk}"
