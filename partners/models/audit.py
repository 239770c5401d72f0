from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.append_only import AppendOnly

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class AuditLog(AppendOnly):
    """One thing somebody did, as it was at that moment. Rows are only ever added."""

    partner = models.ForeignKey(
        "partners.Partner", models.PROTECT, null=True, related_name="audit_logs"
    )
    actor = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+")
    action = models.CharField(_("action"), max_length=60)
    entity_type = models.CharField(_("entity"), max_length=40, blank=True)
    entity_id = models.CharField(_("entity id"), max_length=40, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    ip = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    request_id = models.CharField(_("request"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        db_table = "audit_logs"
        verbose_name = _("audit record")
        verbose_name_plural = _("audit records")
        indexes = [
            # The history on a partner's and on an object's page.
            models.Index(fields=["partner", "-id"], name="audit_logs_partner_idx"),
            models.Index(fields=["entity_type", "entity_id", "-id"], name="audit_logs_entity_idx"),
            # Staff: one kind of event, newest first.
            models.Index(fields=["action", "-id"], name="audit_logs_action_idx"),
        ]

    def __str__(self):
        return f"{self.action} {self.entity_type} {self.entity_id}".strip()

    def without_a_person(self) -> "StrPromise":
        """Who it was where no account stands behind it."""
        if self.request_id:
            return _("nobody signed in")
        # Outside of a request an order is only moved by what its marketplace tells of it.
        return _("the marketplace") if self.action.startswith("ORDER_") else _("the system")

    def changes(self) -> list[tuple[str, object, object]]:
        """What differs, by name: before and after."""
        names = [*self.after, *(name for name in self.before if name not in self.after)]
        return [
            (name, self.before.get(name, ""), self.after.get(name, ""))
            for name in names
            if _known(self.before.get(name)) != _known(self.after.get(name))
        ]


def _known(value: object) -> object:
    """What was not there and is now empty has not changed."""
    return None if value == "" else value


class AuditSeal(AppendOnly):
    """Ties one audit row to the one before it, with a key that is not in the database.

    The number of the row is no foreign key: a seal whose row was deleted must stay and tell.
    """

    audit_id = models.BigIntegerField(primary_key=True)
    # The row sealed before; 0 for the first. Unique: the chain has no forks.
    previous_id = models.BigIntegerField(unique=True)
    mac = models.CharField(max_length=64)
    # Which key made it: seals of another SESSION_SECRET cannot be checked.
    key_id = models.CharField(max_length=8)

    class Meta:
        db_table = "audit_seals"
        verbose_name = _("seal of the audit")
        verbose_name_plural = _("seals of the audit")

    def __str__(self):
        return f"{self.previous_id} → {self.audit_id}"
