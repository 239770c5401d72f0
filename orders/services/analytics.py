"""The daily figures, kept in the same transaction as the order they come from.

What the columns mean:

- The day is the order's own day in Tashkent, whenever its status changes later.
- `orders` counts orders placed that day that are not cancelled, `units` the pieces in them,
  `revenue` their totals as the marketplace states them.
- `cancelled` counts orders placed that day and cancelled since, `cancelled_revenue` their totals.
  So orders + cancelled is everything that was placed.
- A returned order still counts as an order: what was given back belongs to returns and finance.
- A sum the marketplace does not state is not known, and adds nothing to the revenue.
- A test order of the marketplace counts nowhere.
- Product 0 is the whole shop. A product's row counts the orders it is in, its pieces and its lines'
  sums; lines whose product is unknown are in the whole shop only. The two are never added together.
- Currencies are never added together either.
"""

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import add, sub
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from orders.models import DailyAnalytics, Order, OrderLine
from orders.models.analytics import WHOLE_SHOP
from partners.models import Partner
from sellercloudx.lib.batches import lists
from sellercloudx.lib.money import to_minor
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

TASHKENT = ZoneInfo("Asia/Tashkent")
# Longer than marketplaces let an order stand open.
RECOUNTED_DAYS = 60
SUMS = ("revenue", "cancelled_revenue")
ROWS_AT_ONCE = 500


class Key(NamedTuple):
    """Which row; in this order rows are locked."""

    day: date
    connection_id: int
    currency: str
    product_id: int


@dataclass(frozen=True)
class Figures:
    orders: int = 0
    units: int = 0
    revenue: Decimal = Decimal(0)
    cancelled: int = 0
    cancelled_revenue: Decimal = Decimal(0)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*map(add, vars(self).values(), vars(other).values()))

    def __sub__(self, other: "Figures") -> "Figures":
        return Figures(*map(sub, vars(self).values(), vars(other).values()))


NOTHING = Figures()
Share = Mapping[Key, Figures]
FIGURES = tuple(f.name for f in fields(Figures))
COLUMNS = ("partner_id", *Key._fields, *FIGURES)


def together(shares: Iterable[Share]) -> dict[Key, Figures]:
    """What several orders add."""
    sums: dict[Key, Figures] = {}
    for share in shares:
        for key, figures in share.items():
            sums[key] = sums[key] + figures if key in sums else figures
    return sums


def day_of(at: datetime) -> date:
    return at.astimezone(TASHKENT).date()


def share_of(order: Order, lines: Iterable[OrderLine] | None = None) -> dict[Key, Figures]:
    """What one order adds to the figures."""
    if order.is_test:
        return {}
    known = list(order.lines.all() if lines is None else lines)
    shop = Key(day_of(order.ordered_at), order.connection_id, order.currency, WHOLE_SHOP)
    share = {shop: _figures(order, sum(line.quantity for line in known), order.total or Decimal(0))}
    for product_id in {line.product_id for line in known if line.product_id and line.quantity}:
        of_it = [line for line in known if line.product_id == product_id]
        units = sum(line.quantity for line in of_it)
        revenue = sum((line.total or Decimal(0) for line in of_it), Decimal(0))
        share[shop._replace(product_id=product_id)] = _figures(order, units, revenue)
    return share


def _figures(order: Order, units: int, revenue: Decimal) -> Figures:
    if order.status == Order.Status.CANCELLED:
        return Figures(cancelled=1, cancelled_revenue=revenue)
    return Figures(orders=1, units=units, revenue=revenue)


@contextmanager
def counted(order: Order) -> Iterator[None]:
    """Carry whatever happens to the order inside over to the figures. Its row must be locked."""
    before = share_of(order)
    yield
    apply(order.partner_id, before=before, after=share_of(order))


def apply(partner_id: int, *, before: Share, after: Share) -> None:
    """Move the rows from what orders added to what they add now."""
    keys = sorted(before.keys() | after.keys())
    changes = {key: after.get(key, NOTHING) - before.get(key, NOTHING) for key in keys}
    _add(partner_id, {key: change for key, change in changes.items() if change != NOTHING})


