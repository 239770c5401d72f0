"""The daily figures of a period beside those of the period before it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from orders.models import DailyAnalytics
from orders.models.analytics import WHOLE_SHOP
from orders.services.analytics import NOTHING, Figures, day_of

CHOICES = (7, 30, 90)
USUAL = 30
FIGURES = tuple(Figures.__dataclass_fields__)


@dataclass(frozen=True)
class Period:
    """So many days up to and with `last`."""

    days: int
    last: date

    @classmethod
    def until_today(cls, days: int) -> "Period":
        return cls(days, day_of(timezone.now()))

    @classmethod
    def asked_for(cls, text: str) -> "Period":
        return cls.until_today(int(text) if text in map(str, CHOICES) else USUAL)

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def before(self) -> "Period":
        return Period(self.days, self.first - timedelta(days=1))

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass
class Pair:
    """The same figures in the period and in the one before it."""

    now: Figures = NOTHING
    before: Figures = NOTHING

    @property
    def average(self) -> Decimal | None:
        return _average(self.now)

    @property
    def average_before(self) -> Decimal | None:
        return _average(self.before)


def _average(figures: Figures) -> Decimal | None:
    if not figures.orders:
        return None
    return (figures.revenue / figures.orders).quantize(Decimal(1), rounding=ROUND_HALF_UP)


@dataclass
class Block:
    """Everything in one currency; currencies are never added together."""

    currency: str
    period: Period
    # What the groups are called on the page.
    names: Mapping[Any, str]
    total: Pair = field(default_factory=Pair)
    groups: dict[Any, Pair] = field(default_factory=lambda: defaultdict(Pair))
    days: dict[date, Figures] = field(default_factory=lambda: defaultdict(Figures))
    cells: dict[tuple[date, Any], Figures] = field(default_factory=lambda: defaultdict(Figures))
    best: list[dict[str, Any]] = field(default_factory=list)

    def add(self, day: date, group: Any, figures: Figures) -> None:
        self.days[day] += figures
        self.cells[day, group] += figures
        for pair in (self.total, self.groups[group]):
            if day in self.period:
                pair.now += figures
            else:
                pair.before += figures

    @property
    def revenue_points(self) -> list[dict[str, Any]]:
        return self._points("revenue")

    @property
    def order_points(self) -> list[dict[str, Any]]:
        return self._points("orders")

    def _points(self, name: str) -> list[dict[str, Any]]:
        """For a chart: each day with the one that many days earlier."""
        shift = timedelta(days=self.period.days)
        return [
            {
                "label": day,
                "value": getattr(self.days.get(day, NOTHING), name),
                "before": getattr(self.days.get(day - shift, NOTHING), name),
            }
            for day in self.period.dates
        ]

    @property
    def named_groups(self) -> list[tuple[str, Pair]]:
        """The largest first."""
        ordered = sorted(self.groups.items(), key=lambda item: -item[1].now.revenue)
        return [(self._name(group), pair) for group, pair in ordered]

    @property
    def named_cells(self) -> list[tuple[date, str, Figures]]:
        """Day by day and group by group, the newest day first."""
        inside = [
            (day, self._name(group), figures)
            for (day, group), figures in self.cells.items()
            if day in self.period
        ]
        return sorted(inside, key=lambda cell: (-cell[0].toordinal(), cell[1]))

    def _name(self, group: Any) -> str:
        return self.names.get(group, str(group))


def blocks(
    rows: QuerySet[DailyAnalytics], period: Period, *, by: str, names: Mapping[Any, str]
) -> list[Block]:
    """One block for each currency, the one with most orders first. One query.

    `by` is the column to tell apart, `names` its values' words. A row back at zeros is no data.
    """
    whole = rows.filter(product_id=WHOLE_SHOP, day__range=(period.before.first, period.last))
    sums = whole.values("day", "currency", by).annotate(
        **{f"sum_{name}": Sum(name) for name in FIGURES}
    )
    found: dict[str, Block] = {}
    for row in sums.order_by("day"):
        figures = Figures(*(row[f"sum_{name}"] for name in FIGURES))
        if figures != NOTHING:
            block = found.setdefault(row["currency"], Block(row["currency"], period, names))
            block.add(row["day"], row[by], figures)
    return sorted(found.values(), key=lambda block: -block.total.now.orders)


def top(
    rows: QuerySet[DailyAnalytics], period: Period, *, by: str, told: str = "", most: int = 10
) -> list[dict[str, Any]]:
    """The rows with most revenue in the period, so many of each currency. One query.

    `by` is the column to tell apart, `told` another that comes with it.
    """
    inside = rows.filter(day__range=(period.first, period.last), orders__gt=0)
    sums = inside.values("currency", *filter(None, (by, told))).annotate(
        sum_orders=Sum("orders"), sum_units=Sum("units"), sum_revenue=Sum("revenue")
    )
    place = Window(
        RowNumber(), partition_by=["currency"], order_by=[F("sum_revenue").desc(), F(by)]
    )
    ranked = sums.annotate(place=place).filter(place__lte=most)
    return list(ranked.order_by("currency", "place"))
