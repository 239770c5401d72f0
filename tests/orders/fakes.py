"""A marketplace in memory with the verbs of an order."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from marketplaces.connectors.remote import (
    Label,
    OrderStatus,
    RemoteOrder,
    RemoteOrderLine,
)
from orders.models import Order
from orders.services import filling, intake
from products.services import stock
from sellercloudx.lib.money import Money
from tests.fake_marketplace import FakeMarketplace

# Noon in Tashkent.
MOMENT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


class Shop(FakeMarketplace):
    cancel_reasons = {"out_of_stock": "SHOP_FAILED", "damaged": "SHOP_FAILED"}

    def labels(self, order_id):
        if self.failing:
            raise self.failing.pop(0)[0]
        return Label(b"%PDF-1.4 " + order_id.encode())


def line(sku, quantity=1, price="99000", number="1", currency="UZS"):
    """`price` is that of one piece."""
    total = Money(Decimal(price) * quantity, currency)
    return RemoteOrderLine(number, sku, f"Choynak {sku}", quantity, total)


def remote(number="5001", status="confirmed", *, minutes=0, lines=None, **fields):
    """What a marketplace says of an order so many minutes after the beginning."""
    lines = (line("SKU-1"),) if lines is None else tuple(lines)
    total = sum((item.total.amount for item in lines), Decimal(0))
    known = {
        "external_id": number,
        "shop_id": "1",
        "status": OrderStatus(status),
        "vendor_status": "PROCESSING",
        "vendor_substatus": status.upper(),
        "created_at": MOMENT,
        "updated_at": MOMENT + timedelta(minutes=minutes),
        "fulfilment": "FBS",
        "payment": "paid",
        "total": Money(total, lines[0].total.currency if lines else "UZS"),
        "lines": lines,
        "ship_by": MOMENT + timedelta(days=1),
        "raw": {"orderId": number},
    }
    return RemoteOrder(**(known | fields))


def receive(shop, *orders) -> Order:
    """Take in what came; the last order of it as it is stored now."""
    intake.receive_orders(shop, orders)
    return Order.objects.get(connection=shop, external_id=orders[-1].external_id)


def told(order) -> list[tuple[str, str, str]]:
    """The order's timeline."""
    return list(order.events.order_by("pk").values_list("kind", "before", "after"))


def figures(product):
    """On hand, reserved."""
    now = stock.figures(product)
    return now.on_hand, now.reserved


def put_on_shelf(product, quantity, source):
    """And what happens right after the commit, for tests that never commit."""
    with transaction.atomic():
        stock.receive(partner=product.partner, product=product, quantity=quantity, source=source)
    filling.fill([product.pk])
