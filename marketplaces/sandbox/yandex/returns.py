"""Boxes and marking codes on the way out, and parcels on the way back."""

import json
import re
import sqlite3
from collections import Counter
from typing import Any

from marketplaces.sandbox.clock import day_start, iso
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.shapes import arr, boolean, choice, integer, number, obj, text
from marketplaces.sandbox.state import State, pack

from . import order_book
from .call import Call, Refusal, bad_request, ok
from .order_book import STARTED
from .words import CURRENCIES, ORDERS, page_query

PATH = "/v2/campaigns/{campaignId}"
# GS1: a product's number and a serial; what follows the separator is the crypto tail.
CODE = re.compile(r"01\d{14}21[\x21-\x7e]{6,20}(\x1d[\x20-\x7e\x1d]*)?")
AVAILABLE = (
    {"decisionType": "REFUND_MONEY"},
    {
        "decisionType": "DECLINE_REFUND",
        "decisionReasonTypes": [
            "ISSUE_WITH_THE_PRODUCT_WAS_NOT_CONFIRMED",
            "MECHANICAL_DAMAGE",
        ],
    },
)
WAITING, DECIDED = "PREMODERATION_DECISION_WAITING", "PREMODERATION_DECISION_MADE"
SHIPPING = {"CREATED": "RECEIVED", "RECEIVED": "READY_FOR_PICKUP", "READY_FOR_PICKUP": "PICKED"}


def _order(call: Call) -> order_book.Order:
    order = order_book.load(call.state, call.params["orderId"])
    if order is None or order.campaign_id != call.campaign_id:
        raise Refusal(404, "NOT_FOUND", f"Order not found: {call.params['orderId']}")
    return order


def set_boxes(call: Call) -> dict[str, Any]:
    order, boxes = _order(call), call.body["boxes"]
    if order.step != STARTED:
        raise bad_request(f"Order {order.id} can not be packed any more", code="STATUS_NOT_ALLOWED")
    packed: Counter[int] = Counter()
    for item in (item for box in boxes for item in box["items"]):
        packed[item["id"]] += item.get("fullCount") or 0
    wanted = {item["id"]: item["count"] for item in order.doc["items"]}
    if dict(packed) != wanted and not call.body.get("allowRemove"):
        raise bad_request("boxes: the items are not those of the order", code="INVALID_BOXES")
    with call.state.transaction():
        doc = pack({**order.doc, "boxes": boxes})
        call.state.run("UPDATE orders SET doc = ? WHERE id = ?", doc, order.id)
        call.effect(order.id, call.body)
    return ok({"boxes": [{"boxId": number, **box} for number, box in enumerate(boxes, start=1)]})


def _codes(order: order_book.Order) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for item in (item for box in order.doc.get("boxes", []) for item in box["items"]):
        codes = [one["cis"] for one in item.get("instances") or [] if one.get("cis")]
        found.setdefault(item["id"], []).extend(codes)
    return found


def identifiers_status(call: Call) -> dict[str, Any]:
    items = []
    for line, codes in _codes(_order(call)).items():
        checked = [
            {"value": code, "status": "OK"}
            if CODE.fullmatch(code)
            else {"value": code, "status": "FAILED", "substatus": "CIS_VALIDATION_ERROR"}
            for code in codes
        ]
        items.append({"id": line, "cis": checked} if checked else {"id": line})
    return ok({"items": items})


def lacks_codes(order: order_book.Order) -> bool:
    """A marked product needs a good code for each piece before the order may be ready."""
    codes = _codes(order)
    return any(
        sum(bool(CODE.fullmatch(code)) for code in codes.get(item["id"], [])) < item["count"]
        for item in order.doc["items"]
        if item.get("is_marked")
    )


# Returns


def open_return(
    state: State, order: order_book.Order, *, now: float, is_unredeemed: bool = False
) -> int:
    status = "COMPLETE_WITHOUT_REFUND" if is_unredeemed else WAITING
    doc = {"is_unredeemed": is_unredeemed, "refund": status, "shipment": "CREATED"}
    cursor = state.run(
        "INSERT INTO returns (business_id, campaign_id, order_id, created, updated, doc)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        *(order.business_id, order.campaign_id, order.id, now, now, pack(doc)),
    )
    return int(cursor.lastrowid or 0)


def _save(state: State, row: sqlite3.Row, now: float, **changes: Any) -> None:
    doc = pack({**json.loads(row["doc"]), **changes})
    state.run("UPDATE returns SET doc = ?, updated = ? WHERE id = ?", doc, now, row["id"])


def move_return(state: State, return_id: int, now: float) -> str:
    """The parcel goes a step of its way back."""
    row = state.one("SELECT * FROM returns WHERE id = ?", return_id)
    if row is None:
        raise LookupError(f"there is no return {return_id}")
    shipment: str = json.loads(row["doc"])["shipment"]
    shipment = SHIPPING.get(shipment, shipment)
    _save(state, row, now, shipment=shipment)
    return shipment


def returns(call: Call) -> dict[str, Any]:
    since = day_start(call.request.query["fromDate"]) if "fromDate" in call.request.query else 0
    rows = call.state.rows(
        "SELECT * FROM returns WHERE campaign_id = ? AND updated >= ? ORDER BY id",
        *(call.campaign_id, since),
    )
    page, paging = call.page(rows, 50)
    return ok({"returns": [_returned(call, row) for row in page], "paging": paging})


