"""Ours against the barest way to do the like, by turns, so that a busy moment meets both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

# Makes ready what is not measured; gives what is: it does so many, and says how many.
Turn = Callable[[], Callable[[], int]]


@dataclass(frozen=True)
class Outcome:
    """Rates in pieces per second, each the median of its rounds; `ratio` that of their ratios."""

    ours: float
    bare: float
    ratio: float


def race(ours: Turn, bare: Turn, *, rounds: int) -> Outcome:
    pairs = [(_rate(ours), _rate(bare)) for _ in range(rounds)]
    return Outcome(
        ours=statistics.median(our for our, _ in pairs),
        bare=statistics.median(other for _, other in pairs),
        ratio=statistics.median(our / other for our, other in pairs),
    )


def _rate(turn: Turn) -> float:
    go = turn()
    started = time.perf_counter()
    done = go()
    return done / (time.perf_counter() - started)
