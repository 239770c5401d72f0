"""What happens in a run of chaos: all of it, in its order, by seed alone."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

SHOPS = 2
# Never so few that an order would have to wait for pieces: who gets the last piece is a matter of
# who comes first, and that is not the same in two runs.
PIECES = 100_000
# The guard lets a price change so often in an hour.
CHANGES_EACH = 15
# What becomes known together: a list that is uploaded, a rule over many products.
BURST = 250


class Fate(StrEnum):
    """What becomes of an order."""

    LEFT = "left"
    PACKED = "packed"
    CALLED_OFF = "called off by us"
    GONE = "called off by us, the pieces are gone"
    CHANGED_MIND = "called off by the buyer"
    # The buyer calls it off, and we say that it is packed in the same moment.
    CONTESTED = "packed, and called off by the buyer"


WEIGHTS = {
    Fate.LEFT: 40,
    Fate.PACKED: 25,
    Fate.CALLED_OFF: 7,
    Fate.GONE: 3,
    Fate.CHANGED_MIND: 15,
    Fate.CONTESTED: 10,
}
BY_BUYER = (Fate.CHANGED_MIND, Fate.CONTESTED)


@dataclass(frozen=True)
class Size:
    orders: int
    prices: int
    stocks: int

    @property
    def products(self) -> int:
        return max(self.prices // CHANGES_EACH, self.orders // 100, 0) + 8


@dataclass(frozen=True)
class Placed:
    """An order; `price` is of a piece, as agreed: what a shop shows now is a matter of time."""

    number: int
    shop: int
    lines: dict[str, int]
    price: int
    fate: Fate
    says: str = ""


@dataclass(frozen=True)
class Cancelled:
    """The buyer of an order changes his mind."""

    number: int


@dataclass(frozen=True)
class Priced:
    prices: dict[str, Decimal]


@dataclass(frozen=True)
class Counted:
    """Pieces that were found or are missing."""

    number: int
    sku: str
    quantity: int


@dataclass
class Plan:
    seed: int
    size: Size
    skus: list[str] = field(init=False)
    steps: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.skus = [f"POT-{number}" for number in range(self.size.products)]
        self.chance = random.Random(self.seed)
        # Each talk is read again and again while it is fresh: of many orders few buyers write.
        self.writes = min(0.1, 20 / max(self.size.orders, 1))
        placed = [self._order(number) for number in range(self.size.orders)]
        counted = [self._count(number) for number in range(self.size.stocks)]
        steps = [*placed, *counted, *self._prices()]
        self.chance.shuffle(steps)
        self.steps = self._with_second_thoughts(steps)
        self.fates = {one.number: one.fate for one in placed}

    def _order(self, number: int) -> Placed:
        skus = self.chance.sample(self.skus, self.chance.randint(1, 3))
        return Placed(
            number,
            self.chance.randrange(SHOPS),
            {sku: self.chance.randint(1, 3) for sku in skus},
            90_000 + 500 * self.chance.randrange(20),
            self.chance.choices([*WEIGHTS], [*WEIGHTS.values()])[0],
            f"Qachon keladi? {number}" if self.chance.random() < self.writes else "",
        )

    def _count(self, number: int) -> Counted:
        quantity = self.chance.choice([n for n in range(-5, 10) if n])
        return Counted(number, self.chance.choice(self.skus), quantity)

    def _prices(self) -> list[Priced]:
        """Each product in turn, so that none is changed oftener than the guard allows."""
        size = min(BURST, max(self.size.prices // 4, 1), len(self.skus))
        changes = [
            (self.skus[n % len(self.skus)], Decimal(94_000 + 500 * self.chance.randrange(20)))
            for n in range(self.size.prices)
        ]
        return [Priced(dict(changes[at : at + size])) for at in range(0, len(changes), size)]

    def _with_second_thoughts(self, steps: list[Any]) -> list[Any]:
        """A buyer changes his mind at once, or some time later, or never."""
        planned = [(float(place), step) for place, step in enumerate(steps)]
        for place, step in list(planned):
            if isinstance(step, Placed) and step.fate in BY_BUYER:
                later = self.chance.choice([0.5, 5.5, 30.5])
                planned.append((place + later, Cancelled(step.number)))
        planned.sort(key=lambda one: one[0])
        return [step for _, step in planned]
