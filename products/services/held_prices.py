"""Prices a marketplace took and yet does not apply: they wait in its quarantine for a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from marketplaces.connectors.remote import QuarantinedPrice
from marketplaces.models import Connection
from products.models import Listing
from products.services.publishing import tell_partner

# "Data are updated within minutes": so long after a price was told it may still be held back.
ASK_FOR = timedelta(minutes=15)


def is_to_be_read(connection: Connection) -> bool:
    """Whether a price was told a moment ago, or one is known to be held back."""
    lately = Q(price_told_at__gt=timezone.now() - ASK_FOR)
    waiting = Listing.objects.filter(connection=connection)
    return waiting.filter(lately | Q(price_held_at__isnull=False)).exists()


def receive_held_prices(
    connection: Connection, held: Sequence[QuarantinedPrice], *, as_of: datetime, is_whole: bool
) -> None:
    """Mark the listings whose price is held back; where we saw all of them, free the others.

    A price told after `as_of` is judged by the next answer.
    """
    by_sku = {one.sku: one for one in held}
    listings = Listing.objects.filter(connection=connection, product__sku__in=list(by_sku))
    marked = list(listings.select_related("product", "connection", "partner"))
    for listing in marked:
        _hold(listing, by_sku[listing.product.sku], as_of)
    if is_whole:
        free = Listing.objects.filter(_told_before(as_of), connection=connection)
        free.filter(price_held_at__isnull=False).exclude(pk__in=[one.pk for one in marked]).update(
            price_held_at=None, price_held_for="", price_shown=None
        )


def _told_before(as_of: datetime) -> Q:
    return Q(price_told_at=None) | Q(price_told_at__lt=as_of)


def _hold(listing: Listing, price: QuarantinedPrice, as_of: datetime) -> None:
    """Told to the partner once for each price that was sent."""
    same = Listing.objects.filter(_told_before(as_of), pk=listing.pk)
    reasons = ", ".join(price.reasons)[:200]
    shown = price.last_valid.amount if price.last_valid else None
    same.update(price_held_for=reasons, price_shown=shown)
    is_news = Q(price_held_at=None) | Q(price_held_at__lt=F("price_told_at"))
    if same.filter(is_news).update(price_held_at=as_of):
        told = listing.price_told_at.isoformat() if listing.price_told_at else as_of.isoformat()
        occasion = f"listing:{listing.pk}:{told}"
        tell_partner(listing, "price_quarantine", reasons, occasion=occasion)
