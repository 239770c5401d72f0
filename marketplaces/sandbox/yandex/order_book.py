"""Orders as the marketplace keeps them: placing, moving on, taking stock."""

import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from marketplaces.sandbox import accounts
from marketplaces.sandbox.state import State, pack

from . import catalogue, stocks

STARTED = ("PROCESSING", "STARTED")
READY = ("PROCESSING", "READY_TO_SHIP")
SHOP_FAILED = ("CANCELLED", "SHOP_FAILED")
DELIVERY = ("DELIVERY", "DELIVERY_SERVICE_RECEIVED")
PICKUP = ("PICKUP", "PICKUP_SERVICE_RECEIVED")
DELIVERED = ("DELIVERED", "DELIVERY_SERVICE_DELIVERED")
CHANGED_MIND = ("CANCELLED", "USER_CHANGED_MIND")
# What happens to an order without the seller, in this order.
MARKET_STEPS = {READY: DELIVERY, DELIVERY: PICKUP, PICKUP: DELIVERED}
OPEN = ("PROCESSING", "DELIVERY", "PICKUP")


@dataclass
class Order:
    id: int
    business_id: int
    campaign_id: int
    status: str
    substatus: str
    created: float
    updated: float
    due: float | None
    doc: dict[str, Any]

    @property
    def step(self) -> tuple[str, str]:
        return self.status, self.substatus

    @property
    def total(self) -> float:
        return sum(item["price"] * item["count"] for item in self.doc["items"])


class CannotSell(Exception):
    """Nobody can buy this offer now; the text says why."""


def from_row(row: sqlite3.Row) -> Order:
    return Order(**{**dict(row), "doc": json.loads(row["doc"])})


def load(state: State, order_id: int) -> Order | None:
    row = state.one("SELECT * FROM orders WHERE id = ?", order_id)
    return from_row(row) if row else None


def due(state: State, now: float) -> list[Order]:
    rows = state.rows("SELECT * FROM orders WHERE due IS NOT NULL AND due <= ? LIMIT 200", now)
    return [from_row(row) for row in rows]


def place(
    state: State,
    *,
    business_id: int,
    campaign_id: int,
    lines: dict[str, int],
    buyer: dict[str, Any],
    due_at: float | None = None,
    is_fake: bool = False,
    is_marked: bool = False,
    price: float | None = None,
) -> Order:
    """A buyer buys: the stock on the marketplace goes down with the order, or CannotSell."""
    with state.transaction():
        offers = catalogue.load_many(state, business_id, lines)
        items = [
            _item(state, offers.get(sku), sku, count, campaign_id, number)
            for number, (sku, count) in enumerate(lines.items())
        ]
        for item in items:
            sku, count = item["offerId"], item["count"]
            stocks.move(state, campaign_id, sku, available=-count, frozen=count)
        for item in items:
            item |= {"is_marked": True} if is_marked else {}
            item |= {} if price is None else {"price": price}
        currency = accounts.business(state, business_id)["currency"]
        doc = {"items": items, "buyer": buyer, "fake": is_fake, "currency": currency}
        return _add(state, business_id, campaign_id, doc, due_at)


def _add(
    state: State, business_id: int, campaign_id: int, doc: dict[str, Any], due_at: float | None
) -> Order:
    now = time.time()
    cursor = state.run(
        "INSERT INTO orders (business_id, campaign_id, status, substatus, created, updated,"
        " due, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        business_id,
        campaign_id,
        *STARTED,
        now,
        now,
        due_at,
        pack(doc),
    )
    return _must_load(state, int(cursor.lastrowid or 0))


def _must_load(state: State, order_id: int) -> Order:
    order = load(state, order_id)
    if order is None:
        raise LookupError(f"order {order_id} is gone")
    return order


def _item(
    state: State,
    offer: catalogue.Offer | None,
    sku: str,
    count: int,
    campaign_id: int,
    number: int,
) -> dict[str, Any]:
    if offer is None:
        raise CannotSell(f"there is no offer {sku}")
    status = catalogue.shop_status(state, offer, campaign_id)
    if status != "PUBLISHED" or offer.price is None:
        raise CannotSell(f"{sku} is not for sale: {status}")
    left = catalogue.in_stock(state, campaign_id, sku)
    if left < count:
        raise CannotSell(f"{sku}: {left} left, {count} wanted")
    return {
        "id": int(time.time() * 1000) * 10 + number,
        "offerId": sku,
        "offerName": offer.fields.get("name", sku),
        "count": count,
        "price": offer.price["value"],
    }


def move(
    state: State, order: Order, step: tuple[str, str], *, due_at: float | None = None
) -> Order | None:
    """Take an order on if it still stands where the caller saw it; None when it does not."""
    with state.transaction():
        cursor = state.run(
            "UPDATE orders SET status = ?, substatus = ?, updated = ?, due = ?"
            " WHERE id = ? AND status = ? AND substatus = ?",
            *step,
            time.time(),
            due_at,
            order.id,
            *order.step,
        )
        if not cursor.rowcount:
            return None
        _move_stock(state, order, step)
    return load(state, order.id)


def _move_stock(state: State, order: Order, step: tuple[str, str]) -> None:
    """Units of a cancelled order can be bought again; those of a shipped one are gone."""
    if order.status != "PROCESSING" or step[0] == "PROCESSING":
        return
    for item in order.doc["items"]:
        back = item["count"] if step[0] == "CANCELLED" else 0
        stocks.move(
            state,
            order.campaign_id,
            item["offerId"],
            available=back,
            frozen=-item["count"],
        )
