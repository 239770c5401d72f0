"""The pieces behind an order's lines: promised while on the shelf, gone with the parcel.

Every function expects the order's row locked. Lines are taken in the order of their products, so
two orders never wait for each other's stock.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import cast

from marketplaces.models import Connection, Operation
from orders.models import Order, OrderEvent, OrderLine
from orders.services import transitions
from partners.services import notices
from products.models import Product
from products.services import stock, stock_batches
from products.services.stock_batches import Wish
from sellercloudx.lib import bulk

Stock = OrderLine.Stock
# What happens to one line.
Step = Callable[[OrderLine], None]
# A line, and the order it is of.
OfOrder = tuple[Order, OrderLine]


class LineMoved(Exception):
    """The line is not where it was read; its order was not locked."""


def settle(order: Order) -> None:
    """Bring every line's pieces in line with the order's status, in the caller's transaction."""
    if not is_open_to(order):
        return
    step = _step(order)
    for line in _linked_lines(order):
        if line.stock in OrderLine.LEFT:
            _pay(line)
        elif step is not None:
            step(line)


def is_open_to(order: Order) -> bool:
    """Whether its pieces come off our shelf at all."""
    return order.is_ours_to_pack and not order.is_test


def settle_new(connection: Connection, goods: Iterable[OfOrder]) -> list[OrderLine]:
    """Promise pieces to lines of new orders that are not stored yet, in the order they come in.

    They say afterwards how they stand. Gives those there are too few pieces for; `tell_short`
    follows once they are stored. To other new lines `settle` does nothing, but for what
    `leaves_at_once` names.
    """
    waiting = [pair for pair in goods if _is_to_hold(*pair)]
    wishes = [_wish(connection, order, line) for order, line in waiting]
    kept = stock_batches.reserve_each(partner=connection.partner, wishes=wishes)
    short = []
    for (order, line), is_kept in zip(waiting, kept, strict=True):
        line.stock = Stock.RESERVED if is_kept else Stock.SHORT
        line.covered = line.quantity if is_kept else 0
        if not is_kept:
            line.order = order
            short.append(line)
    return short


def tell_short(connection: Connection, lines: Sequence[OrderLine]) -> None:
    kind = OrderEvent.Kind.STOCK
    bulk.insert(
        [
            OrderEvent(order_id=line.order_id, kind=kind, after=Stock.SHORT, detail=line.sku)
            for line in lines
        ]
    )
    news = [_lacking(line, "order_short", quantity=line.quantity) for line in lines]
    notices.notify_partner_of_each(connection.partner, kind="order_short", news=news)


def leaves_at_once(
    connection: Connection,
    order: Order,
    lines: Iterable[OrderLine],
    products: Mapping[int, Product],
) -> bool:
    """New to us, and its parcel has left with pieces that we had counted."""
    if not is_open_to(order) or order.status not in Order.GONE:
        return False
    known = [products[line.product_id] for line in lines if line.product_id and line.quantity]
    return any(_is_counted(connection, order, product) for product in known)


def _is_to_hold(order: Order, line: OrderLine) -> bool:
    is_here = is_open_to(order) and order.status in Order.ON_THE_SHELF
    return bool(is_here and line.product_id and line.quantity)


def _wish(connection: Connection, order: Order, line: OrderLine) -> Wish:
    sale = stock.Sale(connection, order.ordered_at)
    return Wish(cast(int, line.product_id), line.quantity, line.source, sale)


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
        if not stock.release(partner=line.order.partner, source=line.source):
            stock.put_back_there(connection=line.order.connection, products=[_product(line)])
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
    return _is_counted(line.order.connection, line.order, _product(line))


def _is_counted(connection: Connection, order: Order, product: Product) -> bool:
    """Whether the pieces were still on the shelf when we began to count them."""
    return order.ordered_at >= max(connection.created_at, product.created_at)


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
    lacking = _lacking(line, kind, **numbers)
    notices.notify_partner(line.order.partner, kind=kind, **vars(lacking))


def _lacking(line: OrderLine, kind: str, **numbers: int) -> notices.News:
    order = line.order
    return notices.News(
        data={"number": order.external_id, "product": line.name, **numbers},
        url=f"/partner-dashboard/orders/{order.pk}/",
        dedupe=f"{kind}:{line.pk}",
    )
