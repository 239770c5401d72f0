"""Writes the audit trail: what somebody did, never the secrets it was done with."""

from typing import Any

from django.db.models import Model

from partners.models import AuditLog, Partner, User

from . import request_context


def record(
    action: str,
    *,
    partner: Partner | None = None,
    actor: User | None = None,
    entity: Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditLog:
    """Add one row, in the caller's transaction. `action` is upper snake case: PARTNER_APPROVED."""
    context = request_context.current()
    return AuditLog.objects.create(
        action=action,
        partner=partner,
        actor=actor if actor and actor.pk else None,
        entity_type=entity._meta.model_name or "" if entity else "",
        entity_id=str(entity.pk) if entity else "",
        before=before or {},
        after=after or {},
        ip=context.ip,
        user_agent=context.user_agent,
        request_id=context.request_id,
    )
