"""What marketplaces take by their public terms: rows with a source and days, changed in /admin/."""

import time
from datetime import date
from functools import lru_cache

from products.models import FeeSchedule

# A change in /admin/ is known to every process within this time: pages of prices ask often.
READ_EVERY = 60


# Of our database, and of the sample's while somebody looks at that.
@lru_cache(maxsize=2)
def _read(_period: int, alias: str) -> tuple[FeeSchedule, ...]:
    return tuple(FeeSchedule.objects.using(alias).order_by("valid_from", "pk"))


def forget_read() -> None:
    """The rows have just been changed by this process."""
    _read.cache_clear()


def _all() -> tuple[FeeSchedule, ...]:
    return _read(int(time.monotonic() // READ_EVERY), FeeSchedule.objects.db)


def valid(*, marketplace: str, step: str, on: date) -> FeeSchedule | None:
    """The newest row that holds on a day unless the seller chose otherwise; None: not known."""
    rows = [
        one
        for one in _all()
        if (one.marketplace, one.step) == (marketplace, step)
        and one.is_default
        and one.valid_from <= on
        and (one.valid_to is None or on <= one.valid_to)
    ]
    return rows[-1] if rows else None
