"""Which orders are asked for: by number, by when they were made, or by when they changed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from marketplaces.connectors.base import batches
from marketplaces.connectors.reading import Data

from .calls import order_number, unique
from .limits import ORDERS_BATCH

# "No more than 30 days between the dates"; a little less, as their clock is not ours.
WINDOW = timedelta(days=29)


def bodies(
    since: datetime | None, ids: Sequence[str], made: tuple[datetime, datetime] | None
) -> Iterator[Data]:
    if ids:
        for batch in batches([order_number(id_) for id_ in unique(ids)], ORDERS_BATCH):
            yield {"orderIds": batch}
    elif made is not None:
        yield from ({"dates": dates} for dates in _windows_made(*made))
    elif since is None:
        yield {}
    else:
        yield from ({"dates": dates} for dates in _windows(since, datetime.now(UTC)))


def _windows(since: datetime, now: datetime) -> Iterator[Data]:
    if now - since <= WINDOW:
        yield {"updateDateFrom": since.astimezone(UTC).isoformat(timespec="seconds")}
        return
    # The document bounds the dates of one request and, unless told, the creation too: after a long
    # pause everything made since is read, whenever it changed.
    yield from _windows_made(since, now)


def _windows_made(since: datetime, until: datetime) -> Iterator[Data]:
    # The last day is not included and the zone of the days is not told; it may be tomorrow there.
    start = since.astimezone(UTC).date()
    end = until.astimezone(UTC).date() + timedelta(days=2)
    while start < end:
        next_start = min(start + WINDOW, end)
        yield {"creationDateFrom": start.isoformat(), "creationDateTo": next_start.isoformat()}
        start = next_start
