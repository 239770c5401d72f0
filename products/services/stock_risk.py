"""Pooled mode: how likely the last pieces are sold twice, from what was measured.

While a sale is not yet told to the other shops, they may sell the same pieces. How long that lasts
is measured: from a sale to our knowing of it, and from our number to a shop's acknowledgement. How
many they sell meanwhile follows from what was sold in two weeks, as if buyers came independently.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from marketplaces.models import Operation
from products.models import Listing, Product
from sellercloudx.lib.wiring import resolve

DAYS = 14
# The newest so many acknowledgements are looked at for each shop.
MEASURED = 200
# A buffer is enough when the pieces beyond it are sold twice in one of a hundred times at most.
RARELY = 0.01
LARGEST_BUFFER = 1000
DAY = 86_400


@dataclass(frozen=True)
class Risk:
    """`missing` names what is not measured yet: acknowledged, heard, sold, shops; then no figures.

    Seconds are such that nineteen of twenty were shorter.
    """

    acknowledged: float | None = None
    heard: float | None = None
    # Pieces a day, by the shop's number.
    per_day: dict[int, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    # Of the last pieces being sold twice when one is sold, and what to keep back.
    chance: float = 0.0
    buffer: int = 0

    @property
    def window(self) -> float:
        return (self.acknowledged or 0) + (self.heard or 0)


def measure(product: Product, listings: Sequence[Listing]) -> Risk:
    """Of a product in the shops that show it."""
    shops = [listing.connection_id for listing in listings]
    acknowledged, heard = p95(_acknowledged(shops)), p95(resolve("STOCK_PACE", "heard")(shops))
    pieces = resolve("STOCK_PACE", "sold")(product)
    per_day = {shop: pieces.get(shop, 0) / DAYS for shop in shops}
    missing = _missing(
        acknowledged=acknowledged is not None,
        heard=heard is not None,
        sold=any(per_day.values()),
        shops=len(shops) > 1,
    )
    if missing:
        return Risk(acknowledged, heard, per_day, missing)
    window = (acknowledged or 0) + (heard or 0)
    # A piece sold in the slowest shop may be sold again in all the others.
    others = sum(per_day.values()) - min(per_day.values())
    expected = others / DAY * window
    return Risk(acknowledged, heard, per_day, (), -math.expm1(-expected), enough(expected))


def _missing(**measured: bool) -> tuple[str, ...]:
    return tuple(name for name, is_there in measured.items() if not is_there)


def _acknowledged(shops: Sequence[int]) -> list[float]:
    done = Operation.objects.filter(
        kind=Operation.Kind.PUSH_STOCK,
        state=Operation.State.DONE,
        finished_at__gte=timezone.now() - timedelta(days=DAYS),
    )
    newest = done.filter(connection__in=shops).order_by("-pk")[: MEASURED * len(shops)]
    return [
        max((answered - asked).total_seconds(), 0.0)
        for asked, answered in newest.values_list("created_at", "finished_at")
        if answered is not None
    ]


def p95(values: Sequence[float]) -> float | None:
    """The smallest value that nineteen of twenty do not exceed; None of nothing."""
    if not values:
        return None
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def enough(expected: float) -> int:
    """So many pieces that more are sold meanwhile in one of a hundred times at most (Poisson)."""
    if expected > LARGEST_BUFFER / 2:
        return LARGEST_BUFFER
    chance = reached = math.exp(-expected)
    pieces = 0
    while 1 - reached > RARELY:
        pieces += 1
        chance *= expected / pieces
        reached += chance
    return pieces
