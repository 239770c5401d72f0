"""Prices of the business, and the quarantine a price that jumps lands in."""

from typing import Any

from marketplaces.sandbox.clock import iso
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, boolean, choice, integer, number, obj, text

from . import catalogue
from .call import Call, Refusal, bad_request, ok
from .catalogue import Offer
from .words import CARD_STATUSES, CURRENCIES, PRICE, PRICING, SKU, page_query, plain, skus

LARGEST_JUMP = 3
LOWEST = {"UZS": 100, "RUR": 1}


def check(call: Call, price: dict[str, Any], path: str) -> None:
    """Refuse what the document forbids beyond the form of the numbers."""
    currency = call.business["currency"]
    if price["currencyId"] != currency:
        text = f"{path}.currencyId: currency of the business is {currency}"
        raise bad_request(text, code="INVALID_CURRENCY")
    base = price.get("discountBase")
    if base is None:
        return
    if base != int(base):
        raise bad_request(f"{path}.discountBase: must be an integer")
    if not 0.05 <= 1 - price["value"] / base <= 0.99:
        raise bad_request(f"{path}.discountBase: discount must be between 5 and 99 percent")


def put(offer: Offer, price: dict[str, Any], now: float, campaign_id: int | None = None) -> None:
    """Apply the price, or keep the old one and put the new into quarantine.

    Of all shops or, with a campaign, of that shop alone.
    """
    place = offer.place(campaign_id)
    stamped = {**price, "at": now}
    verdict = _verdict(place["price"] or offer.price, price)
    if verdict:
        place["quarantine"] = {"price": stamped, "verdict": verdict}
    else:
        place["price"], place["quarantine"] = stamped, None
        offer.doc.setdefault("first_price", price["value"])


def _verdict(last: dict[str, Any] | None, price: dict[str, Any]) -> dict[str, Any] | None:
    value, currency = price["value"], price["currencyId"]
    lowest = LOWEST.get(currency, 0)
    if value < lowest:
        return _params("LOW_PRICE", currency, CURRENT_PRICE=value, MIN_PRICE=lowest)
    if last and not last["value"] / LARGEST_JUMP <= value <= last["value"] * LARGEST_JUMP:
        return _params(
            "PRICE_CHANGE", currency, CURRENT_PRICE=value, LAST_VALID_PRICE=last["value"]
        )
    return None


def _params(kind: str, currency: str, **sums: float) -> dict[str, Any]:
    params = [{"name": name, "value": f"{plain(value)}"} for name, value in sums.items()]
    return {"type": kind, "params": [*params, {"name": "CURRENCY", "value": currency}]}


def shown(price: dict[str, Any]) -> dict[str, Any]:
    """A stored price as the vendor answers it."""
    return {
        **{name: value for name, value in price.items() if name != "at"},
        "updatedAt": iso(price["at"]),
    }


def update(call: Call) -> dict[str, Any]:
    wishes = call.body["offers"]
    for index, wish in enumerate(wishes):
        check(call, wish["price"], f"offers[{index}].price")
    with call.state.transaction():
        known = known_offers(call, [wish["offerId"].strip() for wish in wishes])
        for wish in wishes:
            offer = known[wish["offerId"].strip()]
            put(offer, wish["price"], call.now)
            catalogue.save(call.state, offer)
            call.effect(offer.offer_id, wish["price"])
    return ok()


def update_shop(call: Call) -> dict[str, Any]:
    """Prices of one shop, where the business lets its shops have their own."""
    if only_default(call):
        raise Refusal(423, "LOCKED", "Partner use only default price")
    wishes = [wish for wish in call.body["offers"] if wish.get("price")]
    for index, wish in enumerate(wishes):
        check(call, wish["price"], f"offers[{index}].price")
    with call.state.transaction():
        known = known_offers(call, [wish["offerId"].strip() for wish in wishes])
        for wish in wishes:
            offer = known[wish["offerId"].strip()]
            put(offer, wish["price"], call.now, call.campaign_id)
            catalogue.save(call.state, offer)
            call.effect(offer.offer_id, wish["price"])
    return ok()


def only_default(call: Call) -> bool:
    """Our choice: a business of Market Yandex Go has one price for all its shops."""
    return bool(call.business["is_uzbek"])


def known_offers(call: Call, offer_ids: list[str]) -> dict[str, Offer]:
    """The offers named, all of them known and each named once; else the call is refused."""
    if len(set(offer_ids)) < len(offer_ids):
        raise bad_request("Duplicate offers in request", code="DUPLICATE_OFFER")
    found = catalogue.load_known(call.state, call.business_id, offer_ids, call.now)
    if missing := sorted(set(offer_ids) - found.keys()):
        raise bad_request(f"Offers not found: {', '.join(missing[:10])}", code="OFFER_NOT_FOUND")
    return found