def _add(partner_id: int, changes: Share) -> None:
    """One statement for many rows; it makes those that are missing. Locked in the keys' order."""
    for some in lists(changes.items(), ROWS_AT_ONCE):
        rows = [(partner_id, *_written(key), *_stored(change)) for key, change in some]
        marks = ", ".join(["%s"] * len(COLUMNS))
        statement = (
            f"INSERT INTO analytics ({', '.join(COLUMNS)}) "  # noqa: S608  names of ours
            f"VALUES {', '.join([f'({marks})'] * len(rows))} "
            f"ON CONFLICT ({', '.join(COLUMNS[: -len(FIGURES)])}) DO UPDATE SET "
            + ", ".join(f"{name} = analytics.{name} + excluded.{name}" for name in FIGURES)
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, list(itertools.chain.from_iterable(rows)))


def _written(key: Key) -> list[Any]:
    return [connection.ops.adapt_datefield_value(key.day), *key[1:]]


def _stored(change: Figures) -> list[int]:
    return [to_minor(amount) if name in SUMS else amount for name, amount in vars(change).items()]


def _row(partner_id: int, key: Key) -> "QuerySet[DailyAnalytics]":
    return DailyAnalytics.objects.filter(partner=partner_id, **key._asdict())


def _make(partner_id: int, key: Key) -> None:
    # Two transactions may both find no row; only one of them makes it.
    DailyAnalytics.objects.bulk_create(
        [DailyAnalytics(partner_id=partner_id, **key._asdict())], ignore_conflicts=True
    )


def wake_recounts() -> None:
    """Called by the clock each night: the figures are held against the orders themselves."""
    for pk in Partner.objects.filter(state=Partner.State.APPROVED).values_list("pk", flat=True):
        wake("orders.services.analytics.recount_lately", pk)


def recount_lately(partner_id: int) -> int:
    """Recount the days on which orders may still change; how many rows were wrong (none should)."""
    partner = Partner.objects.get(pk=partner_id)
    today = day_of(timezone.now())
    # A day at a time: orders that come meanwhile wait for one day's rows only.
    days = [today - timedelta(days=back) for back in range(RECOUNTED_DAYS)]
    wrong = sum(recount(partner, day, day) for day in days)
    if wrong:
        logger.error("partner %s: %d rows of analytics were wrong", partner_id, wrong)
    return wrong


@transaction.atomic
def recount(partner: Partner, first: date, last: date) -> int:
    """Set the rows of these days to what the orders say; how many of them were wrong."""
    rows = _lock(partner, first, last)
    # Orders that came while we waited for the locks may need rows that were not there yet.
    while missing := sorted((true := _true_figures(partner, first, last)).keys() - rows.keys()):
        for key in missing:
            _make(partner.pk, key)
        rows = _lock(partner, first, last)
    wrong = {key: true.get(key, NOTHING) for key in rows if rows[key] != true.get(key, NOTHING)}
    for key, right in wrong.items():
        _row(partner.pk, key).update(**{f.name: getattr(right, f.name) for f in fields(right)})
    return len(wrong)


def _lock(partner: Partner, first: date, last: date) -> dict[Key, Figures]:
    rows = DailyAnalytics.objects.for_partner(partner).filter(day__range=(first, last))
    locked = rows.order_by(*Key._fields).select_for_update()
    return {
        Key(*(getattr(row, name) for name in Key._fields)): Figures(
            *(getattr(row, f.name) for f in fields(Figures))
        )
        for row in locked
    }


def _true_figures(partner: Partner, first: date, last: date) -> dict[Key, Figures]:
    since = datetime.combine(first, time.min, TASHKENT)
    until = datetime.combine(last + timedelta(days=1), time.min, TASHKENT)
    orders = Order.objects.for_partner(partner).filter(ordered_at__gte=since, ordered_at__lt=until)
    read = orders.defer("raw").prefetch_related("lines").iterator(chunk_size=500)
    return together(share_of(order, order.lines.all()) for order in read)
