"""Orders: reading them, and the few steps a seller may take with them."""

from typing import Any

from marketplaces.sandbox.clock import day_start, parse
from marketplaces.sandbox.messages import Answer
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, boolean, choice, integer, obj, text
from marketplaces.sandbox.state import placeholders

from . import labels, order_book, order_views, returns
from .call import Call, Refusal, bad_request, ok
from .order_book import OPEN, READY, SHOP_FAILED, STARTED, Order
from .words import ORDERS, page_query

WINDOW = 30 * 86_400
FIRST_STATUSES = "PLACING RESERVED UNPAID PROCESSING DELIVERY PICKUP DELIVERED CANCELLED PENDING"
STATUSES = (*FIRST_STATUSES.split(), "PARTIALLY_RETURNED", "RETURNED", "UNKNOWN")
# The document allows a seller of FBS orders these and nothing else.
SELLER_STEPS = {STARTED: (READY, SHOP_FAILED), READY: (SHOP_FAILED,)}


def listing(call: Call) -> dict[str, Any]:
    where, params = _filters(call)
    start, size = call.offset(), call.limit(50)
    tail = "ORDER BY id LIMIT ? OFFSET ?"
    rows = call.state.select("orders", where, [*params, size + 1, start], tail)
    orders = [order_views.business_order(order_book.from_row(row)) for row in rows[:size]]
    return {"orders": orders, "paging": call.next_page(start + size) if len(rows) > size else {}}


def _filters(call: Call) -> tuple[list[str], list[Any]]:
    where: list[str] = ["business_id = ?"]
    params: list[Any] = [call.business_id]
    columns = {
        "orderIds": "id",
        "campaignIds": "campaign_id",
        "statuses": "status",
        "substatuses": "substatus",
    }
    for name, column in columns.items():
        if values := call.body.get(name):
            where.append(f"{column} IN ({placeholders(values)})")
            params += values
    if call.body.get("fake") is not None:
        where.append("json_extract(doc, '$.fake') = ?")
        params.append(int(call.body["fake"]))
    if call.body.get("externalOrderIds") or call.body.get("waitingForCancellationApprove"):
        where.append("0")
    for name, home in (("programTypes", "FBS"), ("sourcePlatforms", "MARKET")):
        if call.body.get(name) and home not in call.body[name]:
            where.append("0")
    _dates(call, where, params)
    return where, params


def _dates(call: Call, where: list[str], params: list[Any]) -> None:
    dates = call.body.get("dates") or {}
    created_from = _day(dates, "creationDateFrom")
    created_to = _day(dates, "creationDateTo")
    if created_from and created_to and created_to - created_from > WINDOW:
        raise bad_request("dates: interval must not be longer than 30 days")
    if not call.body.get("orderIds"):
        # As documented: without a date, orders of the last 30 days.
        earliest = (created_to or call.now) - WINDOW
        where.append("created >= ?")
        params.append(created_from or earliest)
    if created_to:
        where.append("created < ?")
        params.append(max(created_to, (created_from or 0) + 86_400))
    for name, sign in (("updateDateFrom", ">="), ("updateDateTo", "<=")):
        if dates.get(name):
            # Times are answered in milliseconds, so they are compared in them.
            where.append(f"CAST(updated * 1000 AS INTEGER) {sign} ?")
            params.append(int(parse(dates[name]) * 1000))


def _day(dates: dict[str, Any], name: str) -> float | None:
    return day_start(dates[name]) if dates.get(name) else None


def _order(call: Call, order_id: int) -> Order:
    order = order_book.load(call.state, order_id)
    if order is None or order.campaign_id != call.campaign_id:
        raise Refusal(404, "NOT_FOUND", f"Order not found: {order_id}")
    return order


def change_status(call: Call) -> dict[str, Any]:
    order = _order(call, call.params["orderId"])
    moved = _change(call, order, call.body["order"])
    return {"order": order_views.old_order(moved)}


def _change(call: Call, order: Order, wish: dict[str, Any]) -> Order:
    """Take the step the seller asks for, or refuse it as the vendor words it."""
    wanted = (wish["status"], wish.get("substatus") or "")
    if wanted not in SELLER_STEPS.get(order.step, ()):
        raise _not_allowed(order, wanted)
    if wanted == READY and returns.lacks_codes(order):
        text = f"Order {order.id}: marking codes are missing or not checked"
        raise bad_request(text, code="IDENTIFIERS_REQUIRED")
    config = call.world.config
    due_at = call.now + config.step_seconds if wanted == READY else None
    with call.state.transaction():
        moved = order_book.move(call.state, order, wanted, due_at=due_at)
        if moved is None:
            raise _not_allowed(_order(call, order.id), wanted)
        call.effect(order.id, {"status": wanted[0], "substatus": wanted[1]})
    return moved


