"""Prices a marketplace took and yet does not apply: they wait in its quarantine for a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from marketplaces import outbox, payloads
from marketplaces.connectors.remote import ItemResult, PriceConfirmation, QuarantinedPrice
from marketplaces.models import Connection, Operation
from partners import audit
from partners.models import User
from products.models import Listing
from products.services import price_guard
from products.services.publishing import tell_partner
from sellercloudx.lib.money import Money

# "Data are updated within minutes": so long after a price was told it may still be held back.
ASK_FOR = timedelta(minutes=15)
FREE: dict[str, Any] = {
    "price_held_at": None,
    "price_held_for": "",
    "price_shown": None,
    "price_holds": [],
}


class NotHeld(Exception):
    """It is held back no more, or at another price than the person saw."""


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
    by_sku: dict[str, list[QuarantinedPrice]] = {}
    for one in held:
        by_sku.setdefault(one.sku, []).append(one)
    listings = Listing.objects.filter(connection=connection, product__sku__in=list(by_sku))
    marked = list(listings.select_related("product", "connection", "partner"))
    for listing in marked:
        _hold(listing, by_sku[listing.product.sku], as_of)
    if is_whole:
        free = Listing.objects.filter(_told_before(as_of), connection=connection)
        free.filter(price_held_at__isnull=False).exclude(pk__in=[one.pk for one in marked]).update(
            **FREE
        )


def _told_before(as_of: datetime) -> Q:
    return Q(price_told_at=None) | Q(price_told_at__lt=as_of)


def _hold(listing: Listing, held: Sequence[QuarantinedPrice], as_of: datetime) -> None:
    """Told to the partner once for each price that was sent."""
    same = Listing.objects.filter(_told_before(as_of), pk=listing.pk)
    reasons = ", ".join(dict.fromkeys(code for one in held for code in one.reasons))[:200]
    shown = next((one.last_valid.amount for one in held if one.last_valid), None)
    same.update(
        price_held_for=reasons, price_shown=shown, price_holds=[_as_json(one) for one in held]
    )
    is_news = Q(price_held_at=None) | Q(price_held_at__lt=F("price_told_at"))
    if same.filter(is_news).update(price_held_at=as_of):
        told = listing.price_told_at.isoformat() if listing.price_told_at else as_of.isoformat()
        occasion = f"listing:{listing.pk}:{told}"
        tell_partner(listing, "price_quarantine", reasons, occasion=occasion)


def _as_json(held: QuarantinedPrice) -> dict[str, Any]:
    sums = {"price": held.price, "valid": held.last_valid, "least": held.least}
    currency = next((one.currency for one in sums.values() if one), "")
    said = {
        name: str(one.amount) if one and one.currency == currency else None
        for name, one in sums.items()
    }
    return said | {"place": held.place, "currency": currency, "reasons": list(held.reasons)}


# Letting one through


def seen_prices(listing: Listing) -> list[Money]:
    """The prices that are held back, each once."""
    known = [one for one in listing.price_holds if one["price"] is not None]
    return list(dict.fromkeys(Money(Decimal(one["price"]), one["currency"]) for one in known))


@transaction.atomic
def confirm(*, listing: Listing, prices: Sequence[Money], by: User) -> Operation:
    """Have the marketplace apply them. Raises NotHeld, and Refused where the guard stops one.

    `prices` are those that the person saw; of others nothing is said.
    """
    listing = Listing.objects.select_for_update(of=("self",), no_key=True).get(pk=listing.pk)
    held = seen_prices(listing)
    if listing.price_held_at is None or not held or set(prices) != set(held):
        raise NotHeld
    _let_through_the_guard(listing, held)
    sums = ", ".join(f"{one.amount} {one.currency}" for one in held)
    audit.record(
        "HELD_PRICE_CONFIRMED",
        partner=listing.partner,
        actor=by,
        entity=listing,
        after={"price": sums, "reasons": listing.price_held_for},
    )
    return outbox.add(
        connection=listing.connection,
        kind=Operation.Kind.CONFIRM_PRICE,
        target=listing.product.sku,
        subject=listing.subject,
        payload=payloads.dump(PriceConfirmation(listing.product.sku, tuple(held))),
        dedupe=f"confirm:{listing.pk}:{listing.price_held_at.isoformat()}:{sums}"[:160],
        requested_by=by,
    )


def _let_through_the_guard(listing: Listing, prices: Sequence[Money]) -> None:
    """A jump is what the person confirms; a loss that nobody agreed to is not."""
    product = listing.product
    change = price_guard.latest_changes([product]).get(product.pk)
    outlook = price_guard.Outlook(listing.partner, [product])
    for price in prices:
        agreed = change.accepted if change and change.after == price.amount else []
        accepted = {price_guard.STEP, *agreed}
        if refusal := outlook.judge(product, price, told=None, accepted=accepted):
            raise price_guard.Refused(refusal)


def on_confirm_result(operation: Operation, result: ItemResult) -> None:
    """Taken: it is free as far as we know, and looked at again within minutes."""
    number = price_guard.listing_pk(operation)
    listing = Listing.objects.select_related("product", "connection", "partner").get(pk=number)
    if not result.ok:
        words = result.message or result.code
        tell_partner(listing, "price_refused", words, occasion=f"operation:{operation.pk}")
        return
    meant = payloads.load(PriceConfirmation, operation.payload)
    if set(meant.prices) == set(seen_prices(listing)):
        Listing.objects.filter(pk=number).update(price_told_at=timezone.now(), **FREE)
