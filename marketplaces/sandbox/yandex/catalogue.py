"""Offers as the marketplace remembers them."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from marketplaces.sandbox.state import State, pack, placeholders

HAS_CARD = (
    "HAS_CARD_CAN_NOT_UPDATE",
    "HAS_CARD_CAN_UPDATE",
    "HAS_CARD_CAN_UPDATE_ERRORS",
    "HAS_CARD_CAN_UPDATE_PROCESSING",
)
PROCESSING = ("HAS_CARD_CAN_UPDATE_PROCESSING", "NO_CARD_PROCESSING")


@dataclass
class Offer:
    """`doc` holds what was sent (`fields`, `uz`, `parameters`) and what became of it."""

    business_id: int
    offer_id: str
    card_status: str
    moderate_at: float | None
    doc: dict[str, Any]

    @property
    def fields(self) -> dict[str, Any]:
        return self.doc["fields"]

    @property
    def price(self) -> dict[str, Any] | None:
        return self.doc["price"]

    def place(self, campaign_id: int | None) -> dict[str, Any]:
        """Where its price stands, and what is in quarantine: of all shops, or of one alone."""
        if campaign_id is None:
            return self.doc
        shops = self.doc.setdefault("shops", {})
        place: dict[str, Any] = shops.setdefault(
            str(campaign_id), {"price": None, "quarantine": None}
        )
        return place

    @property
    def has_card(self) -> bool:
        return self.card_status in HAS_CARD

    @property
    def is_archived(self) -> bool:
        return self.doc["archived"]


def blank(business_id: int, offer_id: str, *, known_at: float) -> Offer:
    """A new offer; until `known_at` only further updates of it find it."""
    doc: dict[str, Any] = {
        "fields": {},
        "uz": {},
        "parameters": [],
        "price": None,
        "quarantine": None,
        "media": {},
        "errors": [],
        "warnings": [],
        "market_sku": None,
        "archived": False,
        "known_at": known_at,
    }
    return Offer(business_id, offer_id, "NO_CARD_NEED_CONTENT", None, doc)


def _offer(row: sqlite3.Row) -> Offer:
    return Offer(
        row["business_id"],
        row["offer_id"],
        row["card_status"],
        row["moderate_at"],
        json.loads(row["doc"]),
    )


def load(state: State, business_id: int, offer_id: str) -> Offer | None:
    row = state.one(
        "SELECT * FROM offers WHERE business_id = ? AND offer_id = ?", business_id, offer_id
    )
    return _offer(row) if row else None


def load_known(
    state: State, business_id: int, offer_ids: Iterable[str], now: float
) -> dict[str, Offer]:
    found = load_many(state, business_id, offer_ids)
    return {sku: offer for sku, offer in found.items() if offer.doc.get("known_at", 0) <= now}


def load_many(state: State, business_id: int, offer_ids: Iterable[str]) -> dict[str, Offer]:
    wanted = list(offer_ids)
    where = ["business_id = ?", f"offer_id IN ({placeholders(wanted)})"]
    rows = state.select("offers", where, [business_id, *wanted], "ORDER BY offer_id")
    return {row["offer_id"]: _offer(row) for row in rows}


def save(state: State, offer: Offer) -> None:
    state.run(
        "INSERT OR REPLACE INTO offers VALUES (?, ?, ?, ?, ?)",
        offer.business_id,
        offer.offer_id,
        offer.card_status,
        offer.moderate_at,
        pack(offer.doc),
    )


def remove(state: State, business_id: int, offer_id: str) -> None:
    state.run("DELETE FROM offers WHERE business_id = ? AND offer_id = ?", business_id, offer_id)


def select(
    state: State, business_id: int, wish: dict[str, Any], *, offset: int, limit: int
) -> list[Offer]:
    """Offers that pass the filters of a listing method, in order of SKU."""
    params: list[Any] = [business_id]
    where = ["business_id = ?"]
    if statuses := wish.get("cardStatuses"):
        where.append(f"card_status IN ({placeholders(statuses)})")
        params += statuses
    for name, path in (
        ("categoryIds", "$.fields.marketCategoryId"),
        ("vendorNames", "$.fields.vendor"),
    ):
        if values := wish.get(name):
            where.append(f"json_extract(doc, '{path}') IN ({placeholders(values)})")
            params += values
    if wish.get("archived") is not None:
        where.append("json_extract(doc, '$.archived') = ?")
        params.append(int(wish["archived"]))
    if (now := wish.get("known_at")) is not None:
        where.append("coalesce(json_extract(doc, '$.known_at'), 0) <= ?")
        params.append(now)
    if place := wish.get("quarantined"):
        path = "$.quarantine" if place is True else f'$.shops."{place}".quarantine'
        where.append("json_extract(doc, ?) IS NOT NULL")
        params.append(path)
    tail = "ORDER BY offer_id LIMIT ? OFFSET ?"
    rows = state.select("offers", where, [*params, limit, offset], tail)
    return [_offer(row) for row in rows]


def due_for_moderation(state: State, now: float) -> list[Offer]:
    rows = state.rows(
        "SELECT * FROM offers WHERE moderate_at IS NOT NULL AND moderate_at <= ? LIMIT 200", now
    )
    return [_offer(row) for row in rows]


def in_stock(state: State, campaign_id: int, offer_id: str) -> int:
    row = state.one(
        "SELECT count FROM stocks WHERE campaign_id = ? AND offer_id = ?", campaign_id, offer_id
    )
    return int(row["count"]) if row else 0


def shop_status(state: State, offer: Offer, campaign_id: int) -> str:
    """How the offer stands in one shop, in the vendor's words."""
    if offer.is_archived:
        return "ARCHIVED"
    if not offer.has_card:
        return "CREATING_CARD" if offer.card_status in PROCESSING else "NO_CARD"
    if offer.price is None:
        return "DISABLED_AUTOMATICALLY"
    return "PUBLISHED" if in_stock(state, campaign_id, offer.offer_id) else "NO_STOCKS"
