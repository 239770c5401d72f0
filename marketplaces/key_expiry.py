"""Tells that the key of a shop runs out, where the marketplace says when it does."""

from datetime import datetime, timedelta

from django.utils import timezone

from marketplaces.connectors import registry
from marketplaces.models import Connection
from partners.models import Member
from partners.services import notices

# Days before the end, each told once for a key.
STEPS = (14, 3)


def is_told() -> bool:
    """Whether any marketplace has keys that run out; the settings show no choice for nothing."""
    return any(registry.connector_class(slug).keys_run_out for slug in registry.CONNECTORS)


def tell_due() -> None:
    """Called by the clock each morning; the same again tells nobody anything."""
    now = timezone.now()
    near = Connection.objects.working().filter(
        key_expires_at__gt=now, key_expires_at__lte=now + timedelta(days=STEPS[0])
    )
    for connection in near.select_related("partner").order_by("pk"):
        if connection.key_expires_at:
            _tell(connection, connection.key_expires_at)


def _tell(connection: Connection, ends: datetime) -> None:
    """The last step that is reached: a key that comes late is told of once."""
    left = ends - timezone.now()
    step = min(step for step in STEPS if left <= timedelta(days=step))
    notices.notify_partner(
        connection.partner,
        kind="key_expiring",
        data={"shop": connection.name, "day": f"{timezone.localtime(ends):%d.%m.%Y}"},
        url=f"/partner-dashboard/marketplaces/{connection.pk}/",
        dedupe=f"key_expiring:{connection.pk}:{ends:%Y-%m-%dT%H:%M}:{step}",
        # Nobody else can replace it.
        at_least=Member.Role.MANAGER,
    )
