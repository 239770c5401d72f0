"""The pieces behind an order's lines: promised while on the shelf, gone with the parcel.

Every function expects the order's row locked. Lines are taken in the order of their products, so
two orders never wait for each other's stock.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from marketplaces.models import Operation
from orders.models import Order, OrderEvent, OrderLine
from orders.services import transitions
from partners.services import notices
from products.models import Product
from products.services import stock

Stock = OrderLine.Stock
# What happens to one line.
Step = Callable[[OrderLine], None]


class LineMoved(Exception):
    """The line is not where it was read; its order was not locked."""


def settle(order: Order) -> None:
    """Bring every line's pieces in line with the order's status, in the caller's transaction."""
    if order.is_test or not order.is_ours_to_pack:
        return
    step = _step(order)
    for line in _linked_lines(order):
        if line.stock in OrderLine.LEFT:
            _pay(line)
        elif step is not None:
            step(line)


def let_go(order: Order) -> None:
    """The order is off and the marketplace agrees: its pieces are free again, or written off."""
    step = _letting_go(order)
    for line in _linked_lines(order):
        step(line)


def _step(order: Order) -> Step | None:
    if order.status in Order.ON_THE_SHELF:
        return _hold
    if order.status in Order.GONE:
        return _take
    return _letting_go(order) if order.remote_status == Order.Status.CANCELLED else None


def _letting_go(order: Order) -> Step:
    """A poll may bring the news before the marketplace answers us, or after an unclear answer:
    what the seller said of the pieces holds all the same."""
    ours = transitions.last_cancellation(order)
    if ours is None or ours.state == Operation.State.REJECTED:
        return _release
    return partial(_write_off, said=ours) if ours.payload.get("pieces_are_gone") else _release


def _linked_lines(order: Order) -> Iterator[OrderLine]:
    lines = order.lines.filter(product__isnull=False).select_related("product")
    for line in lines.order_by("product_id", "pk"):
        line.order = order
        yield line


def _product(line: OrderLine) -> Product:
    """Only lines whose product is known get here."""
    return cast(Product, line.product)


def _hold(line: OrderLine) -> None:
    """Promise the line as many pieces as it says now."""
    if not line.quantity:
        return _release(line)
    if line.stock == Stock.RESERVED and line.covered == line.quantity:
        return None
    was = line.stock
    if _promise(line):
        _note(line, Stock.RESERVED, covered=line.quantity)
        if was == Stock.SHORT:
            _event(line, Stock.RESERVED)
    elif was != Stock.SHORT:
        _note(line, Stock.SHORT, covered=line.covered)
        _tell(line, "order_short", quantity=line.quantity)
    return None


def _take(line: OrderLine) -> None:
    """The parcel has left with the line's pieces, whether or not we had counted so many."""
    if not line.quantity:
        return _release(line)
    if line.stock == Stock.UNTOUCHED and not _was_counted(line):
        return None
    is_whole = _promise(line)
    stock.consume(partner=line.order.partner, source=line.source)
    if is_whole:
        return _note(line, Stock.SHIPPED, covered=line.quantity)
    _note(line, Stock.OWING, covered=line.covered)
    return _pay(line, is_first=True)


def _pay(line: OrderLine, *, is_first: bool = False) -> None:
    """Take off the pieces that have left uncounted, as far as there are any now."""
    if line.stock != Stock.OWING:
        return
    source = f"{line.source}:{line.covered}"
    taken = stock.take(
        partner=line.order.partner, product=_product(line), up_to=line.missing, source=source
    )
    if taken >= line.missing:
        _note(line, Stock.SHIPPED, covered=line.covered + taken)
        if not is_first:
            _event(line, Stock.SHIPPED)
        return
    if taken:
        _note(line, Stock.OWING, covered=line.covered + taken)
    if is_first:
        _tell(line, "order_owing", quantity=line.quantity, missing=line.missing)


def _release(line: OrderLine) -> None:
    """What has left comes back as a return, or never."""
    if line.stock in (Stock.RESERVED, Stock.SHORT):
        stock.release(partner=line.order.partner, source=line.source)
        _note(line, Stock.RELEASED)


def _write_off(line: OrderLine, *, said: Operation) -> None:
    """The pieces were never there, or are broken: they must not go on sale again."""
    written = stock.write_off(
        partner=line.order.partner,
        source=line.source,
        occasion=f"{line.source}:gone:{said.pk}",
        reason=f"{line.order.external_id}: {said.payload['reason']}",
        by=said.requested_by,
    )
    if written:
        _note(line, Stock.WRITTEN_OFF)
    else:
        _release(line)


def _was_counted(line: OrderLine) -> bool:
    """Whether the pieces were still on the shelf when we began to count them."""
    since = max(line.order.connection.created_at, _product(line).created_at)
    return line.order.ordered_at >= since


def _promise(line: OrderLine) -> bool:
    try:
        stock.reserve(
            partner=line.order.partner,
            product=_product(line),
            quantity=line.quantity,
            source=line.source,
            sale=stock.Sale(line.order.connection, line.order.ordered_at),
        )
    except (stock.NotEnough, stock.TooMany):
        return False
    return True


def _note(line: OrderLine, state: str, *, covered: int = 0) -> None:
    """Only from where the line was read."""
    before = OrderLine.objects.filter(pk=line.pk, stock=line.stock, covered=line.covered)
    if not before.update(stock=state, covered=covered):
        raise LineMoved(line.pk)
    line.stock, line.covered = state, covered


def _event(line: OrderLine, state: str) -> None:
    transitions.note(line.order, OrderEvent.Kind.STOCK, after=state, detail=line.sku)


def _tell(line: OrderLine, kind: str, **numbers: int) -> None:
    """Pieces are lacking: on the order's timeline, and to people."""
    _event(line, line.stock)
    order = line.order
    notices.notify_partner(
        order.partner,
        kind=kind,
        data={"number": order.external_id, "product": line.name, **numbers},
        url=f"/partner-dashboard/orders/{order.pk}/",
        dedupe=f"{kind}:{line.pk}",
    )
