"""Between Yandex Market's JSON and our dataclasses. Pure functions, no network.

A function that reads raises one of reading.DEFECTS when a field is missing or of a wrong type.
"""

import json
from collections.abc import Iterator
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marketplaces.connectors import remote
from marketplaces.connectors.reading import (
    Data,
    amount,
    flag,
    identifier,
    maybe,
    money_amount,
    number,
    part,
    plain,
    rows,
    text,
    whole,
    words,
)
from sellercloudx.lib.money import Money

from . import mapping_content, statuses

ATTRIBUTE_TYPES = {"TEXT": "text", "NUMERIC": "number", "ENUM": "enum", "BOOLEAN": "boolean"}
NEEDED_SCOPES = ("INVENTORY_AND_ORDER_PROCESSING", "OFFERS_AND_CARDS_MANAGEMENT", "PRICING")


# Money. Their code for the rouble is the one of before 1998.


def our_currency(code: str) -> str:
    return "RUB" if code == "RUR" else code


def their_currency(code: str) -> str:
    return "RUR" if code == "RUB" else code


def money(data: Data, key: str) -> Money:
    value = part(data, key)
    return Money(amount(value, "value"), our_currency(text(value, "currencyId")))


def json_number(value: Decimal) -> int | float:
    """JSON has one kind of number; up to 10^12 with two decimals a double prints exactly."""
    return int(value) if value == value.to_integral_value() else float(value)


def price_body(price: Money) -> Data:
    return {"value": json_number(price.amount), "currencyId": their_currency(price.currency)}


def next_page(page: Data) -> str:
    paging = maybe(part, page, "paging") or {}
    return maybe(text, paging, "nextPageToken") or ""


# Key, shops, business


def key_info(data: Data) -> tuple[str, tuple[str, ...]]:
    key = part(part(data, "result"), "apiKey")
    return text(key, "name"), tuple(words(key, "authScopes"))


def missing_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if "ALL_METHODS" in scopes:
        return ()
    return tuple(scope for scope in NEEDED_SCOPES if scope not in scopes)


def shop(data: Data) -> remote.RemoteShop:
    return remote.RemoteShop(
        # A campaign need not say who it is; such a one cannot be chosen.
        id=maybe(identifier, data, "id") or "",
        name=maybe(text, data, "domain") or "",
        business_id=maybe(identifier, maybe(part, data, "business") or {}, "id") or "",
        placement=maybe(text, data, "placementType") or "",
        # Only a shop that says it is switched off is.
        is_available=(maybe(text, data, "apiAvailability") or "AVAILABLE") == "AVAILABLE",
    )


def business(data: Data, asked_for: str) -> remote.RemoteBusiness:
    result = maybe(part, data, "result") or {}
    info = maybe(part, result, "info") or {}
    settings = maybe(part, result, "settings") or {}
    return remote.RemoteBusiness(
        id=maybe(identifier, info, "id") or asked_for,
        name=maybe(text, info, "name") or "",
        currency=our_currency(maybe(text, settings, "currency") or ""),
    )


# Catalogue


def categories(root: Data) -> Iterator[remote.Category]:
    """The tree, parents first."""
    waiting = [(root, "")]
    while waiting:
        node, parent_id = waiting.pop()
        category_id = identifier(node, "id")
        children = maybe(rows, node, "children") or []
        yield remote.Category(category_id, text(node, "name"), parent_id, not children)
        waiting += [(child, category_id) for child in reversed(children)]


def attribute(data: Data) -> remote.Attribute:
    kind = text(data, "type")
    unit_id, unit = _unit(maybe(part, data, "unit"))
    limits = maybe(part, data, "constraints") or {}
    return remote.Attribute(
        id=identifier(data, "id"),
        name=maybe(text, data, "name") or "",
        type=ATTRIBUTE_TYPES.get(kind, kind.lower()),
        is_required=flag(data, "required"),
        options=tuple(
            remote.AttributeOption(identifier(option, "id"), text(option, "value"))
            for option in maybe(rows, data, "values") or []
        ),
        unit_id=unit_id,
        unit=unit,
        is_multiple=flag(data, "multivalue"),
        # The document uses this flag for lists only; any text may be given to the others.
        allows_custom=flag(data, "allowCustomValues") or kind != "ENUM",
        max_length=maybe(whole, limits, "maxLength"),
        minimum=maybe(number, limits, "minValue"),
        maximum=maybe(number, limits, "maxValue"),
    )


