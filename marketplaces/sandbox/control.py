"""The hands behind the scenes: what tests and demonstrations steer the sandbox with.

JSON, from this machine only, and not from a web page.
"""

import ipaddress
import json
import time
from collections.abc import Callable
from typing import Any

from . import accounts, buyers, effects, writers
from .accounts import Account
from .messages import Answer, Request, as_json
from .routing import Route, Router
from .world import World
from .yandex import catalogue, order_book, returns
from .yandex.order_book import MARKET_STEPS, Order


class Wrong(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status, self.message = status, message


def respond(world: World, request: Request, path: str) -> Answer:
    try:
        _check_caller(request)
        route, params, _ = ROUTER.find(request.method, path)
        if route is None:
            raise Wrong(404, f"nothing is at {request.method} {path}")
        return as_json(route.handler(world, _wish(request), **params))
    except Wrong as wrong:
        return as_json({"error": wrong.message}, wrong.status)
    except (AttributeError, TypeError, ValueError, LookupError) as error:
        return as_json({"error": f"a field is not what it should be: {error}"}, 400)


def _check_caller(request: Request) -> None:
    if not ipaddress.ip_address(request.peer).is_loopback or "origin" in request.headers:
        raise Wrong(403, "the control API answers programs on this machine only")


def _wish(request: Request) -> dict[str, Any]:
    """Query and body as one; a later word wins."""
    try:
        body = json.loads(request.body) if request.body else {}
    except ValueError as error:
        raise Wrong(400, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise Wrong(400, "the body must be an object")
    return {**request.query, **body}


def _account(world: World, wish: dict[str, Any]) -> Account:
    account = accounts.find_or_open(world.state, world.config, str(wish.get("account", "")))
    if account is None:
        raise Wrong(404, "account: no such key")
    return account


def health(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    return {"ok": True, "demo_key": world.config.demo_key, "fast": world.config.is_fast}


def create_account(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Fields: key, name, scopes, currency, placements, buyers_every, same_business_as."""
    key = str(wish.get("key", ""))
    if not key.startswith("ACMA:"):
        raise Wrong(400, "key: begins with ACMA:")
    if accounts.find(world.state, key):
        raise Wrong(409, "key: there is such an account")
    twin = wish.get("same_business_as")
    account = accounts.create(
        world.state,
        world.config,
        key,
        name=wish.get("name", ""),
        scopes=tuple(wish["scopes"]) if wish.get("scopes") else None,
        currency=wish.get("currency", "UZS"),
        placements=tuple(wish.get("placements", ["FBS"])),
        buyers_every=wish.get("buyers_every"),
        business_id=_account(world, {"account": twin}).business_id if twin else None,
    )
    return _described(world, account)


def _described(world: World, account: Account) -> dict[str, Any]:
    business = accounts.business(world.state, account.business_id)
    shops = accounts.campaigns(world.state, account.business_id)
    return {
        "business_id": account.business_id,
        "name": business["name"],
        "currency": business["currency"],
        "buyers_every": business["buyers_every"],
        "scopes": list(account.scopes),
        "campaigns": [
            {"id": shop["id"], "name": shop["domain"], "placement": shop["placement"]}
            for shop in shops
        ],
    }


def show_state(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    account = _account(world, wish)
    shops = [row["id"] for row in accounts.campaigns(world.state, account.business_id)]
    every = catalogue.select(world.state, account.business_id, {}, offset=0, limit=100_000)
    orders = world.state.rows(
        "SELECT * FROM orders WHERE business_id = ? ORDER BY id", account.business_id
    )
    written = effects.listing(world.state, account.business_id, 0)
    return {
        **_described(world, account),
        "offers": [_offer(world, offer, shops) for offer in every],
        "orders": [_order(order_book.from_row(row)) for row in orders],
        "effects": {k: v for k, v in written.items() if k != "effects"},
    }


def _offer(world: World, offer: catalogue.Offer, shops: list[int]) -> dict[str, Any]:
    stock = {shop: catalogue.in_stock(world.state, shop, offer.offer_id) for shop in shops}
    return {
        "sku": offer.offer_id,
        "card_status": offer.card_status,
        "price": offer.price["value"] if offer.price else None,
        "quarantine": offer.doc["quarantine"],
        "stock": stock,
        "status": {shop: catalogue.shop_status(world.state, offer, shop) for shop in shops},
        "errors": offer.doc["errors"],
        "media": offer.doc["media"],
        "fields": offer.fields,
        "uz": offer.doc["uz"],
        "parameters": offer.doc["parameters"],
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "campaign_id": order.campaign_id,
        "status": order.status,
        "substatus": order.substatus,
        "total": order.total,
        "items": order.doc["items"],
    }


def place_order(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Fields: account, sku and quantity or lines {sku: quantity}, campaign_id, fake, marked.

    And price, of a piece, where a buyer pays what was agreed and not what is shown now.
    """
    account = _account(world, wish)
    shops = accounts.campaigns(world.state, account.business_id)
    campaign_id = int(wish.get("campaign_id") or shops[0]["id"])
    if campaign_id not in {shop["id"] for shop in shops}:
        raise Wrong(404, f"campaign_id: the account has no shop {campaign_id}")
    lines = wish.get("lines") or {str(wish.get("sku")): int(wish.get("quantity", 1))}
    if min(lines.values()) < 1:
        raise Wrong(400, "quantity: at least 1")
    try:
        order = order_book.place(
            world.state,
            business_id=account.business_id,
            campaign_id=campaign_id,
            lines=lines,
            buyer=buyers.BUYERS[0],
            is_fake=bool(wish.get("fake")),
            is_marked=bool(wish.get("marked")),
            price=wish.get("price"),
        )
    except order_book.CannotSell as reason:
        raise Wrong(409, str(reason)) from reason
    return _order(order)


def advance_order(world: World, wish: dict[str, Any], orderId: int) -> dict[str, Any]:
    """The next step Market itself would take, or the one named by status and substatus."""
    order = order_book.load(world.state, orderId)
    if order is None:
        raise Wrong(404, f"there is no order {orderId}")
    step = MARKET_STEPS.get(order.step)
    if wish.get("status"):
        step = (wish["status"], wish.get("substatus", "UNKNOWN"))
    if step is None:
        raise Wrong(409, f"order {orderId} is {order.status}/{order.substatus}: no next step")
    moved = order_book.move(world.state, order, step)
    if moved is None:
        raise Wrong(409, "the order has just moved on")
    return _order(moved)


def send_back(world: World, wish: dict[str, Any], orderId: int) -> dict[str, Any]:
    order = order_book.load(world.state, orderId)
    if order is None:
        raise Wrong(404, f"there is no order {orderId}")
    return writers.send_back(world.state, order, wish)


def advance_return(world: World, wish: dict[str, Any], returnId: int) -> dict[str, Any]:
    return {"shipment": returns.move_return(world.state, returnId, time.time())}


def begin_talk(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    return writers.begin_talk(world.state, _account(world, wish).business_id, wish)


def show_talk(world: World, wish: dict[str, Any], talkId: int) -> dict[str, Any]:
    return writers.show_talk(world.state, talkId)


def say(world: World, wish: dict[str, Any], talkId: int) -> dict[str, Any]:
    return writers.say(world.state, talkId, wish)


def show_effects(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    business_id = _account(world, wish).business_id if wish.get("account") else None
    return effects.listing(world.state, business_id, int(wish.get("limit", 1000)))


def show_calls(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    return world.traffic.seen(*_caller(world, wish))


def show_limits(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    by_account = world.traffic.limits(*_caller(world, wish))
    groups = [group for account in by_account.values() for group in account.values()]
    return {"overruns": sum(group["overruns"] for group in groups), "accounts": by_account}


def _caller(world: World, wish: dict[str, Any]) -> list[str]:
    """How the traffic names who is asked about; nothing: all of them."""
    if not wish.get("account"):
        return []
    key = str(wish["account"])
    if not key.startswith("ACMA:"):
        return [f"key {accounts.hash_key(key)}"]
    return [f"business {_account(world, wish).business_id}"]


def forget_calls(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    world.traffic.clear()
    return {"ok": True}


def add_fault(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    try:
        return world.faults.add(wish).shown()
    except (ValueError, TypeError) as error:
        raise Wrong(400, str(error)) from error


def list_faults(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    return {"faults": [rule.shown() for rule in world.faults.rules]}


def remove_faults(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    return {"removed": world.faults.remove()}


def remove_fault(world: World, wish: dict[str, Any], faultId: int) -> dict[str, Any]:
    return {"removed": world.faults.remove(faultId)}


def set_buyers(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """How often a buyer comes to this account; 0 means never."""
    account = _account(world, wish)
    world.state.run(
        "UPDATE businesses SET buyers_every = ?, next_buyer_at = NULL WHERE id = ?",
        float(wish.get("every", 0)),
        account.business_id,
    )
    return _described(world, account)


def reset(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Forget everything and seed again."""
    world.faults.remove()
    world.traffic.clear()
    world.state.clear()
    accounts.seed(world.state, world.config)
    return {"ok": True}


def _route(method: str, path: str, handler: Callable[..., dict[str, Any]]) -> Route:
    return Route(method, path, handler.__name__, handler)


ROUTER = Router(
    [
        _route("GET", "/health", health),
        _route("POST", "/accounts", create_account),
        _route("GET", "/state", show_state),
        _route("POST", "/orders", place_order),
        _route("POST", "/orders/{orderId}/advance", advance_order),
        _route("POST", "/orders/{orderId}/return", send_back),
        _route("POST", "/returns/{returnId}/advance", advance_return),
        _route("POST", "/talks", begin_talk),
        _route("GET", "/talks/{talkId}", show_talk),
        _route("POST", "/talks/{talkId}/say", say),
        _route("GET", "/effects", show_effects),
        _route("GET", "/calls", show_calls),
        _route("DELETE", "/calls", forget_calls),
        _route("GET", "/limits", show_limits),
        _route("POST", "/faults", add_fault),
        _route("GET", "/faults", list_faults),
        _route("DELETE", "/faults", remove_faults),
        _route("DELETE", "/faults/{faultId}", remove_fault),
        _route("POST", "/buyers", set_buyers),
        _route("POST", "/reset", reset),
    ]
)
