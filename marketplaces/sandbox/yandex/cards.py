"""Cards: how their content stands, and their characteristics."""

from typing import Any

from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, boolean, choice, integer, obj, text

from . import catalogue, categories, characteristics, moderation, prices
from .call import Call, ok
from .catalogue import Offer
from .words import CARD_STATUSES, CATALOG, SKU, page_query, skus

PARAMETER_VALUE = obj(
    "parameterId",
    parameterId=integer(1),
    unitId=integer(),
    valueId=integer(),
    value=text(),
)


def mapping(offer: Offer) -> dict[str, Any]:
    """Which card and category the marketplace put the offer on."""
    shown: dict[str, Any] = {}
    category_id = offer.fields.get("marketCategoryId")
    if category_id is not None:
        shown = {
            "marketCategoryId": category_id,
            "marketCategoryName": categories.name(category_id),
        }
    if offer.doc["market_sku"]:
        shown["marketSku"] = offer.doc["market_sku"]
        shown["marketSkuName"] = offer.fields.get("name", "")
    return shown


def listing(call: Call) -> dict[str, Any]:
    offers, paging = prices.pick(call, 100)
    with_advice = call.body.get("withRecommendations", False)
    cards = [_card(offer, with_advice) for offer in offers]
    return ok({"offerCards": cards, "paging": paging})


def _card(offer: Offer, with_advice: bool) -> dict[str, Any]:
    advice = _advice(offer)
    card: dict[str, Any] = {
        "offerId": offer.offer_id,
        "mapping": mapping(offer),
        "cardStatus": offer.card_status,
        "contentRating": 100 - sum(points for _, points in advice),
        "contentRatingStatus": "UPDATING" if offer.moderate_at else "ACTUAL",
    }
    if offer.doc["parameters"]:
        card["parameterValues"] = offer.doc["parameters"]
    if advice and with_advice:
        card["recommendations"] = [
            {"type": kind, "percent": 0, "remainingRatingPoints": points} for kind, points in advice
        ]
    for name in ("errors", "warnings"):
        if offer.doc[name]:
            card[name] = offer.doc[name]
    return card


def _advice(offer: Offer) -> list[tuple[str, int]]:
    fields = offer.fields
    gaps = [
        ("HAS_DESCRIPTION", 20, not fields.get("description")),
        ("HAS_BARCODE", 10, not fields.get("barcodes")),
        ("PICTURE_COUNT", 20, len(fields.get("pictures") or []) < 3),
        ("HAS_VIDEO", 10, not fields.get("videos")),
        ("MAIN", 20, len(offer.doc["parameters"]) < 3),
    ]
    return [(kind, points) for kind, points, is_gap in gaps if is_gap]


def update(call: Call) -> dict[str, Any]:
    """Characteristics only; everything else is the business of offer-mappings/update.

    Of all cards or, with an error in one of them, of none.
    """
    with call.state.transaction():
        wishes = {wish["offerId"]: wish for wish in call.body["offersContent"]}
        known = catalogue.load_known(call.state, call.business_id, wishes, call.now)
        refused = characteristics.refused(
            wishes.values(), lambda wish: _problems(known.get(wish["offerId"]), wish)
        )
        if refused:
            return refused
        for sku, wish in wishes.items():
            _apply(call, known[sku], wish)
            call.effect(sku, wish)
    return ok()


def _problems(offer: Offer | None, wish: dict[str, Any]) -> list[dict[str, Any]]:
    if offer is None:
        return [characteristics.problem("OFFER_NOT_FOUND", "Товара нет в каталоге")]
    return characteristics.category_problems(wish["categoryId"], wish["parameterValues"])


def _apply(call: Call, offer: Offer, wish: dict[str, Any]) -> None:
    before = moderation.content(offer)
    offer.fields["marketCategoryId"] = wish["categoryId"]
    offer.doc["parameters"] = characteristics.merge(
        offer.doc["parameters"], wish["parameterValues"]
    )
    if moderation.content(offer) != before:
        moderation.submit(offer, call.now + call.world.config.moderation_seconds)
    catalogue.save(call.state, offer)


ROUTES = [
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-cards",
        "getOfferCardsContentStatus",
        listing,
        scopes=CATALOG,
        body=obj(
            offerIds=skus(200),
            cardStatuses=arr(choice(*CARD_STATUSES), unique=True),
            categoryIds=arr(integer(0), 200, unique=True),
            withRecommendations=boolean(),
        ),
        query=page_query(200),
    ),
    Route(
        "POST",
        "/v2/businesses/{businessId}/offer-cards/update",
        "updateOfferContent",
        update,
        scopes=CATALOG,
        body=obj(
            "offersContent",
            offersContent=arr(
                obj(
                    "offerId categoryId parameterValues",
                    offerId=SKU,
                    categoryId=integer(0),
                    parameterValues=arr(PARAMETER_VALUE, 300),
                ),
                100,
            ),
        ),
        is_body_required=True,
        is_write=True,
    ),
]