def _not_allowed(order: Order, wanted: tuple[str, str]) -> Refusal:
    if order.status != wanted[0]:
        what = f"with status {order.status} is not allowed for status {wanted[0]}"
        return bad_request(f"Order {order.id} {what}", code="STATUS_NOT_ALLOWED")
    what = f"with substatus {order.substatus} is not allowed for substatus {wanted[1] or 'null'}"
    return bad_request(f"Order {order.id} {what}", code="SUBSTATUS_NOT_ALLOWED")


def change_statuses(call: Call) -> dict[str, Any]:
    return ok({"orders": [_change_one(call, wish) for wish in call.body["orders"]]})


def _change_one(call: Call, wish: dict[str, Any]) -> dict[str, Any]:
    try:
        moved = _change(call, _order(call, wish["id"]), wish)
    except Refusal as refusal:
        details = f"{refusal.code}: {refusal.messages[0]}"
        return {"id": wish["id"], "updateStatus": "ERROR", "errorDetails": details}
    return {
        "id": moved.id,
        "status": moved.status,
        "substatus": moved.substatus,
        "updateStatus": "OK",
    }


def buyer(call: Call) -> dict[str, Any]:
    order = _order(call, call.params["orderId"])
    if order.status not in OPEN:
        text = f"Buyer of order {order.id} with status {order.status} is not available"
        raise bad_request(text, code="INVALID_ORDER_STATUS")
    return ok({**order.doc["buyer"], "type": "PERSON", "trusted": False})


def label(call: Call) -> Answer:
    order = _order(call, call.params["orderId"])
    if order.status != "PROCESSING":
        text = f"Labels of order {order.id} with status {order.status} are not available"
        raise bad_request(text, code="INVALID_ORDER_STATUS")
    shop = str(call.shop["domain"]) if call.shop else ""
    content = labels.render(order, shop, call.request.query.get("format", "A7"))
    return Answer(200, content, "application/pdf")


STATE = {"status": choice(*STATUSES), "substatus": text()}
LISTING_BODY = obj(
    orderIds=arr(integer(), 50, unique=True),
    externalOrderIds=arr(text(), 50, unique=True),
    programTypes=arr(choice("FBY", "FBS", "DBS", "EXPRESS", "LAAS"), unique=True),
    campaignIds=arr(integer(1), 50, unique=True),
    statuses=arr(choice(*STATUSES), unique=True),
    substatuses=arr(text(), unique=True),
    dates=obj(
        creationDateFrom=text(format="date"),
        creationDateTo=text(format="date"),
        shipmentDateFrom=text(format="date"),
        shipmentDateTo=text(format="date"),
        updateDateFrom=text(format="date-time"),
        updateDateTo=text(format="date-time"),
    ),
    fake=boolean(),
    waitingForCancellationApprove=boolean(),
    sourcePlatforms=arr(choice("MARKET", "OZON", "WILDBERRIES", "OTHER"), unique=True),
)

ROUTES = [
    Route(
        "POST",
        "/v1/businesses/{businessId}/orders",
        "getBusinessOrders",
        listing,
        scopes=ORDERS,
        body=LISTING_BODY,
        is_body_required=True,
        query=page_query(50),
    ),
    Route(
        "PUT",
        "/v2/campaigns/{campaignId}/orders/{orderId}/status",
        "updateOrderStatus",
        change_status,
        scopes=ORDERS,
        body=obj("order", order=obj("status", **STATE)),
        is_body_required=True,
        is_write=True,
    ),
    Route(
        "POST",
        "/v2/campaigns/{campaignId}/orders/status-update",
        "updateOrderStatuses",
        change_statuses,
        scopes=ORDERS,
        body=obj("orders", orders=arr(obj("id status", id=integer(), **STATE), 30)),
        is_body_required=True,
        is_write=True,
    ),
    Route(
        "GET",
        "/v2/campaigns/{campaignId}/orders/{orderId}/delivery/labels",
        "generateOrderLabels",
        label,
        scopes=ORDERS,
        query=obj(format=choice("A9_HORIZONTALLY", "A9", "A7", "A4")),
    ),
    Route(
        "GET",
        "/v2/campaigns/{campaignId}/orders/{orderId}/buyer",
        "getOrderBuyerInfo",
        buyer,
        scopes=ORDERS,
    ),
]