def listing(call: Call) -> dict[str, Any]:
    offers, paging = pick(call, 250)
    shown_offers = [
        {"offerId": offer.offer_id, "price": shown(offer.price)} for offer in offers if offer.price
    ]
    return ok({"offers": shown_offers, "paging": paging})


def pick(call: Call, default: int, **more: Any) -> tuple[list[Offer], dict[str, str]]:
    """The offers a listing method asks for: those named, or a page of all."""
    if wanted := call.body.get("offerIds"):
        found = catalogue.load_known(call.state, call.business_id, wanted, call.now)
        return list(found.values()), {}
    start, size = call.offset(), call.limit(default)
    wish = {**call.body, **more, "known_at": call.now}
    offers = catalogue.select(call.state, call.business_id, wish, offset=start, limit=size + 1)
    return offers[:size], call.next_page(start + size) if len(offers) > size else {}


def quarantine(call: Call) -> dict[str, Any]:
    """Of the prices of all shops or, where the path names a campaign, of that shop's own."""
    place = call.params.get("campaignId")
    offers, paging = pick(call, 100, quarantined=place or True)
    listed = [_quarantined(offer, place) for offer in offers if offer.place(place)["quarantine"]]
    return ok({"offers": listed, "paging": paging})


def _quarantined(offer: Offer, campaign_id: int | None) -> dict[str, Any]:
    place = offer.place(campaign_id)
    held, valid = place["quarantine"], place["price"] or offer.price
    answer = {
        "offerId": offer.offer_id,
        "currentPrice": _base(held["price"]),
        "verdicts": [held["verdict"]],
    }
    if valid:
        answer["lastValidPrice"] = _base(valid)
    return answer


def _base(price: dict[str, Any]) -> dict[str, Any]:
    return {"value": price["value"], "currencyId": price["currencyId"]}


def confirm(call: Call) -> dict[str, Any]:
    with call.state.transaction():
        for offer in known_offers(call, call.body["offerIds"]).values():
            place = offer.place(call.params.get("campaignId"))
            if held := place["quarantine"]:
                place["price"], place["quarantine"] = {**held["price"], "at": call.now}, None
                catalogue.save(call.state, offer)
                call.effect(offer.offer_id, _base(place["price"]))
    return ok()


PRICES_BODY = obj(
    "offers",
    offers=arr(
        obj(
            "offerId price",
            offerId=SKU,
            price={
                **PRICE,
                "properties": {
                    **PRICE["properties"],
                    "minimumForBestseller": number(0, 100_000_000),
                },
            },
        ),
        500,
    ),
)
SHOP_PRICES_BODY = obj(
    "offers",
    offers=arr(
        obj(
            "",
            offerId=SKU,
            price=obj(
                "",
                value=number(0),
                currencyId=choice(*CURRENCIES),
                discountBase=number(None, above=0),
                vat=integer(),
            ),
        ),
        2000,
    ),
)
QUARANTINE_BODY = obj(
    offerIds=skus(200),
    cardStatuses=arr(choice(*CARD_STATUSES), unique=True),
    categoryIds=arr(integer(0), unique=True),
    vendorNames=arr(text(), unique=True),
    tags=arr(text(), unique=True),
)


def _quarantine_of(place: str, name: str) -> list[Route]:
    return [
        Route(
            "POST",
            f"{place}/price-quarantine",
            f"get{name}QuarantineOffers",
            quarantine,
            scopes=PRICING,
            body=QUARANTINE_BODY,
            is_body_required=True,
            query=page_query(200),
        ),
        Route(
            "POST",
            f"{place}/price-quarantine/confirm",
            f"confirm{name}Prices",
            confirm,
            scopes=PRICING,
            body=obj("offerIds", offerIds=skus(200)),
            is_body_required=True,
            is_write=True,
        ),
    ]


ROUTES = [
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-prices/updates",
        "updateBusinessPrices",
        update,
        scopes=PRICING,
        body=PRICES_BODY,
        is_body_required=True,
        is_write=True,
    ),
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-prices",
        "getDefaultPrices",
        listing,
        scopes=PRICING,
        body=obj(offerIds=skus(200), archived=boolean()),
        query=page_query(500),
    ),
    Route(
        "POST",
        "/v2/campaigns/{campaignId}/offer-prices/updates",
        "updatePrices",
        update_shop,
        scopes=PRICING,
        body=SHOP_PRICES_BODY,
        is_body_required=True,
        is_write=True,
    ),
    *_quarantine_of("/v2/businesses/{businessId}", "Business"),
    *_quarantine_of("/v2/campaigns/{campaignId}", "Campaign"),
]