def _unit(unit: Data | None) -> tuple[str, str]:
    if unit is None:
        return "", ""
    default = identifier(unit, "defaultUnitId")
    names = {identifier(row, "id"): text(row, "name") for row in rows(unit, "units")}
    return default, names.get(default, "")


def listing(data: Data, content: Data | None = None) -> remote.RemoteListing:
    """A row of offer-mappings, with what offer-cards says about its content where we asked."""
    offer = part(data, "offer")
    mapping = maybe(part, data, "mapping") or {}
    content = content or {}
    status = maybe(text, content, "cardStatus") or maybe(text, offer, "cardStatus") or ""
    category = maybe(identifier, mapping, "marketCategoryId")
    return remote.RemoteListing(
        sku=text(offer, "offerId"),
        name=maybe(text, offer, "name") or "",
        # In the catalogue but without a status: Market has not looked at it yet.
        status=statuses.card_status(status) if status else remote.CardStatus.PROCESSING,
        vendor_status=status,
        category_id=category or maybe(identifier, offer, "marketCategoryId") or "",
        price=maybe(money, offer, "basicPrice"),
        errors=tuple(_complaints(content, "errors")),
        warnings=tuple(_complaints(content, "warnings")),
        raw=plain({**data, "content": content} if content else data),
        content=mapping_content.content_of(data, content),
    )


def mappings(result: Data) -> dict[str, Data]:
    """By SKU; a row that names no offer is about nothing we asked for."""
    found = rows(result, "offerMappings")
    offers = [(maybe(part, row, "offer"), row) for row in found]
    return {text(offer, "offerId"): row for offer, row in offers if offer}


def contents(result: Data) -> dict[str, Data]:
    return {text(row, "offerId"): row for row in rows(result, "offerCards")}


def absent(sku: str) -> remote.RemoteListing:
    return remote.RemoteListing(sku, "", remote.CardStatus.ABSENT, "")


def _complaints(content: Data, key: str) -> Iterator[str]:
    for row in maybe(rows, content, key) or []:
        said = [maybe(text, row, "message"), maybe(text, row, "comment")]
        yield ": ".join(filter(None, said))


def offer(card: remote.CardDraft) -> Data:
    """Everything of a card, its texts in Russian. An empty field is left as it stands."""
    body: Data = {
        "offerId": card.sku,
        "marketCategoryId": int(card.category_id) if card.category_id else None,
        "pictures": list(card.pictures),
        "vendor": card.brand,
        "barcodes": list(dict.fromkeys(card.barcodes)),
        "weightDimensions": _dimensions(card),
        "commodityCodes": [{"code": card.ikpu, "type": "IKPU_CODE"}] if card.ikpu else [],
        "parameterValues": [parameter_value(value) for value in card.attributes],
        "basicPrice": price_body(card.price) if card.price else None,
    }
    return {**{key: value for key, value in body.items() if value}, **_texts(card, "RU")}


def uzbek(card: remote.CardDraft) -> Data:
    """The second request for a card: the document wants the name and the description only."""
    return {"offerId": card.sku, **_texts(card, "UZ")}


def has_text(card: remote.CardDraft, language: str) -> bool:
    return bool(_texts(card, language))


def offer_id(offer: Data) -> str:
    return offer["offerId"]


def weight(offer: Data) -> int:
    """Bytes of an offer on the wire; a request may hold 512 KB."""
    return len(json.dumps(offer, ensure_ascii=False).encode())


def _texts(card: remote.CardDraft, language: str) -> Data:
    for words_ in card.texts:
        if words_.language.upper() == language:
            body = {"name": words_.title, "description": words_.description}
            return {key: value for key, value in body.items() if value}
    return {}


