"""Where a seller reads that we have been told of an error, we are."""

from django.utils import timezone

from marketplaces.connectors.errors import MarketplaceError
from marketplaces.explain import is_promised
from marketplaces.models import Connection
from partners.services import notices
from sellercloudx.lib.formats import NOTHING
from sellercloudx.lib.redact import scrub


def keep(connection: Connection, error: MarketplaceError) -> None:
    """Tell staff once a day of each kind of error of a connection whose words promise it."""
    if not is_promised(error.kind, error.reason):
        return
    kind = f"{error.reason}:{error.code[:40]}"
    notices.notify_staff(
        kind="needs_our_people",
        data={
            "marketplace": connection.marketplace,
            "shop": connection.name or NOTHING,
            "of": error.operation or NOTHING,
            "reason": scrub(error.message)[:300],
        },
        url=f"/admin/marketplaces/connection/{connection.pk}/change/",
        dedupe=f"promised:{connection.pk}:{kind}:{timezone.now():%Y-%m-%d}",
        partner=connection.partner,
    )
