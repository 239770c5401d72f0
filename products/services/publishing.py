"""From an approved card to the marketplace, and what came of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplaces import entries, outbox, payloads
from marketplaces.connectors.remote import (
    AttributeValue,
    CardDraft,
    CardText,
    ItemResult,
    PriceUpdate,
    StockUpdate,
)
from marketplaces.entries import Entry
from marketplaces.models import Connection, Operation
from partners import audit
from partners.models import User
from partners.services import files, notices
from products.models import Card, Listing, Product, StockLevel
from products.services import price_guard, stock, stock_shares
from products.services.cards import latest_card
from products.services.readiness import Blocker, blockers
from sellercloudx.lib.money import Money

State = Listing.State
Kind = Operation.Kind
# A refused card may be sent again once what was wrong (a photo, a price) is mended.
MAY_BE_APPROVED = (State.REVIEW, State.REFUSED, State.UNCLEAR)
# An answer may still come for a card whose shop was disconnected meanwhile.
ON_ITS_WAY = (State.APPROVED, State.UNCLEAR)
# What was said of an earlier card does not hold for the next.
_PRICE_UNSAID: dict[str, Any] = {"price_refusal": "", "price_stopped_for": "", "price_stop": {}}
UNSAID: dict[str, Any] = {"card_warning": "", "stock_refusal": "", **_PRICE_UNSAID}
# Products named in one notification.
NAMED = 3


class NotReady(Exception):
    """The card cannot be sent yet; `blockers` say why."""

    def __init__(self, found: Sequence[Blocker]):
        super().__init__(", ".join(one.code for one in found))
        self.blockers = found


class AlreadyDecided(Exception):
    """The card changed or was approved since the person looked at it."""


@transaction.atomic
def approve_card(*, listing: Listing, by: User | None, version: int | None = None) -> Card:
    """Send the newest card, the price and the stock. Raises NotReady, AlreadyDecided.

    `version` is the one the person saw. By nobody: at the maximum level of automation.
    """
    listing = _held_still(listing)
    card = latest_card(listing)
    if found := blockers(listing, card):
        raise NotReady(found)
    assert card is not None  # noqa: S101  blockers() names a missing card
    if version not in (None, card.version):
        raise AlreadyDecided
    moved = Listing.objects.filter(pk=listing.pk, state__in=MAY_BE_APPROVED).update(
        state=State.APPROVED, vendor_messages=[], gone_at=None, **UNSAID
    )
    if not moved:
        raise AlreadyDecided
    card.approved_at, card.approved_by = timezone.now(), by
    card.save(update_fields=["approved_at", "approved_by"])
    _tell_card(listing, card, by)
    _tell_price(listing, by, card.approved_at.isoformat())
    _offer(listing, stock.figures(listing.product), by)
    audit.record(
        "CARD_PUBLISHED",
        partner=listing.partner,
        actor=by,
        entity=listing,
        after={"version": card.version, "shop": str(listing.connection)},
    )
    return card


def _held_still(listing: Listing) -> Listing:
    """The listing as it is now; its card, price and stock stay so until we have committed.

    Whoever changes them waits for that, and then tells the change. Locked in the order of those
    who change a product. A row that only points here (an order's reservation) need not wait, or
    an order that holds the stock and we would wait for each other.
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=listing.product_id)
    rows = Listing.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("connection", "partner").get(pk=listing.pk)
    # A product that never had pieces gets its row now, so that the first ones wait for us, too.
    own = stock.own_location(locked.partner)
    StockLevel.objects.get_or_create(product=product, location=own)
    levels = StockLevel.objects.select_for_update(no_key=True).filter(product=product)
    list(levels.order_by("pk"))
    locked.product = product
    return locked


