"""Which prices a marketplace says would attract buyers, asked once a day and kept with the day."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from marketplaces import gateway
from marketplaces.connectors.base import Capability
from marketplaces.connectors.errors import MarketplaceError, Unsupported
from marketplaces.connectors.remote import PriceAdvice
from marketplaces.models import Connection
from products.models import TheirCard
from products.services.theirs import can
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

HOLDS_FOR = timedelta(days=1)
# They count products and let few through a minute; the clock comes back for the rest.
AT_ONCE = 50


def wake_due() -> None:
    """Called by the clock."""
    for connection in Connection.objects.working():
        if can(connection, Capability.PRICE_ADVICE) and _wanted(connection).exists():
            wake("products.services.price_advice.refresh", connection.pk)


def refresh(connection_id: int) -> int:
    """Ask about some that are due; how many were answered."""
    connection = Connection.objects.working().filter(pk=connection_id).first()
    if connection is None or not can(connection, Capability.PRICE_ADVICE):
        return 0
    some = list(_wanted(connection).select_related("listing__product")[:AT_ONCE])
    if not some:
        return 0
    try:
        with gateway.connector_for(connection) as connector:
            said = connector.price_advice([one.listing.product.sku for one in some])
    except Unsupported as error:
        # They tell it to no product of this shop: asked again tomorrow, for that may change.
        words = (error.words or error.message)[:300]
        _keep_all(_wanted(connection), {"unsupported": words})
        return 0
    except MarketplaceError as error:
        logger.warning("connection %s gave no advice: %s", connection_id, error.code)
        return 0
    _keep(some, said)
    return len(some)


def _wanted(connection: Connection) -> QuerySet[TheirCard]:
    old = Q(advised_at=None) | Q(advised_at__lt=timezone.now() - HOLDS_FOR)
    known = TheirCard.objects.filter(listing__connection=connection, listing__gone_at=None)
    return known.filter(old).order_by("pk")


def _keep_all(cards: QuerySet[TheirCard], advice: dict[str, Any]) -> None:
    TheirCard.objects.filter(pk__in=list(cards.values_list("pk", flat=True))).update(
        price_advice=advice, advised_at=timezone.now()
    )


def _keep(cards: Sequence[TheirCard], said: Sequence[PriceAdvice]) -> None:
    by_sku = {one.sku: _json(one) for one in said}
    now = timezone.now()
    for card in cards:
        card.price_advice = by_sku.get(card.listing.product.sku, {})
        card.advised_at = now
    TheirCard.objects.bulk_update(cards, ["price_advice", "advised_at"])


def _json(advice: PriceAdvice) -> dict[str, Any]:
    """Thresholds in one currency; one in another than the first is left out."""
    attractive, moderate = advice.attractive_up_to, advice.moderate_up_to
    currency = next((one.currency for one in (attractive, moderate) if one), "")
    return {
        "attraction": advice.attraction,
        "attractive": str(attractive.amount) if attractive else None,
        "moderate": str(moderate.amount) if moderate and moderate.currency == currency else None,
        "currency": currency,
        "shows": advice.shows,
    }