def _returned(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    doc, order = json.loads(row["doc"]), order_book.load(call.state, row["order_id"])
    if order is None:
        raise LookupError("the order is gone")
    return {
        "id": row["id"],
        "orderId": order.id,
        "creationDate": iso(row["created"]),
        "updateDate": iso(row["updated"]),
        "refundStatus": doc["refund"],
        "shipmentStatus": doc["shipment"],
        "shipmentRecipientType": "SHOP",
        "amount": {"value": order.total, "currencyId": order.doc["currency"]},
        "items": [_return_item(row["id"], doc, item) for item in order.doc["items"]],
        "returnType": "UNREDEEMED" if doc["is_unredeemed"] else "RETURN",
    }


def _return_item(return_id: int, doc: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"shopSku": item["offerId"], "count": item["count"]}
    if not doc["is_unredeemed"]:
        decision = {
            "returnItemId": item["id"],
            "count": item["count"],
            "comment": "Не подошло, упаковка цела",
            "reasonType": "DOES_NOT_FIT",
            "subreasonType": "USER_CHANGED_MIND",
            "decisionType": doc.get("decision", "UNKNOWN"),
        }
        found["decisions"] = [decision]
    return found


def _find(call: Call, return_id: int, campaign_id: int) -> sqlite3.Row:
    row = call.state.one(
        "SELECT * FROM returns WHERE id = ? AND campaign_id = ? AND business_id = ?",
        *(return_id, campaign_id, call.business_id),
    )
    if row is None:
        raise Refusal(404, "NOT_FOUND", f"Return not found: {return_id}")
    return row


def decisions(call: Call) -> dict[str, Any]:
    row = _find(call, call.body["returnId"], call.body["campaignId"])
    waits = json.loads(row["doc"])["refund"] == WAITING
    return ok({"availableDecisions": list(AVAILABLE) if waits else []})


def decide(call: Call) -> dict[str, Any]:
    row = _find(call, call.params["returnId"], call.campaign_id)
    if json.loads(row["doc"])["refund"] != WAITING:
        raise bad_request("The decision has been made already", code="RETURN_DECISION_MADE")
    wish = call.body["returnItemDecisions"][0]
    known = {one["decisionType"]: one.get("decisionReasonTypes", []) for one in AVAILABLE}
    wanted, reason = wish["decisionType"], wish.get("decisionReasonType")
    if wanted not in known or (known[wanted] and reason not in known[wanted]):
        raise bad_request(f"Decision {wanted} is not available", code="RETURN_DECISION_UNAVAILABLE")
    with call.state.transaction():
        _save(call.state, row, call.now, refund=DECIDED, decision=wanted)
        call.effect(row["id"], call.body)
    return ok()


INSTANCE = obj(cis=text(), uin=text(), rnpt=text(), gtd=text())
BOX_ITEM = obj(
    "id",
    id=integer(),
    fullCount=integer(1),
    partialCount=obj("current total", current=integer(1), total=integer(2)),
    instances=arr(INSTANCE),
)
DECISION_TYPES = (
    *("FAST_REFUND_MONEY", "REFUND_MONEY", "REFUND_MONEY_INCLUDING_SHIPMENT", "REPAIR", "REPLACE"),
    *("SEND_TO_EXAMINATION", "DECLINE_REFUND", "PARTIAL_MONEY_REFUND", "OTHER_DECISION"),
)
DECISION = obj(
    "returnItemId decisionType",
    returnItemId=integer(),
    decisionType=choice(*DECISION_TYPES),
    decisionReasonType=text(),
    comment=text(),
    compensation=obj("value currencyId", value=number(0), currencyId=choice(*CURRENCIES)),
)
ROUTES = [
    Route(
        "PUT",
        PATH + "/orders/{orderId}/boxes",
        "setOrderBoxLayout",
        set_boxes,
        scopes=ORDERS,
        body=obj("boxes", boxes=arr(obj("items", items=arr(BOX_ITEM))), allowRemove=boolean()),
        is_body_required=True,
        is_write=True,
    ),
    Route(
        "POST",
        PATH + "/orders/{orderId}/identifiers/status",
        "getOrderIdentifiersStatus",
        identifiers_status,
        scopes=ORDERS,
    ),
    Route(
        "GET",
        PATH + "/returns",
        "getReturns",
        returns,
        scopes=ORDERS,
        query=page_query(100, fromDate=text(format="date"), toDate=text(format="date")),
    ),
    Route(
        "POST",
        "/v1/businesses/{businessId}/returns/decisions",
        "getReturnAvailableDecisions",
        decisions,
        scopes=ORDERS,
        body=obj("campaignId returnId", campaignId=integer(1), returnId=integer(1)),
        is_body_required=True,
    ),
    Route(
        "POST",
        PATH + "/orders/{orderId}/returns/{returnId}/decision/submit",
        "submitReturnDecision",
        decide,
        scopes=ORDERS,
        body=obj("returnItemDecisions", returnItemDecisions=arr(DECISION)),
        is_write=True,
    ),
]
