"""The order list page by page: by the last row seen, so no counting and no row twice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from orders.models import Order

SIZE = 50
_CURSOR = re.compile(r"([0-9]{1,17})?-([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Sorting:
    """By a time and then by number. A row without the time stands behind all others."""

    field: str
    newest_first: bool

    def order(self, *, is_back: bool) -> list[Any]:
        time = F(self.field)
        if self.newest_first != is_back:
            return [time.desc(nulls_first=True), "-pk"]
        return [time.asc(nulls_last=True), "pk"]

    def beyond(self, at: datetime | None, pk: int, *, is_back: bool) -> Q:
        """Rows on the other side of the one that has this time and number."""
        descends = self.newest_first != is_back
        side = "lt" if descends else "gt"
        same = Q(**{self.field: at, f"pk__{side}": pk})
        if at is None:
            return same | Q(**{f"{self.field}__isnull": False}) if descends else same
        further = same | Q(**{f"{self.field}__{side}": at})
        return further if descends else further | Q(**{self.field: None})

    def cursor(self, order: Order) -> str:
        at = getattr(order, self.field)
        return f"{(at - _EPOCH) // _MICROSECOND if at else ''}-{order.pk}"


NEWEST = Sorting("ordered_at", newest_first=True)
DEADLINE = Sorting("ship_by", newest_first=False)


@dataclass(frozen=True)
class Page:
    """`before` and `after` are what the links to the neighbouring pages carry."""

    rows: list[Order]
    before: str = ""
    after: str = ""


def page(
    orders: QuerySet[Order], params: Mapping[str, str], sorting: Sorting, *, size: int = SIZE
) -> Page:
    """The page `?after=` or `?before=` asks for; the first one without either."""
    is_back = _read(params.get("before")) is not None
    if (seen := _read(params.get("before")) or _read(params.get("after"))) is not None:
        orders = orders.filter(sorting.beyond(*seen, is_back=is_back))
    found = list(orders.order_by(*sorting.order(is_back=is_back))[: size + 1])
    rows, has_more = found[:size], len(found) > size
    if is_back:
        rows.reverse()
    if not rows:
        return Page(rows)
    has_earlier = has_more if is_back else seen is not None
    has_later = is_back or has_more
    return Page(
        rows,
        before=sorting.cursor(rows[0]) if has_earlier else "",
        after=sorting.cursor(rows[-1]) if has_later else "",
    )


def _read(cursor: str | None) -> tuple[datetime | None, int] | None:
    """The time and the number of a cursor; None for what is none."""
    match = _CURSOR.fullmatch(cursor or "")
    if match is None:
        return None
    at = _EPOCH + int(match[1]) * _MICROSECOND if match[1] else None
    return at, int(match[2])
