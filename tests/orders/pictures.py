"""Everything that came of orders, without the numbers and the times of rows: to compare by."""

import hashlib
import json
import re

from orders.models import DailyAnalytics, Order, OrderEvent, OrderLine
from partners.models import AuditLog, Delivery, Notification
from products.models import ChannelStock, Reservation, StockLevel, StockMovement

OF_ORDER = (
    *("external_id", "status", "remote_status", "vendor_status", "vendor_substatus", "payment"),
    *("fulfilment", "currency", "total", "ordered_at", "changed_at", "ship_by", "is_test"),
    *("cancel_requested", "raw"),
)
OF_LINE = (
    *("order__external_id", "external_id", "sku", "name", "quantity", "total", "unit_price"),
    *("stock", "covered", "folded", "product__sku"),
)


def picture(partner) -> dict:
    """By what it is of: rows in the order they were made in, but for those nobody reads so."""
    known = _known(partner)
    events = OrderEvent.objects.filter(order__partner=partner).order_by("order", "pk")
    days = DailyAnalytics.objects.filter(partner=partner).exclude(orders=0, cancelled=0)
    return {
        "orders": _rows(Order.objects.filter(partner=partner).order_by("pk"), *OF_ORDER),
        "lines": _rows(
            OrderLine.objects.filter(order__partner=partner).order_by("order", "pk"), *OF_LINE
        ),
        "events": _rows(events, "order__external_id", "kind", "before", "after", "detail"),
        "analytics": sorted(
            [str(row.day), row.currency, known.get(f"product:{row.product_id}", "")]
            + [str(getattr(row, name)) for name in ("orders", "units", "revenue", "cancelled")]
            for row in days
        ),
        **_stock(partner, known),
        **_told(partner, known),
    }


def digest(partner) -> str:
    text = json.dumps(picture(partner), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _stock(partner, known) -> dict:
    held = Reservation.objects.filter(partner=partner)
    moves = StockMovement.objects.filter(partner=partner, source__startswith="order_line")
    levels = StockLevel.objects.filter(product__partner=partner)
    shares = ChannelStock.objects.filter(partner=partner)
    return {
        "reservations": sorted(
            [_named(row.source, known), row.product.sku, row.quantity, row.state, bool(row.share)]
            for row in held.select_related("product", "share")
        ),
        "ledger": sorted(
            [_named(row.source, known), row.product.sku, row.quantity, row.kind]
            for row in moves.select_related("product")
        ),
        "levels": sorted(_rows(levels, "product__sku", "on_hand", "reserved", "is_strict")),
        "shares": sorted(_rows(shares, "listing__product__sku", "acked")),
    }


def _told(partner, known) -> dict:
    notices = Notification.objects.filter(partner=partner).order_by("kind", "pk")
    said = Delivery.objects.filter(notification__partner=partner)
    audit = AuditLog.objects.filter(partner=partner, entity_type="order").order_by("pk")
    return {
        "notices": [
            [row.kind, {**row.data, "order": ""}, _named(row.dedupe, known), bool(row.url)]
            for row in notices
        ],
        "deliveries": sorted(_rows(said, "notification__kind", "channel", "state")),
        "audit": sorted(
            [row.action, known[f"order:{row.entity_id}"], str(row.before), str(row.after)]
            for row in audit
        ),
    }


def _known(partner) -> dict[str, str]:
    """The name of a row, by what it is and its number."""
    orders = Order.objects.filter(partner=partner)
    lines = OrderLine.objects.filter(order__partner=partner).select_related("order")
    named = {f"order:{row.pk}": row.external_id for row in orders}
    named |= {f"order_line:{row.pk}": f"{row.order}/{row.external_id}" for row in lines}
    named |= {f"new_order:{row.pk}": f"new {row.external_id}" for row in orders}
    named |= {f"order_short:{row.pk}": f"short {row.order}/{row.external_id}" for row in lines}
    named |= {f"order_owing:{row.pk}": f"owing {row.order}/{row.external_id}" for row in lines}
    return named | {f"product:{row.pk}": row.sku for row in partner.products.all()}


def _named(source: str, known) -> str:
    """`order_line:7:part:3` with names instead of numbers; of an event nothing but its kind."""
    place = re.sub(r":(part:)?\d+$", "", source) if source.count(":") > 1 else source
    return known.get(place, source.split(":")[0])


def _rows(rows, *names) -> list[list]:
    return [[str(value) for value in row] for row in rows.values_list(*names)]
