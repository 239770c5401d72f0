"""What a product is made of there, and what they advise. Pure functions, no network."""

from decimal import Decimal

from marketplaces.connectors import reading, remote
from marketplaces.connectors.reading import (
    Data,
    flag,
    identifier,
    maybe,
    number,
    part,
    rows,
    text,
    whole,
    words,
)

SIZES = ("length", "width", "height", "weight")


def content_of(row: Data, card: Data) -> remote.RemoteContent | None:
    """Of a row of offer-mappings, and of offer-cards where there is one.

    None where it is not what the document says: what else is known of the product stands.
    """
    try:
        return _content(part(row, "offer"), maybe(part, row, "mapping") or {}, card)
    except reading.DEFECTS:
        return None


def _content(offer: Data, mapping: Data, card: Data) -> remote.RemoteContent:
    sizes = maybe(part, offer, "weightDimensions") or {}
    return remote.RemoteContent(
        description=maybe(text, offer, "description") or "",
        brand=maybe(text, offer, "vendor") or "",
        barcodes=tuple(maybe(words, offer, "barcodes") or ()),
        pictures=tuple(maybe(words, offer, "pictures") or ()),
        **{name: _size(sizes, name) for name in SIZES},
        attributes=tuple(map(_value, maybe(rows, card, "parameterValues") or ())),
        category=maybe(text, mapping, "marketCategoryName") or "",
        card_number=maybe(identifier, mapping, "marketSku") or "",
        is_archived=maybe(flag, offer, "archived") or False,
    )


def _size(sizes: Data, name: str) -> Decimal | None:
    """Zero is theirs for not known."""
    return maybe(number, sizes, name) or None


def _value(row: Data) -> remote.AttributeValue:
    return remote.AttributeValue(
        attribute_id=identifier(row, "parameterId"),
        value=maybe(text, row, "value") or "",
        option_id=maybe(identifier, row, "valueId") or "",
        unit_id=maybe(identifier, row, "unitId") or "",
    )


def texts(offer: Data, language: str) -> remote.CardText:
    name, description = (maybe(text, offer, key) or "" for key in ("name", "description"))
    return remote.CardText(language, name, description)


def advice(card: Data) -> tuple[remote.ContentAdvice, ...]:
    return tuple(
        remote.ContentAdvice(
            text(row, "type"),
            maybe(whole, row, "percent"),
            maybe(whole, row, "remainingRatingPoints"),
        )
        for row in maybe(rows, card, "recommendations") or ()
    )


def in_stock(result: Data) -> dict[str, int]:
    """What can be bought, by SKU, over the shop's warehouses."""
    found: dict[str, int] = {}
    for warehouse in rows(result, "warehouses"):
        for offer in rows(warehouse, "offers"):
            sku = text(offer, "offerId")
            found[sku] = found.get(sku, 0) + _available(rows(offer, "stocks"))
    return found


def _available(stocks: list[Data]) -> int:
    return sum(whole(one, "count") for one in stocks if text(one, "type") == "AVAILABLE")
