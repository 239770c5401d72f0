"""What was ordered: the marketplace's lines, each with our product where we know it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery

from marketplaces.connectors.remote import RemoteOrderLine
from marketplaces.models import Connection
from orders.models import Order, OrderEvent, OrderLine
from orders.services import analytics, reserving, transitions
from orders.services.news import storable
from partners import audit
from partners.models import User
from products.models import Product
from sellercloudx.lib.queue import wake

Stock = OrderLine.Stock
# Older lines of the same SKU that one link mends, too.
MENDED_AT_ONCE = 200


class Unstorable(Exception):
    """A line of fewer than no pieces."""


class AlreadyLinked(Exception):
    """The line has its product."""


def take_over(order: Order, remote: Sequence[RemoteOrderLine]) -> None:
    """Make the lines what the marketplace says they are; settling the order follows."""
    known = {line.external_id: line for line in order.lines.all()}
    products = products_named(order.connection, [line.sku for line in remote])
    for line in remote:
        wanted, product = _fields(line), products.get(line.sku)
        if (old := known.pop(storable(line.external_id, 60), None)) is None:
            _line(order, wanted, product).save()
            continue
        if any(getattr(old, name) != value for name, value in wanted.items()):
            _change(old, wanted)
        if product and old.product_id is None:
            _recognise(order, old, product)
    for gone in known.values():
        _change(gone, {"quantity": 0, "total": Decimal(0)})


def _fields(line: RemoteOrderLine) -> dict[str, Any]:
    if line.quantity < 0:
        raise Unstorable(line.quantity)
    wanted: dict[str, Any] = {
        "external_id": storable(line.external_id, 60),
        "sku": storable(line.sku, 255),
        "name": storable(line.name, 500),
        "quantity": line.quantity,
        "needs_codes": line.needs_codes,
    }
    # As with the order's total: what they leave out now, they may have said before.
    if line.total is not None and line.unit_price is not None:
        wanted |= {"total": line.total.amount, "unit_price": line.unit_price.amount}
    return wanted


def new_lines(
    order: Order, remote: Sequence[RemoteOrderLine], products: Mapping[str, Product]
) -> list[OrderLine]:
    """Those of an order that has none yet; not stored."""
    return [_line(order, _fields(line), products.get(line.sku)) for line in remote]


def _line(order: Order, wanted: dict[str, Any], product: Product | None) -> OrderLine:
    known, state = (product.pk, Stock.UNTOUCHED) if product else (None, Stock.UNLINKED)
    line = OrderLine(order_id=order.pk, product_id=known, stock=state, **wanted)
    line.fold()
    return line


def _change(line: OrderLine, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        setattr(line, name, value)
    line.save(update_fields=[*wanted, "folded"])


def products_named(connection: Connection, skus: Iterable[str]) -> dict[str, Product]:
    """By the partner's own SKU, otherwise by what a person linked that SKU to last."""
    wanted = set(skus)
    own = Product.objects.for_partner(connection.partner).filter(sku__in=wanted)
    found = {product.sku: product for product in own}
    if missing := wanted - found.keys():
        linked = OrderLine.objects.filter(
            sku__in=missing, order__connection=connection, product__isnull=False
        )
        newest = linked.order_by().values("sku").annotate(newest=Max("pk")).values("newest")
        for line in OrderLine.objects.filter(pk__in=newest).select_related("product"):
            found[line.sku] = cast(Product, line.product)
    return found


def link(*, line: OrderLine, product: Product, by: User) -> int:
    """Say which product a line is; the shop's other lines of that SKU follow. How many were."""
    _link_one(line, product, by)
    same = OrderLine.objects.filter(
        sku=line.sku, product=None, order__connection=line.order.connection
    )
    return 1 + _link_all(same, product, by)


def link_after_commit(product: Product) -> None:
    """Event product_created: orders may have come before it."""
    wake("orders.services.lines.link_by_sku", product.pk)


def wake_linkable() -> None:
    """Called by the clock: products whose SKU stands in lines that nobody has linked."""
    own = Product.objects.filter(partner=OuterRef("order__partner"), sku=OuterRef("sku"))
    unlinked = OrderLine.objects.filter(product=None).order_by()
    found = unlinked.annotate(known=Subquery(own.values("pk"))).filter(known__isnull=False)
    for pk in found.values_list("known", flat=True).distinct()[:MENDED_AT_ONCE]:
        wake("orders.services.lines.link_by_sku", pk)


def link_by_sku(product_id: int) -> int:
    """Link the lines that name a product by the partner's own SKU; how many were."""
    product = Product.objects.get(pk=product_id)
    same = OrderLine.objects.filter(
        sku=product.sku, product=None, order__partner=product.partner_id
    )
    return _link_all(same, product, None)


def _link_all(lines: QuerySet[OrderLine], product: Product, by: User | None) -> int:
    linked = 0
    for line in lines.order_by("-pk")[:MENDED_AT_ONCE]:
        # A poll or a person may be faster.
        with suppress(AlreadyLinked):
            _link_one(line, product, by)
            linked += 1
    return linked


@transaction.atomic
def _link_one(line: OrderLine, product: Product, by: User | None) -> None:
    order = transitions.locked(line.order_id)
    with analytics.counted(order):
        _recognise(order, line, product, by)
        reserving.settle(order)


def _recognise(order: Order, line: OrderLine, product: Product, by: User | None = None) -> None:
    """From now on the line is this product's; settling the order follows."""
    unlinked = OrderLine.objects.filter(pk=line.pk, product=None)
    if not unlinked.update(product=product, stock=Stock.UNTOUCHED):
        raise AlreadyLinked
    transitions.note(
        order, OrderEvent.Kind.STOCK, before=Stock.UNLINKED, after="linked", detail=line.sku, by=by
    )
    audit.record(
        "ORDER_LINE_LINKED",
        partner=order.partner,
        actor=by,
        entity=order,
        after={"sku": line.sku, "product": product.sku},
    )
