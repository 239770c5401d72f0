"""What is left to sell, per shop."""

from typing import Any

from marketplaces.sandbox.clock import iso, parse
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, boolean, integer, obj, text
from marketplaces.sandbox.state import State, placeholders

from . import prices
from .call import Call, ok
from .words import CATALOG, SKU, page_query, skus

WAREHOUSES = 300_000


def update(call: Call) -> dict[str, Any]:
    with call.state.transaction():
        wishes = {wish["sku"].strip(): wish["items"][0] for wish in call.body["skus"]}
        prices.known_offers(call, [wish["sku"].strip() for wish in call.body["skus"]])
        for sku, item in wishes.items():
            at = parse(item["updatedAt"]) if item.get("updatedAt") else call.now
            put(call.state, call.campaign_id, sku, item["count"], at)
            call.effect(sku, {"campaign": call.campaign_id, "count": item["count"]})
    return ok()


def put(state: State, campaign_id: int, sku: str, count: int, at: float) -> None:
    state.run(
        "INSERT INTO stocks (campaign_id, offer_id, count, updated) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = excluded.count, updated = excluded.updated",
        campaign_id,
        sku,
        count,
        at,
    )


def move(state: State, campaign_id: int, sku: str, *, available: int, frozen: int) -> None:
    """Shift units between what can be bought and what waits for a carrier."""
    state.run(
        "UPDATE stocks SET count = max(0, count + ?), frozen = max(0, frozen + ?)"
        " WHERE campaign_id = ? AND offer_id = ?",
        available,
        frozen,
        campaign_id,
        sku,
    )


def listing(call: Call) -> dict[str, Any]:
    where, params = ["campaign_id = ?"], [call.campaign_id]
    if wanted := call.body.get("offerIds"):
        where.append(f"offer_id IN ({placeholders(wanted)})")
        params += wanted
    rows = call.state.select("stocks", where, params, "ORDER BY offer_id")
    page, paging = (rows, {}) if wanted else call.page(rows, 100)
    offers = [_shown(row) for row in page]
    warehouses = [{"warehouseId": warehouse_id(call.campaign_id), "offers": offers}]
    return ok({"warehouses": warehouses if offers else [], "paging": paging})


def warehouse_id(campaign_id: int) -> int:
    return WAREHOUSES + campaign_id % 100_000


def _shown(row: Any) -> dict[str, Any]:
    counts = {
        "FIT": row["count"] + row["frozen"],
        "AVAILABLE": row["count"],
        "FREEZE": row["frozen"],
    }
    return {
        "offerId": row["offer_id"],
        "stocks": [{"type": kind, "count": count} for kind, count in counts.items()],
        "updatedAt": iso(row["updated"]),
    }


UPDATE_BODY = obj(
    "skus",
    skus=arr(
        obj(
            "sku items",
            sku=SKU,
            items=arr(
                obj("count", count=integer(0, 2_000_000_000), updatedAt=text(format="date-time")),
                1,
            ),
        ),
        2000,
    ),
)

ROUTES = [
    Route(
        "PUT",
        "/v2/campaigns/{campaignId}/offers/stocks",
        "updateStocks",
        update,
        scopes=CATALOG,
        body=UPDATE_BODY,
        is_body_required=True,
        is_write=True,
    ),
    Route(
        "POST",
        "/v2/campaigns/{campaignId}/offers/stocks",
        "getStocks",
        listing,
        scopes=CATALOG,
        body=obj(
            stocksWarehouseId=integer(1),
            hasStocks=boolean(),
            withTurnover=boolean(),
            archived=boolean(),
            offerIds=skus(500),
        ),
        query=page_query(200),
    ),
]
