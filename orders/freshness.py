"""How old what we know of the orders is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q, QuerySet

from marketplaces.models import Connection

# Orders are read every 20 seconds; after so long something is wrong.
STALE = timedelta(minutes=10)


def with_read_at(shops: QuerySet[Connection]) -> QuerySet[Connection]:
    """Each with the moment its orders were last read, as `read_at`, and how their reading goes.

    `well_until` is when that which fails now last went well.
    """
    orders, failing = Q(streams__name="orders"), Q(streams__failures__gt=0)
    return shops.annotate(
        read_at=Max("streams__succeeded_at", filter=orders),
        order_failures=Max("streams__failures", filter=orders, default=0),
        order_error_kind=Max("streams__error_kind", filter=orders),
        order_error_reason=Max("streams__error_reason", filter=orders),
        well_until=Min("streams__succeeded_at", filter=failing),
    )


def as_of(shops: Iterable[Connection]) -> datetime | None:
    """Since when every working shop has been read; nothing while one has not been."""
    times = [shop.read_at for shop in shops if shop.state in Connection.WORKING]
    return min(times) if times and all(times) else None
