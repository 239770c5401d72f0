"""What marketplaces show of our products, read back whole: their side of every comparison.

Read again after something was sent, when their verdict changed, and some times a day.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from marketplaces import gateway
from marketplaces.connectors.base import Capability
from marketplaces.connectors.errors import MarketplaceError
from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.connectors.remote import CardText, RemoteCard, RemoteContent
from marketplaces.models import Connection
from products.models import Listing, TheirCard
from products.services import read_back
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

HOLDS_FOR = timedelta(hours=6)
# "Data in the catalogue are updated within minutes": so long after a change it is read once more.
SETTLES_WITHIN = timedelta(minutes=10)
AT_ONCE = 100


def can(connection: Connection, capability: Capability) -> bool:
    slug = connection.marketplace
    return slug in CONNECTORS and connector_class(slug).supports(capability)


def wake_due() -> None:
    """Called by the clock."""
    for connection in Connection.objects.working():
        if can(connection, Capability.LOOK_UP) and _wanted(connection).exists():
            wake("products.services.theirs.refresh", connection.pk)


def refresh(connection_id: int) -> int:
    """Read what is due; how many were. A shop that does not answer is asked later."""
    connection = Connection.objects.working().filter(pk=connection_id).first()
    if connection is None or not can(connection, Capability.LOOK_UP):
        return 0
    read, last = 0, 0
    try:
        with gateway.connector_for(connection) as connector:
            while some := list(_wanted(connection).filter(pk__gt=last)[:AT_ONCE]):
                cards = connector.look_up([listing.product.sku for listing in some])
                for listing, card in zip(some, cards, strict=True):
                    keep(listing, card)
                read, last = read + len(some), some[-1].pk
    except MarketplaceError as error:
        logger.warning("connection %s showed no cards: %s", connection_id, error.code)
    return read


def _wanted(connection: Connection) -> QuerySet[Listing]:
    """What they have, or had, and what we show of it may be another by now."""
    now = timezone.now()
    known = Q(state=Listing.State.FOUND) | Q(sent_at__isnull=False)
    settled = Q(price_told_at__lt=now - SETTLES_WITHIN) & Q(
        theirs__read_at__lt=F("price_told_at") + SETTLES_WITHIN
    )
    stale = (
        Q(theirs__read_at=None)
        | Q(theirs__read_at__lt=now - HOLDS_FOR)
        | Q(theirs__read_at__lt=F("sent_at"))
        | Q(theirs__read_at__lt=F("price_told_at"))
        | settled
    )
    listings = Listing.objects.filter(known, stale, connection=connection)
    return listings.select_related("product", "connection", "partner").order_by("pk")


def keep(listing: Listing, card: RemoteCard) -> None:
    """Write down their side; what cannot be read leaves what was read before."""
    if card.listing.unreadable:
        TheirCard.objects.filter(listing=listing).update(read_at=timezone.now())
        return
    TheirCard.objects.update_or_create(listing=listing, defaults=_fields(listing, card))
    read_back.note(listing, card.listing)


def _fields(listing: Listing, card: RemoteCard) -> dict[str, Any]:
    price = card.shop_price or card.listing.price
    return {
        "partner_id": listing.partner_id,
        "content": content_json(card),
        "price": price.amount if price else None,
        "currency": price.currency[:3] if price else "",
        "stock": card.stock,
        "shop_status": card.shop_status[:60],
        "rating": card.rating,
        "average_rating": card.average_rating,
        "advice": [
            {"kind": one.kind, "percent": one.percent, "points": one.points} for one in card.advice
        ],
        "read_at": timezone.now(),
    }


def content_json(card: RemoteCard) -> dict[str, Any]:
    """As TheirCard keeps it; nothing where they do not know the product, or not readably."""
    if card.listing.content is None:
        return {}
    return {
        "texts": _texts(card),
        "category_id": card.listing.category_id,
        **_said(card.listing.content),
    }


def _texts(card: RemoteCard) -> dict[str, dict[str, str]]:
    given = card.texts or (
        CardText("ru", card.listing.name, getattr(card.listing.content, "description", "")),
    )
    return {
        one.language.lower(): {"title": one.title, "description": one.description} for one in given
    }


def _said(content: RemoteContent) -> dict[str, Any]:
    sizes = {
        "length_cm": content.length,
        "width_cm": content.width,
        "height_cm": content.height,
        "weight_kg": content.weight,
    }
    return {
        "brand": content.brand,
        "barcodes": list(content.barcodes),
        "pictures": list(content.pictures),
        **{name: None if size is None else str(size) for name, size in sizes.items()},
        "attributes": _attributes(content),
        "category": content.category,
        "card_number": content.card_number,
        "is_archived": content.is_archived,
    }


def _attributes(content: RemoteContent) -> list[dict[str, str]]:
    return [
        {"attribute_id": one.attribute_id, "value": one.value, "option_id": one.option_id}
        for one in content.attributes
    ]


def read_soon(listings: Sequence[int]) -> None:
    """What we show of these is not theirs any more."""
    TheirCard.objects.filter(listing__in=listings).update(read_at=None)