def draft(listing: Listing, card: Card) -> CardDraft:
    """The card exactly as it goes out."""
    product = listing.product
    return CardDraft(
        sku=product.sku,
        category_id=listing.category_id,
        texts=tuple(_text(language, texts) for language, texts in sorted(card.texts.items())),
        brand=product.brand,
        pictures=(files.public_url(product.photo),) if product.photo else (),
        barcodes=(product.barcode,) if product.barcode else (),
        attributes=tuple(_attribute(value) for value in card.attributes),
        length=product.length_cm,
        width=product.width_cm,
        height=product.height_cm,
        weight=product.weight_kg,
        price=_price(product),
    )


def _text(language: str, texts: dict[str, Any]) -> CardText:
    bullets = [f"• {bullet}" for bullet in texts.get("bullets", [])]
    paragraphs = [texts["description"], "\n".join(bullets)]
    return CardText(language, texts["title"], "\n\n".join(filter(None, paragraphs)))


def _attribute(value: dict[str, Any]) -> AttributeValue:
    return AttributeValue(
        attribute_id=str(value["attribute_id"]),
        # A value of the marketplace's list is named by its number alone.
        value="" if value.get("option_id") else str(value.get("value") or ""),
        option_id=str(value.get("option_id") or ""),
        unit_id=str(value.get("unit_id") or ""),
    )


def _price(product: Product) -> Money | None:
    return None if product.price is None else Money(product.price, product.currency)


def _tell_card(listing: Listing, card: Card, by: User | None) -> None:
    at = card.approved_at.isoformat() if card.approved_at else ""
    _add(listing, Kind.PUBLISH_CARD, draft(listing, card), f"card:{card.pk}:{at}", by)


def _tell_price(listing: Listing, by: User | None, occasion: str) -> None:
    if entry := _price_entry(listing, occasion):
        outbox.add(**vars(entry), requested_by=by)


def _price_entry(listing: Listing, occasion: str) -> Entry | None:
    """None where there is no price."""
    if (price := _price(listing.product)) is None:
        return None
    update = PriceUpdate(listing.product.sku, price)
    return _entry(listing, Kind.PUSH_PRICE, update, f"price:{listing.pk}:{occasion}")


def _offer(listing: Listing, figures: stock.Figures, by: User | None = None) -> None:
    """Tell a shop what it may show: its share, or all that is available within its limits."""
    if figures.is_strict:
        _deal(listing.product)
    else:
        _tell_stock(listing, shown(listing, figures), by)


def _offer_each(listings: Sequence[Listing], figures: Mapping[int, stock.Figures]) -> None:
    """The same for many; one deal tells all shops of a product that is shared out."""
    numbers = {one.pk: figures.get(one.product_id, stock.Figures()) for one in listings}
    pooled = [one for one in listings if not numbers[one.pk].is_strict]
    entries.add_all([_stock_entry(one, shown(one, numbers[one.pk])) for one in pooled])
    for product in dict.fromkeys(one.product for one in listings if numbers[one.pk].is_strict):
        _deal(product)


def _deal(product: Product) -> None:
    stock_shares.deal(product, told([product]), _tell_stock)


def _tell_stock(listing: Listing, quantity: int, by: User | None = None) -> None:
    outbox.add(**vars(_stock_entry(listing, quantity)), requested_by=by)


def _stock_entry(listing: Listing, quantity: int) -> Entry:
    now = timezone.now()
    update = StockUpdate(listing.product.sku, quantity, now)
    return _entry(listing, Kind.PUSH_STOCK, update, f"stock:{listing.pk}:{now.isoformat()}")


def _add(listing: Listing, kind: str, payload: Any, dedupe: str, by: User | None) -> None:
    outbox.add(**vars(_entry(listing, kind, payload, dedupe)), requested_by=by)


def _entry(listing: Listing, kind: str, payload: Any, dedupe: str) -> Entry:
    return Entry(
        connection=listing.connection,
        kind=kind,
        target=listing.product.sku,
        subject=listing.subject,
        payload=payloads.dump(payload),
        dedupe=dedupe,
    )