def _dimensions(card: remote.CardDraft) -> Data:
    sizes = {
        "length": card.length,
        "width": card.width,
        "height": card.height,
        "weight": card.weight,
    }
    # The document takes all four or none.
    if not all(sizes.values()):
        return {}
    return {key: json_number(value) for key, value in sizes.items() if value is not None}


def parameter_value(value: remote.AttributeValue) -> Data:
    body: Data = {"parameterId": int(value.attribute_id)}
    if value.value:
        body["value"] = value.value
    if value.option_id:
        body["valueId"] = int(value.option_id)
    if value.unit_id:
        body["unitId"] = int(value.unit_id)
    return body


def offer_results(data: Data) -> dict[str, remote.ItemResult]:
    """What offer-mappings/update complains of, by SKU; a product without complaint is not there."""
    found = {}
    for row in maybe(rows, data, "results") or []:
        sku = text(row, "offerId")
        errors, warnings = maybe(rows, row, "errors") or [], maybe(rows, row, "warnings") or []
        remarks = tuple(text(warning, "message") for warning in warnings)
        if errors:
            message = "; ".join(text(error, "message") for error in errors)
            code = text(errors[0], "type")
            found[sku] = remote.ItemResult(sku, False, code, message, warnings=remarks)
        elif remarks:
            found[sku] = remote.ItemResult(sku, True, warnings=remarks)
    return found


# Stock and prices


def stock(update: remote.StockUpdate) -> Data:
    at = update.at.astimezone(UTC).isoformat(timespec="seconds")
    return {"sku": update.sku, "items": [{"count": update.quantity, "updatedAt": at}]}


def price(update: remote.PriceUpdate) -> Data:
    body = price_body(update.price)
    if update.before_discount is not None:
        # "The number must be whole".
        base = update.before_discount.amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        body["discountBase"] = int(base)
    return {"offerId": update.sku, "price": body}


def quarantined(data: Data, place: str = "business") -> remote.QuarantinedPrice:
    verdicts = maybe(rows, data, "verdicts") or []
    said = {
        text(param, "name"): text(param, "value")
        for verdict in verdicts
        for param in rows(verdict, "params")
    }
    return remote.QuarantinedPrice(
        sku=text(data, "offerId"),
        price=_said_price(said, "CURRENT_PRICE") or maybe(money, data, "currentPrice"),
        last_valid=_said_price(said, "LAST_VALID_PRICE") or maybe(money, data, "lastValidPrice"),
        reasons=tuple(filter(None, (maybe(text, verdict, "type") for verdict in verdicts))),
        place=place,
        least=_said_price(said, "MIN_PRICE"),
    )


def price_advice(result: Data) -> dict[str, remote.PriceAdvice]:
    """By SKU; a row that names no offer is about nothing we asked for."""
    pairs = [
        (maybe(part, row, "offer") or {}, maybe(part, row, "recommendation") or {})
        for row in rows(result, "offerRecommendations")
    ]
    found = [_advice(offer, said) for offer, said in pairs if offer.get("offerId")]
    return {one.sku: one for one in found}


def _advice(offer: Data, said: Data) -> remote.PriceAdvice:
    thresholds = maybe(part, said, "competitivenessThresholds") or {}
    return remote.PriceAdvice(
        sku=text(offer, "offerId"),
        attraction=maybe(text, offer, "competitiveness") or "",
        price=maybe(money, offer, "price"),
        attractive_up_to=maybe(money, thresholds, "optimalPrice"),
        moderate_up_to=maybe(money, thresholds, "averagePrice"),
        shows=maybe(whole, offer, "shows"),
    )


def _said_price(said: dict[str, str], name: str) -> Money | None:
    """Verdicts hold prices as text; the fields of the offer itself are on their way out."""
    if name not in said or "CURRENCY" not in said:
        return None
    return Money(money_amount(Decimal(said[name]), name), our_currency(said["CURRENCY"]))


# Refusals


def refusal(data: Data) -> tuple[str, str]:
    """Code and text of a 200 whose status is ERROR."""
    errors: list[Any] = maybe(rows, data, "errors") or [{}]
    return maybe(text, errors[0], "code") or "ERROR", maybe(text, errors[0], "message") or ""
