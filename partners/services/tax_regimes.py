"""Which tax regime holds for a partner on a day."""

import time
from datetime import date
from functools import lru_cache

from partners.models import Partner, TaxRegime

# A change in /admin/ is known to every process within this time: pages of prices ask often.
READ_EVERY = 60


# Of our database, and of the sample's while somebody looks at that.
@lru_cache(maxsize=2)
def _read(_period: int, alias: str) -> tuple[TaxRegime, ...]:
    return tuple(TaxRegime.objects.using(alias).order_by("valid_from", "pk"))


def forget_read() -> None:
    """The rows have just been changed by this process."""
    _read.cache_clear()


def _all() -> tuple[TaxRegime, ...]:
    return _read(int(time.monotonic() // READ_EVERY), TaxRegime.objects.db)


def valid(*, legal_form: str, base: str, on: date) -> TaxRegime | None:
    """The row of that day; None: not known."""
    return next((one for one in choices(legal_form=legal_form, on=on) if one.base == base), None)


def choices(*, legal_form: str, on: date) -> list[TaxRegime]:
    """What a partner of this form may pay on a day, one row for each base."""
    return [
        one
        for one in _all()
        if one.legal_form == legal_form
        and one.valid_from <= on
        and (one.valid_to is None or on <= one.valid_to)
    ]


def of_partner(partner: Partner, on: date) -> TaxRegime | None:
    """By the base that the partner has chosen."""
    return valid(legal_form=partner.legal_form, base=partner.tax_base, on=on)