def told(products: Iterable[Product]) -> list[Listing]:
    """The listings a marketplace has, or is about to get; a disconnected shop is told nothing."""
    wanted = list(products)
    found = _told().filter(product__in=wanted)
    # Of one product the shops differ: they come in the same query.
    return list(found.select_related("connection") if len(wanted) == 1 else found)


def _told() -> QuerySet[Listing]:
    listings = Listing.objects.exclude(connection__state=Connection.State.DISCONNECTED)
    known = listings.filter(state__in=ON_ITS_WAY) | listings.filter(sent_at__isnull=False)
    return known.select_related("product", "channel").prefetch_related("connection").order_by("pk")


def tell_all(listing: Listing, *, by: User | None) -> None:
    """Price and stock of one shop, in the caller's transaction; its card stays as it is there."""
    listing = _held_still(listing)
    if _same_currency(listing):
        _tell_price(listing, by, timezone.now().isoformat())
    _offer(listing, stock.figures(listing.product), by)


def tell_price(product: Product, *, by: User | None) -> None:
    """Send a changed price to every shop that has the product."""
    tell_prices([product], by=by)


def tell_prices(products: Sequence[Product], *, by: User | None = None) -> None:
    _tell_price_each([one for one in told(products) if _same_currency(one)], by)


def _tell_price_each(listings: Iterable[Listing], by: User | None = None) -> None:
    occasion = timezone.now().isoformat()
    wanted = [_price_entry(one, occasion) for one in listings]
    entries.add_all([one for one in wanted if one], requested_by=by)


def _same_currency(listing: Listing) -> bool:
    return listing.connection.currency in ("", listing.product.currency)


def tell_stock(products: Sequence[Product]) -> None:
    """Event stock_changed: every shop that has the product hears how much may be bought."""
    if listings := told(products):
        _offer_each(listings, stock.figures_of(products))


def offer_again(product: Product, listings: Collection[int]) -> None:
    """What these shops may show has changed: they are told where it is another number."""
    now = stock.figures(product)
    if now.is_strict:
        _deal(product)
        return
    for listing in told([product]):
        if listing.pk in listings and listing.sent_stock != shown(listing, now):
            _offer(listing, now)


def catch_up(connection: Connection) -> None:
    """Event connection_activated: a shop that was away hears what has changed since."""
    listings = list(_told().filter(connection=connection))
    figures = stock.figures_of(one.product for one in listings)
    _offer_each([one for one in listings if _is_outdated(one, figures)], figures)
    told_otherwise = [one for one in listings if one.sent_price != one.product.price]
    _tell_price_each([one for one in told_otherwise if _same_currency(one)])


def _is_outdated(listing: Listing, figures: Mapping[int, stock.Figures]) -> bool:
    now = figures.get(listing.product_id, stock.Figures())
    return now.is_strict or listing.sent_stock != shown(listing, now)


def shown(listing: Listing, figures: stock.Figures) -> int:
    """What a shop is told of so many pieces where they are not shared out."""
    return stock_shares.limit(getattr(listing, "channel", None), figures.available)


def on_card_result(operation: Operation, result: ItemResult) -> None:
    listing = _listing_of(operation)
    if result.ok:
        _note(listing, sent_at=timezone.now(), card_warning="; ".join(result.warnings)[:1000])
        Listing.objects.filter(pk=listing.pk, state__in=ON_ITS_WAY).update(state=State.SENT)
        return
    Listing.objects.filter(pk=listing.pk, state__in=(*ON_ITS_WAY, State.SENT)).update(
        state=State.REFUSED, vendor_messages=[_words(result)]
    )
    tell_partner(listing, "card_refused", _words(result), occasion=f"operation:{operation.pk}")


