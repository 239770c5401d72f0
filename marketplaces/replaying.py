"""A day of a shop read again and compared: whatever went wrong before, nothing stays missing.

Cursor and overlap find what is told late. What they cannot find, a change that was never listed or
a fault of ours, is looked for every night in the days just ended, and on any day somebody asks for.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from marketplaces import gateway
from marketplaces.connectors.errors import MarketplaceError
from marketplaces.inbound import taken_in
from marketplaces.models import Connection, ReplayedDay
from partners.services import notices
from partners.services.activities import Made, Unfit, Work
from sellercloudx.lib.batches import in_batches
from sellercloudx.lib.queue import wake
from sellercloudx.lib.wiring import resolve

logger = logging.getLogger(__name__)

# A day that a night could not read is read in the next ones.
NIGHTS = 3
# How far back a person may ask.
LOOK_BACK = timedelta(days=365)
KEPT = timedelta(days=365)


def replay(
    connection: Connection, day: date, progress: Callable[[int, int], None] | None = None
) -> ReplayedDay:
    """Take in all orders made on that day in Tashkent, and say how many had not reached us.

    Raises MarketplaceError, and what `progress` raises.
    """
    start, end = _bounds(day)
    held = resolve("INBOUND_HELD", "orders")(connection, start, end)
    there: set[str] = set()
    with gateway.connector_for(connection) as connector:
        for batch in taken_in(connection, connector.iter_orders(made=(start, end))):
            there.update(one.external_id for one in batch if start <= one.created_at < end)
            if progress:
                progress(len(there), max(len(there), len(held)))
    return ReplayedDay.objects.create(
        connection=connection,
        day=day,
        there=len(there),
        missing=len(there - held),
        unlisted=len(held - there),
    )


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = timezone.make_aware(datetime.combine(day, time()))
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)


def days_to_choose() -> tuple[date, date]:
    """The first and the last that a person may ask for."""
    today = timezone.localdate()
    return today - LOOK_BACK, today


# --- Asked for by a person ---


def replay_day(work: Work) -> Made:
    """Raises Unfit, and what `work.progress` raises."""
    own = Connection.objects.for_partner(work.partner).working().select_related("partner")
    connection = own.filter(pk=work.parameters["connection"]).first()
    if connection is None:
        raise Unfit("shop_away")
    try:
        read = replay(connection, date.fromisoformat(work.parameters["day"]), work.progress)
    except MarketplaceError as error:
        logger.warning("a day of connection %s cannot be read: %s", connection.pk, error)
        raise Unfit("shop_away") from error
    return Made(counts={"done": read.there, "left": 0})


# --- Every night ---


def wake_checks() -> None:
    """Called by the clock."""
    for pk in Connection.objects.working().values_list("pk", flat=True):
        wake("marketplaces.replaying.check", pk)


def check(connection_id: int) -> None:
    """The days just ended that no check has compared since; what had been missed is told."""
    working = Connection.objects.working().select_related("partner")
    connection = working.filter(pk=connection_id).first()
    if connection is None:
        return
    for day in _unchecked(connection):
        try:
            _tell(connection, replay(connection, day))
        except MarketplaceError as error:
            logger.warning("a day of connection %s cannot be compared: %s", connection_id, error)
            return


def _unchecked(connection: Connection) -> list[date]:
    """Whole days since the shop was connected; a check within the day itself was too early."""
    today = timezone.localdate()
    ended = [today - timedelta(days=n) for n in range(NIGHTS, 0, -1)]
    since = timezone.localdate(connection.created_at)
    read = ReplayedDay.objects.filter(connection=connection, day__in=ended)
    compared = {one.day for one in read if timezone.localdate(one.read_at) > one.day}
    return [day for day in ended if day > since and day not in compared]


@transaction.atomic
def _tell(connection: Connection, read: ReplayedDay) -> None:
    if not read.missing:
        return
    logger.error(
        "connection %s: %s orders of %s had not reached us", connection.pk, read.missing, read.day
    )
    notices.notify_partner(
        connection.partner,
        kind="orders_were_missing",
        data={"shop": connection.name, "count": read.missing, "day": f"{read.day:%d.%m.%Y}"},
        url=f"/partner-dashboard/marketplaces/{connection.pk}/",
        dedupe=f"orders_were_missing:{connection.pk}:{read.day}",
    )


def forget_old() -> int:
    """Called by the clock."""
    old = ReplayedDay.objects.filter(read_at__lt=timezone.now() - KEPT)
    return in_batches(old, lambda rows: rows.delete())
