"""Orders that a marketplace tells of for the first time, many in one transaction.

What happens to a new order is said here alone: one order is a batch of one.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from marketplaces.connectors.remote import RemoteOrder
from marketplaces.models import Connection
from orders.models import Order, OrderEvent, OrderLine
from orders.services import analytics, changes, lines, reserving
from orders.services.news import facts, storable, without_personal_data
from partners.services import notices
from products.services import stock, stock_batches
from sellercloudx.lib import bulk
from sellercloudx.lib.formats import NOTHING
from sellercloudx.lib.money import in_groups


def open_orders(connection: Connection, remote: Sequence[RemoteOrder]) -> set[str]:
    """Store them with all that follows, in the caller's transaction; the numbers of the new ones.

    As if each came after the other: of two that want the last piece the first has it. No number
    may be in it twice. Raises Unstorable, and what the database says of values that no column
    holds.
    """
    orders = _store([_order(connection, one) for one in remote])
    batch = _Batch(connection, {storable(one.external_id, 60): one for one in remote}, orders)
    batch.open()
    batch.tell_put_back()
    shares = [analytics.share_of(order, batch.lines[order.pk]) for order in orders]
    analytics.apply(connection.partner_id, before={}, after=analytics.together(shares))
    batch.tell()
    return {order.external_id for order in orders}


def _order(connection: Connection, remote: RemoteOrder) -> Order:
    known = {
        "status": remote.status.value,
        # What the shop sells in, until the marketplace states a sum.
        "currency": connection.currency,
        "ordered_at": remote.created_at,
        "raw": without_personal_data(remote.raw),
        **facts(remote),
    }
    return Order(
        partner_id=connection.partner_id,
        connection_id=connection.pk,
        external_id=storable(remote.external_id, 60),
        **known,
    )


def _store(orders: Sequence[Order]) -> list[Order]:
    """Those that nobody has stored before, in their order."""
    bulk.number(orders)
    # In one order, so that two who tell of the same orders never wait for each other in a ring.
    new = bulk.insert_new(sorted(orders, key=lambda order: order.external_id))
    return sorted(new, key=lambda order: order.pk)


class _Batch:
    """New orders whose rows are stored, and their lines, which are not yet but have numbers."""

    def __init__(
        self, connection: Connection, told: dict[str, RemoteOrder], orders: Sequence[Order]
    ):
        self.connection, self.orders = connection, orders
        goods = {order.pk: told[order.external_id].lines for order in orders}
        skus = {line.sku for some in goods.values() for line in some}
        by_sku = lines.products_named(connection, skus)
        self.products = {product.pk: product for product in by_sku.values()}
        self.lines = {order.pk: lines.new_lines(order, goods[order.pk], by_sku) for order in orders}
        bulk.number([line for order in orders for line in self.lines[order.pk]])

    def open(self) -> None:
        if any(self._leaves(order) for order in self.orders):
            # Settled one by one: all that they touch is ours before the first of them is.
            stock_batches.hold_still(self.products)
        for leaves, some in groupby(self.orders, self._leaves):
            if leaves:
                for order in some:
                    self._open([order])
                    reserving.settle(self._whole(order))
            else:
                self._open(list(some))

    def _leaves(self, order: Order) -> bool:
        known = self.lines[order.pk], self.products
        return reserving.leaves_at_once(self.connection, order, *known)

    def _open(self, orders: Sequence[Order]) -> None:
        kind = OrderEvent.Kind.RECEIVED
        received = [{"order_id": order.pk, "kind": kind, "after": order.status} for order in orders]
        bulk.insert_values(OrderEvent, received)
        for order in orders:
            if order.cancel_requested:
                changes.note_first_ask(self._whole(order))
        goods = [(order, line) for order in orders for line in self._by_product(order)]
        short = reserving.settle_new(self.connection, goods)
        bulk.insert([line for order in orders for line in self.lines[order.pk]])
        reserving.tell_short(self.connection, short)

    def _whole(self, order: Order) -> Order:
        order.connection, order.partner = self.connection, self.connection.partner
        return order

    def _by_product(self, order: Order) -> list[OrderLine]:
        return sorted(self.lines[order.pk], key=lambda line: (line.product_id or 0, line.pk))

    def tell_put_back(self) -> None:
        """Bought and called off before we heard of it: nothing was promised, so nothing changes."""
        gone = {
            line.product_id
            for order in self.orders
            if order.status == Order.Status.CANCELLED
            and reserving.is_open_to(order)
            and order.ordered_at >= self.connection.created_at
            for line in self.lines[order.pk]
        }
        known = [self.products[pk] for pk in sorted(pk for pk in gone if pk is not None)]
        stock.put_back_there(connection=self.connection, products=known)

    def tell(self) -> None:
        told = [_news(self.connection, order, self.lines[order.pk]) for order in self._to_tell()]
        notices.notify_partner_of_each(self.connection.partner, kind="new_order", news=told)

    def _to_tell(self) -> list[Order]:
        """A shop that has just been connected brings a month of orders nobody calls new."""
        waiting = [order for order in self.orders if order.status in Order.AWAITING_SHIPMENT]
        return [one for one in waiting if one.ordered_at >= self.connection.created_at]


def _news(connection: Connection, order: Order, goods: Sequence[OrderLine]) -> notices.News:
    words = ", ".join(f"{line.quantity} × {line.name}" for line in goods)
    data = {
        "order": order.pk,
        "shop": connection.name,
        "number": order.external_id,
        "goods": words[:200],
        "total": _sum(order.total),
        "currency": order.currency,
    }
    url = f"/partner-dashboard/orders/{order.pk}/"
    return notices.News(data, url, dedupe=f"new_order:{order.pk}")


def _sum(total: Decimal | None) -> str:
    return NOTHING if total is None else in_groups(total)
