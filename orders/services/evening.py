"""What a seller wants to know at the end of a day: sold, earned, to pack, running out."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplaces.models import Connection
from orders.models import DailyAnalytics, Order
from orders.models.analytics import WHOLE_SHOP
from orders.services import running_out
from orders.services.analytics import TASHKENT, day_of
from orders.tabs import TO_PACK
from partners.models import Partner
from sellercloudx.lib import formats

SHOWN = 10


def text(partner: Partner, data: dict[str, Any]) -> str:
    """Of the day that a notification is about."""
    return summary(partner, date.fromisoformat(data["day"]))


def summary(partner: Partner, day: date) -> str:
    """Of one day in Tashkent, in words."""
    parts = [
        _("Sold: %(sum)s") % {"sum": _sold(partner, day)},
        *_earned(partner, day),
        _("To pack") + "\n" + to_pack(partner),
        _("Runs out") + "\n" + running_out.in_words(partner),
    ]
    return "\n\n".join(parts)


def _sold(partner: Partner, day: date) -> str:
    """Each currency by itself."""
    rows = DailyAnalytics.objects.filter(partner=partner, day=day, product_id=WHOLE_SHOP)
    sums = rows.values("currency").annotate(
        all_orders=Sum("orders"), all_units=Sum("units"), total=Sum("revenue")
    )
    found = [row for row in sums.order_by("currency") if row["all_orders"]]
    if not found:
        return _("nothing yet")
    orders = sum(row["all_orders"] for row in found)
    words = ngettext("%(n)d order", "%(n)d orders", orders) % {"n": orders}
    money = [formats.money(row["total"], row["currency"]) for row in found]
    return ", ".join([words, *money])


def _earned(partner: Partner, day: date) -> list[str]:
    """What is left of it after the cost of the goods, of those orders whose costs are known."""
    begin = datetime.combine(day, time(), TASHKENT)
    orders = Order.objects.filter(
        partner=partner, ordered_at__gte=begin, ordered_at__lt=begin + timedelta(days=1)
    ).exclude(status=Order.Status.CANCELLED)
    placed = list(orders.exclude(is_test=True).prefetch_related("lines__product"))
    if not placed:
        return []
    left: dict[str, Decimal] = defaultdict(Decimal)
    known: Counter[str] = Counter()
    for order in placed:
        if (gain := _gain(order)) is not None:
            left[order.currency] += gain
            known[order.currency] += 1
    return [_earned_in_words(left, known.total(), len(placed))]


def _gain(order: Order) -> Decimal | None:
    """None as soon as anything of it is not known."""
    lines = [line for line in order.lines.all() if line.quantity]
    if order.total is None or not lines:
        return None
    costs = [
        line.product.cost * line.quantity
        for line in lines
        if line.product and line.product.cost and line.product.currency == order.currency
    ]
    return order.total - sum(costs) if len(costs) == len(lines) else None


def _earned_in_words(left: dict[str, Decimal], known: int, placed: int) -> str:
    if not known:
        return _("Profit: unknown, the cost prices are not entered.")
    money = ", ".join(formats.money(left[currency], currency) for currency in sorted(left))
    words = _("Left after cost price, before fees: %(sum)s") % {"sum": money}
    if known == placed:
        return words
    of = _("orders with known costs: %(known)d of %(all)d") % {"known": known, "all": placed}
    return f"{words} ({of})"


def to_pack(partner: Partner) -> str:
    """A line for each order, those with the nearest deadline first."""
    waiting = Order.objects.filter(TO_PACK, partner=partner)
    count = waiting.count()
    if not count:
        return _("Nothing is to pack.")
    lines = [_of_all(waiting, count)]
    is_of_one_shop = Connection.objects.shown().filter(partner=partner).count() == 1
    lines += [_line(order, is_of_one_shop=is_of_one_shop) for order in _shown(waiting)]
    if (more := count - SHOWN) > 0:
        lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    return "\n".join(lines)


def _shown(waiting: QuerySet[Order]) -> Iterable[Order]:
    rows = waiting.select_related("connection").prefetch_related("lines")
    return rows.order_by("ship_by", "pk")[:SHOWN]


def _of_all(waiting: QuerySet[Order], count: int) -> str:
    end_of_tomorrow = datetime.combine(day_of(timezone.now()) + timedelta(days=2), time(), TASHKENT)
    urgent = waiting.filter(ship_by__lt=end_of_tomorrow).count()
    words = ngettext("%(n)d order", "%(n)d orders", count) % {"n": count}
    return words + ", " + _("by tomorrow evening: %(urgent)d") % {"urgent": urgent}


def _line(order: Order, *, is_of_one_shop: bool) -> str:
    """Of a seller with one shop its name tells nothing: what is to take from the shelf does."""
    of = _goods(order) if is_of_one_shop else order.connection.name
    until = _("until %(time)s") % {"time": formats.moment(order.ship_by)} if order.ship_by else ""
    late = _("late") if order.is_late else ""
    rest = ", ".join(filter(None, [of, until, late]))
    return f"• {order.external_id}: {rest}"


def _goods(order: Order) -> str:
    """The first product and how many of it, and how many other lines there are."""
    lines = sorted((line for line in order.lines.all() if line.quantity), key=lambda one: one.pk)
    if not lines:
        return order.connection.name
    first = f"{Truncator(lines[0].name or lines[0].sku).chars(40)} × {lines[0].quantity}"
    return f"{first} +{len(lines) - 1}" if len(lines) > 1 else first