def on_price_result(operation: Operation, result: ItemResult) -> None:
    listing = _listing_of(operation)
    if result.ok:
        price = payloads.load(PriceUpdate, operation.payload).price.amount
        # Whether it applies is known later: see held_prices.
        _note(listing, sent_price=price, price_told_at=timezone.now(), **_PRICE_UNSAID)
        return
    if result.code.startswith(price_guard.OURS):
        # The guard has noted why; we speak for ourselves, in the reader's language.
        _note(listing, price_refusal="")
        tell_partner(listing, "price_stopped", "", occasion=f"operation:{operation.pk}")
        return
    _note(listing, price_refusal=_words(result))
    tell_partner(listing, "price_refused", _words(result), occasion=f"operation:{operation.pk}")


def on_stock_result(operation: Operation, result: ItemResult) -> None:
    listing = _listing_of(operation)
    quantity = payloads.load(StockUpdate, operation.payload).quantity
    # What one shop gives up, another may show from now on.
    if stock_shares.acknowledged(listing, operation, quantity):
        _deal(listing.product)
    if result.ok:
        _note(listing, sent_stock=quantity, stock_refusal="")
        return
    _note(listing, stock_refusal=_words(result))
    tell_partner(listing, "stock_refused", _words(result), occasion=f"operation:{operation.pk}")


def on_cards_parked(operations: Sequence[Operation], by: User | None) -> None:
    """Nobody knows whether they arrived: no longer on their way, and may be approved again."""
    listings = Listing.objects.filter(pk__in=map(_listing_pk, operations))
    listings.filter(state=State.APPROVED).update(state=State.UNCLEAR)
    _tell_of_parked(operations, "card_unclear")


def on_prices_parked(operations: Sequence[Operation], by: User | None) -> None:
    _tell_of_parked(operations, "price_unclear")


def on_stocks_parked(operations: Sequence[Operation], by: User | None) -> None:
    _tell_of_parked(operations, "stock_unclear")


def on_card_retried(operation: Operation, by: User) -> None:
    stopped = Listing.objects.filter(pk=_listing_pk(operation))
    stopped.filter(state__in=(State.UNCLEAR, State.REFUSED)).update(state=State.APPROVED)


def on_figure_retried(operation: Operation, by: User) -> None:
    """A price or a stock changes nothing here before it is answered."""


def _tell_of_parked(operations: Sequence[Operation], kind: str) -> None:
    """One notification an hour leads to all that is parked; what a person gave up needs none."""
    parked = [one for one in operations if one.state == Operation.State.PARKED]
    if not parked:
        return
    first = _listing_of(parked[0])
    some = [_listing_pk(operation) for operation in parked[:NAMED]]
    names = Product.objects.filter(listings__in=some).order_by("pk").values_list("name", flat=True)
    more = f" +{len(parked) - NAMED}" if len(parked) > NAMED else ""
    notices.notify_partner(
        first.partner,
        kind=kind,
        data={"shop": first.connection.name, "product": ", ".join(names)[:250] + more},
        url=f"/partner-dashboard/marketplaces/{first.connection_id}/",
        dedupe=f"{kind}:{first.connection_id}:{timezone.now():%Y-%m-%d-%H}",
    )


def _listing_of(operation: Operation) -> Listing:
    listings = Listing.objects.select_related("product", "connection", "partner")
    return listings.get(pk=_listing_pk(operation))


_listing_pk = price_guard.listing_pk


def _note(listing: Listing, **fields: Any) -> None:
    Listing.objects.filter(pk=listing.pk).update(**fields)


def _words(result: ItemResult) -> str:
    return (result.message or result.code)[:1000]


def tell_partner(listing: Listing, kind: str, reason: str, *, occasion: str) -> None:
    """A marketplace refused something: say it where people look."""
    notices.notify_partner(
        listing.partner,
        kind=kind,
        data={
            "product": listing.product.name,
            "shop": listing.connection.name,
            "reason": reason[:300],
        },
        url=f"/partner-dashboard/listings/{listing.pk}/",
        dedupe=f"{kind}:{occasion}",
    )
