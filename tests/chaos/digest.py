"""What a run comes to, as a hash: of two runs with the same inputs it must be the same.

Left out, because it says when and not what: times, numbers that databases and the sandbox give,
events on an order's timeline (of an order that was called off before we heard of it there are
fewer), refused steps, and for the same reason whether the pieces of a cancelled order were ever
reserved: here it counts only that they are free, or written off.
"""

import hashlib
import json
from collections import Counter
from decimal import Decimal

from django.db.models import Count, Sum

from orders.models import ConversationMessage, DailyAnalytics, Order, OrderLine
from partners.models import Notification
from products.models import Listing, PriceChange, Product, Reservation, StockLevel, StockMovement

FREE = (OrderLine.Stock.RELEASED, OrderLine.Stock.UNTOUCHED)


def digest(found: dict) -> str:
    said = json.dumps(found, sort_keys=True, default=_plain, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _plain(value):
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)


def differences(ours: dict, clean: dict, limit: int = 12) -> list[str]:
    """Where two runs differ, part by part, for people."""
    found = []
    for part in clean:
        a, b = (json.loads(json.dumps(one[part], default=_plain)) for one in (ours, clean))
        if isinstance(a, dict):
            names = sorted(a.keys() | b.keys())
            found += [
                f"{part} {name}: {a.get(name)} is not {b.get(name)}"
                for name in names
                if a.get(name) != b.get(name)
            ]
        elif a != b:
            found.append(f"{part}: {a} is not {b}")
    return found[:limit]


# There


def theirs(states: list[dict], numbers: dict[int, int], talks: list[dict]) -> dict:
    """Of the sandbox's states, shop by shop; `numbers` says which of our orders each is."""
    return {
        "their offers": {
            f"{shop} {offer['sku']}": _offer(offer)
            for shop, state in enumerate(states)
            for offer in state["offers"]
        },
        "their orders": {
            str(numbers[order["id"]]): _their_order(order)
            for state in states
            for order in state["orders"]
        },
        "their messages": {
            str(number): [(one["is_buyer"], one["text"]) for one in talk["said"]]
            for number, talk in enumerate(talks)
        },
    }


def _offer(offer: dict) -> list:
    figures = [offer["price"], offer["quarantine"], *offer["stock"].values()]
    return [*figures, *offer["status"].values(), offer["card_status"], offer["errors"]]


def _their_order(order: dict) -> list:
    goods = sorted((item["offerId"], item["count"], item["price"]) for item in order["items"])
    return [order["status"], order["substatus"], order["total"], goods]


# Here


def here(partner, shops: list, numbers: dict[int, int], heard_of: set[int]) -> dict:
    """Of our own tables; of the orders in `heard_of` a person must have been told, once."""
    place = {shop.pk: number for number, shop in enumerate(shops)}
    own = Order.objects.for_partner(partner)
    orders = {str(numbers[int(one.external_id)]): one for one in own.prefetch_related("lines")}
    return {
        "orders": {number: _order(one, place) for number, one in orders.items()},
        "lines": {number: _lines(one) for number, one in orders.items()},
        "prices": _prices(partner),
        "ledger": _ledger(partner),
        "levels": _levels(partner),
        "reservations": _reservations(partner),
        "analytics": _analytics(partner, place),
        "shops": _listings(partner, place),
        "messages": _messages(partner),
        "told of": _told_of(partner, {orders[str(number)].pk for number in heard_of}),
    }


def _order(order: Order, place: dict) -> list:
    words = [order.status, order.remote_status, order.vendor_status, order.vendor_substatus]
    return [*words, order.total, order.currency, place[order.connection_id]]


def _lines(order: Order) -> list:
    return sorted(
        [line.sku, line.quantity, line.total, line.covered, _pieces(line)]
        for line in order.lines.all()
    )


def _pieces(line: OrderLine) -> str:
    return "free" if line.stock in FREE else line.stock


def _prices(partner) -> dict:
    rows = PriceChange.objects.filter(product__partner=partner).order_by("pk")
    found = {one.sku: [one.price] for one in Product.objects.for_partner(partner)}
    for sku, before, after in rows.values_list("product__sku", "before", "after"):
        found[sku].append([before, after])
    return found


def _ledger(partner) -> dict:
    rows = StockMovement.objects.for_partner(partner).order_by().values("product__sku", "kind")
    summed = rows.annotate(pieces=Sum("quantity"), times=Count("pk"))
    return {f"{r['product__sku']} {r['kind']}": [r["pieces"], r["times"]] for r in summed}


def _levels(partner) -> dict:
    rows = StockLevel.objects.filter(product__partner=partner)
    return {sku: list(rest) for sku, *rest in rows.values_list("product__sku", *_LEVEL)}


_LEVEL = ("on_hand", "reserved", "published", "overhang")


def _reservations(partner) -> dict:
    rows = Reservation.objects.for_partner(partner).exclude(state=Reservation.State.RELEASED)
    grouped = rows.order_by().values("product__sku", "state")
    summed = grouped.annotate(pieces=Sum("quantity"), times=Count("pk"))
    return {f"{r['product__sku']} {r['state']}": [r["pieces"], r["times"]] for r in summed}


def _analytics(partner, place: dict) -> dict:
    """Over all days: a run may pass midnight."""
    skus = dict(Product.objects.for_partner(partner).values_list("pk", "sku"))
    rows = DailyAnalytics.objects.for_partner(partner).order_by()
    keys = ("connection_id", "currency", "product_id")
    summed = rows.values(*keys).annotate(**{f"all_{name}": Sum(name) for name in _FIGURES})
    return {
        f"{place[row['connection_id']]} {row['currency']} {skus.get(row['product_id'], 'all')}": [
            row[f"all_{name}"] for name in _FIGURES
        ]
        for row in summed
    }


_FIGURES = ("orders", "units", "revenue", "cancelled", "cancelled_revenue")


def _listings(partner, place: dict) -> dict:
    rows = Listing.objects.for_partner(partner).select_related("product")
    return {
        f"{place[one.connection_id]} {one.product.sku}": [
            *(one.state, one.sent_price, one.sent_stock, one.price_refusal, one.stock_refusal),
            *(one.price_stopped_for, one.remote_status, one.gone_at),
        ]
        for one in rows
    }


def _messages(partner) -> list:
    """What was said to whom and taken; buyers' words name their order in the plan."""
    rows = ConversationMessage.objects.filter(conversation__partner=partner).order_by("pk")
    said: dict[int, list] = {}
    for one in rows:
        said.setdefault(one.conversation_id, []).append([one.sender, one.text, one.state])
    return sorted(said.values())


def _told_of(partner, orders: set[int]) -> list:
    """How often a person was told of each order that was there to be packed: once."""
    told = Notification.objects.filter(partner=partner, kind="new_order")
    times = Counter(one["order"] for one in told.values_list("data", flat=True))
    return sorted(Counter(times[pk] for pk in orders).items())
