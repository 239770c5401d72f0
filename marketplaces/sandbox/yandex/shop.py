"""The key, the shops behind it, the business, and what the marketplace charges."""

from typing import Any

from marketplaces.sandbox import accounts
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, choice, integer, number, obj

from . import categories, prices
from .call import Call, bad_request, ok
from .words import CATALOG, CURRENCIES, PRICING, page_query

PROGRAMS = ("FBY", "FBS", "DBS", "EXPRESS", "LAAS")
FREQUENCIES = ("DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY")
# Of the sandbox's own making: the true fees of a category are known to the marketplace only.
COMMISSION_PERCENT = {"FBY": 12, "FBS": 10, "DBS": 8, "EXPRESS": 9, "LAAS": 5}
PAYOUT_PERCENT = {"DAILY": 2.5, "WEEKLY": 1.5, "BIWEEKLY": 1, "MONTHLY": 0}


def token_info(call: Call) -> dict[str, Any]:
    scopes = list(call.account.scopes)
    return ok({"apiKey": {"name": call.account.name, "authScopes": scopes}})


def _campaign(call: Call, row: Any) -> dict[str, Any]:
    business = call.business
    return {
        "id": row["id"],
        "domain": row["domain"],
        "clientId": row["id"] + 70_000_000,
        "business": {"id": business["id"], "name": business["name"]},
        "placementType": row["placement"],
        "apiAvailability": row["availability"],
    }


def list_campaigns(call: Call) -> dict[str, Any]:
    shops = accounts.campaigns(call.state, call.business_id)
    page, paging = call.page(shops, 50)
    return {"campaigns": [_campaign(call, row) for row in page], "paging": paging}


def one_campaign(call: Call) -> dict[str, Any]:
    return {"campaign": _campaign(call, call.shop)}


def settings(call: Call) -> dict[str, Any]:
    business = call.business
    result: dict[str, Any] = {
        "info": {"id": business["id"], "name": business["name"]},
        "settings": {
            "onlyDefaultPrice": prices.only_default(call),
            "currency": business["currency"],
        },
        "subscriptionLevel": "NONE",
    }
    if business["is_uzbek"]:
        result["traits"] = ["MARKET_YANDEX_GO"]
    return ok(result)


def calculate_tariffs(call: Call) -> dict[str, Any]:
    wish = call.body["parameters"]
    if ("campaignId" in wish) == ("sellingProgram" in wish):
        raise bad_request("parameters: either campaignId or sellingProgram must be specified")
    program = wish.get("sellingProgram") or _placement(call, wish["campaignId"])
    if call.business["is_uzbek"] and program in ("DBS", "EXPRESS"):
        raise bad_request(f"sellingProgram {program} is not supported for Market Yandex Go sellers")
    offers = []
    for offer in call.body["offers"]:
        if not categories.is_leaf(offer["categoryId"]):
            raise bad_request(
                f"Category {offer['categoryId']} is not a leaf", code="INVALID_CATEGORY"
            )
        offers.append({"offer": offer, "tariffs": _tariffs(call, offer, program, wish)})
    return ok({"offers": offers})


def _placement(call: Call, campaign_id: int) -> str:
    row = accounts.campaign(call.state, campaign_id)
    if row is None or row["business_id"] != call.business_id:
        raise bad_request(f"Campaign {campaign_id} not found", code="CAMPAIGN_NOT_FOUND")
    return str(row["placement"])


def _tariffs(
    call: Call, offer: dict[str, Any], program: str, wish: dict[str, Any]
) -> list[dict[str, Any]]:
    currency = wish.get("currency", "RUR")
    litres = offer["length"] * offer["width"] * offer["height"] / 1000
    unit = 10_000 if currency == "UZS" else 60
    percents = {
        "AGENCY_COMMISSION": COMMISSION_PERCENT[program],
        "PAYMENT_TRANSFER": PAYOUT_PERCENT[wish.get("frequency", "MONTHLY")],
    }
    lines = [
        _tariff(kind, offer["price"] * percent / 100, currency, percent, "relative")
        for kind, percent in percents.items()
    ]
    delivery = round(unit * (1 + min(litres, 50) / 10), 2)
    return [*lines, _tariff("DELIVERY_TO_CUSTOMER", delivery, currency, delivery, "absolute")]


def _tariff(
    kind: str, amount: float, currency: str, value: float, value_type: str
) -> dict[str, Any]:
    return {
        "type": kind,
        "amount": round(amount, 2),
        "currency": currency,
        "parameters": [
            {"name": "valueType", "value": value_type},
            {"name": "value", "value": f"{value:g}"},
        ],
    }


TARIFFS_BODY = obj(
    "parameters offers",
    parameters=obj(
        campaignId=integer(1),
        sellingProgram=choice(*PROGRAMS),
        frequency=choice(*FREQUENCIES),
        paymentDelayWeeks=integer(0, 4),
        currency=choice(*CURRENCIES),
    ),
    offers=arr(
        obj(
            "categoryId price length width height weight",
            categoryId=integer(0),
            price=number(),
            length=number(),
            width=number(),
            height=number(),
            weight=number(),
            quantity=integer(1),
        ),
        200,
    ),
)

ROUTES = [
    Route("POST", "/v2/auth/token", "getAuthTokenInfo", token_info),
    Route("GET", "/v2/campaigns", "getCampaigns", list_campaigns, query=page_query(100)),
    Route("GET", "/v2/campaigns/{campaignId}", "getCampaign", one_campaign),
    Route("POST", "/v2/businesses/{businessId}/settings", "getBusinessSettings", settings),
    Route(
        "POST",
        "/v2/tariffs/calculate",
        "calculateTariffs",
        calculate_tariffs,
        scopes=(*CATALOG, *PRICING, "FINANCE_AND_ACCOUNTING"),
        body=TARIFFS_BODY,
        is_body_required=True,
    ),
]
