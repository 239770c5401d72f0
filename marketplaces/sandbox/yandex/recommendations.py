"""Recommendations about prices: how attractive each is, and where the thresholds lie."""

import zlib
from typing import Any

from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import choice, obj

from . import prices
from .call import Call, Refusal, ok
from .catalogue import Offer
from .words import PRICING, page_query, skus

# Our choice: a product's first price is attractive, and up to so much more a moderate one.
MODERATE = 1.15


def listing(call: Call) -> dict[str, Any]:
    if call.business["is_uzbek"]:
        # "x-allowed: seller" alone.
        words = "The method is not supported for Market Yandex Go sellers"
        raise Refusal(403, "FORBIDDEN", words)
    offers, paging = prices.pick(call, 100)
    found = [_of(offer, call.business["currency"]) for offer in offers]
    if wanted := call.body.get("competitivenessFilter"):
        found = [one for one in found if one["offer"].get("competitiveness") == wanted]
    return ok({"offerRecommendations": found, "paging": paging})


def _of(offer: Offer, currency: str) -> dict[str, Any]:
    about: dict[str, Any] = {"offerId": offer.offer_id}
    first = offer.doc.get("first_price")
    if offer.price is None or first is None:
        return {"offer": about, "recommendation": {"offerId": offer.offer_id}}
    value, most = offer.price["value"], round(first * MODERATE, 2)
    about |= {
        "price": {"value": value, "currencyId": currency},
        "competitiveness": _attraction(value, first, most),
        "shows": zlib.crc32(offer.offer_id.encode()) % 1000,
    }
    thresholds = {
        "optimalPrice": {"value": first, "currencyId": currency},
        "averagePrice": {"value": most, "currencyId": currency},
    }
    advice = {"offerId": offer.offer_id, "competitivenessThresholds": thresholds}
    return {"offer": about, "recommendation": advice}


def _attraction(value: float, optimal: float, average: float) -> str:
    if value <= optimal:
        return "OPTIMAL"
    return "AVERAGE" if value <= average else "LOW"


ROUTES = [
    Route(
        "POST",
        "/v2/businesses/{businessId}/offers/recommendations",
        "getOfferRecommendations",
        listing,
        scopes=PRICING,
        body=obj(offerIds=skus(200), competitivenessFilter=choice("OPTIMAL", "AVERAGE", "LOW")),
        is_body_required=True,
        query=page_query(200),
    ),
]
