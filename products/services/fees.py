"""What selling costs: every figure with its source and its days.

Taxes and what marketplaces take are rows (`tax_regimes`, `fee_schedules`); our own target and the
endings of prices stand in `data/fees.json`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

from django.conf import settings

from partners.models import Partner
from partners.services import tax_regimes
from products.services import fee_schedules

HUNDRED = Decimal(100)

# What a marketplace takes; a step without a row for it is "not known".
MARKETPLACE_STEPS = ("commission", "logistics", "payout")
# The source of a rate that the partner entered for a shop.
BY_PARTNER = "partner"


@dataclass(frozen=True)
class Rate:
    """One figure: percent of the selling price, and what is taken of each piece besides."""

    step: str
    percent: Decimal
    source: str
    as_of: str
    marketplace: str = ""
    fixed: Decimal = Decimal(0)

    def taken_of(self, price: Decimal) -> Decimal:
        return price * self.percent / HUNDRED + self.fixed


@dataclass(frozen=True)
class Shop:
    """Where it is sold, the rates the partner entered for it, and those it quoted, by step."""

    marketplace: str
    entered: Mapping[str, Rate] = field(default_factory=dict)
    # By product: what its calculator said.
    quoted: Mapping[int, Mapping[str, Rate]] = field(default_factory=dict)

    def of(self, product_id: int | None) -> "Shop":
        """The same shop for one product: what the partner says comes before what it quotes."""
        quoted = self.quoted.get(product_id or 0, {})
        return replace(self, entered={**quoted, **self.entered}, quoted={})

    def rate(self, step: str, on: date) -> Rate | None:
        """What the partner says comes before what we know; None: not known."""
        return self.entered.get(step) or fee(step, marketplace=self.marketplace, on=on)


@cache
def _book() -> dict[str, Any]:
    return json.loads((settings.BASE_DIR / "data" / "fees.json").read_text(encoding="utf-8"))


def source_in(language: str, source: str) -> str:
    """The title of a source in a language; an address and a name are the same in all of them."""
    return _book()["source_titles"].get(source, {}).get(language, source)


def _holds(row: dict[str, Any], on: date) -> bool:
    return row["valid_from"] <= on.isoformat() <= (row["valid_to"] or "9999")


def _rate(step: str, row: dict[str, Any]) -> Rate:
    return Rate(step, Decimal(row["percent"]), row["source"], row["as_of"])


def fee(step: str, *, marketplace: str, on: date) -> Rate | None:
    """What the marketplace takes at a step unless the seller chose otherwise; None: not known."""
    row = fee_schedules.valid(marketplace=marketplace, step=step, on=on)
    if row is None:
        return None
    return Rate(step, row.basis_points / HUNDRED, row.source, row.as_of.isoformat(), marketplace)


def fees(
    *, shops: Iterable[Shop], on: date, price: Decimal = HUNDRED
) -> tuple[list[Rate], list[tuple[str, str]]]:
    """The dearest known rate of each step, and the (step, marketplace) pairs nobody knows.

    The dearest of a price about as high as `price`.
    """
    known: dict[str, Rate] = {}
    # Each once, in order, though several shops of a marketplace may lack it.
    unknown: dict[tuple[str, str], None] = {}
    for step, shop in product(MARKETPLACE_STEPS, sorted(shops, key=lambda one: one.marketplace)):
        rate = shop.rate(step, on)
        if rate is None:
            unknown[step, shop.marketplace] = None
        elif step not in known or rate.taken_of(price) > known[step].taken_of(price):
            known[step] = rate
    return list(known.values()), list(unknown)


def tax(*, legal_form: str, on: date, base: str = Partner.TaxBase.TURNOVER) -> Rate | None:
    """By the row of `tax_regimes` that is valid on the day; None: not known."""
    regime = tax_regimes.valid(legal_form=legal_form, base=base, on=on)
    if regime is None:
        return None
    return Rate("tax", regime.share_of_price, regime.source, regime.as_of.isoformat())


def target_margin(*, on: date) -> Rate | None:
    rows = [row for row in _book()["margins"] if _holds(row, on)]
    return _rate("margin", rows[0]) if rows else None


def ending(amount: Decimal, currency: str) -> Decimal:
    """Prices of this size end on a multiple of this."""
    for row in _book()["endings"]:
        if row["currency"] == currency and (
            row["up_to"] is None or amount <= Decimal(row["up_to"])
        ):
            return Decimal(row["multiple_of"])
    return Decimal(1)
