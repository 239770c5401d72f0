"""The orders of a period as a table, a row for each line of goods. No buyer is in it.

Only named columns are written; the marketplace's answer, which has more, is not read at all.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from orders import tabs
from orders.forms import FilterForm
from orders.models import Order, OrderLine
from orders.paging import NEWEST
from orders.periods import Period
from partners.models import Partner
from partners.services.activities import Made, Unfit, Work
from partners.services.files import LARGEST_BYTES
from sellercloudx.lib import tables

AT_ONCE = 500


def export_orders(work: Work) -> Made:
    """Raises what `work.progress` raises, and Unfit."""
    shops = list(Connection.objects.for_partner(work.partner).order_by("pk"))
    found = _found(work.partner, work.parameters, shops)
    titles = {shop.pk: shop_title(shop) for shop in shops}
    total, done = found.count(), 0
    work.progress(done, total)
    table = tables.CsvTable(most_bytes=LARGEST_BYTES)
    try:
        table.add([_heads()])
        for batch in _batches(found):
            table.add(_rows(batch, titles))
            done += len(batch)
            work.progress(done, total)
    except tables.TooLarge as error:
        raise Unfit("too_large") from error
    name = f"{_('orders')}-{timezone.localdate():%Y-%m-%d}.csv"
    return Made(name, table.content(), tables.CONTENT_TYPE)


def _found(
    partner: Partner, parameters: dict[str, Any], shops: list[Connection]
) -> "QuerySet[Order]":
    """Those of the list that it was asked for on, ordered within the period."""
    form = FilterForm(parameters, shops=[shop for shop in shops if shop.account])
    tab = tabs.chosen(parameters.get("tab", ""), is_search=bool(form.filters))
    period = Period.asked_for(str(parameters.get("days", "")))
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=period.days - 1)
    own = Order.objects.for_partner(partner).filter(ordered_at__gte=since)
    return form.narrow(own).filter(tab.condition)


def _batches(found: "QuerySet[Order]") -> Iterator[list[Order]]:
    """The newest first, so many at a time: never all of them in memory."""
    found = found.defer("raw")
    last = None
    while True:
        behind = found
        if last is not None:
            behind = found.filter(NEWEST.beyond(last.ordered_at, last.pk, is_back=False))
        batch = list(behind.order_by(*NEWEST.order(is_back=False))[:AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1]


def _heads() -> list[str]:
    return [
        _("Order"),
        _("Shop"),
        _("Status"),
        _("Ordered"),
        _("Ship by"),
        _("SKU"),
        _("Name"),
        _("Quantity"),
        _("Price"),
        _("Sum of the line"),
        _("Sum of the order"),
        _("Currency"),
    ]


def _rows(orders: list[Order], titles: dict[int, str]) -> Iterator[list[tables.Cell]]:
    # Not prefetched: an order that knows its lines, which know their order, is a ring that stays
    # in memory until it is looked for, and a large export would be all of it at once.
    lines: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=orders).defer("folded").order_by("pk"):
        lines.setdefault(line.order_id, []).append(line)
    for order in orders:
        yield from _rows_of(order, titles.get(order.connection_id, ""), lines.get(order.pk, ()))


def _rows_of(order: Order, shop: str, lines: Sequence[OrderLine]) -> Iterator[list[tables.Cell]]:
    """The order's own sum stands in its first row alone, so that the column adds up."""
    total = order.total
    for line in lines or (None,):
        yield [
            order.external_id,
            shop,
            str(order.get_status_display()),
            order.ordered_at,
            order.ship_by,
            *_of_line(line),
            total,
            order.currency,
        ]
        total = None


def _of_line(line: OrderLine | None) -> list[tables.Cell]:
    if line is None:
        return [None] * 5
    return [line.sku, line.name, line.quantity, line.unit_price, line.total]
