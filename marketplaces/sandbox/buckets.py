"""Buckets: how much of its official limit each account has used, and whether it was too much.

Nothing is refused here. The window slides, so whatever window the marketplace counts by, who never
overruns this one overruns none of theirs.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Bucket:
    """`most` of what is counted within any `seconds`; `counts` is the list of a request's body
    whose length is counted, or nothing where requests are."""

    group: str
    most: int
    seconds: float
    counts: str = ""

    def units(self, body: Any) -> int:
        listed = body.get(self.counts) if self.counts and isinstance(body, dict) else None
        return len(listed) if isinstance(listed, list) and listed else 1


@dataclass
class Spent:
    """What one account has used of one bucket."""

    bucket: Bucket
    calls: int = 0
    units: int = 0
    overruns: int = 0
    within: int = 0
    # The most that ever was within one window.
    peak: int = 0
    lately: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, units: int, now: float) -> None:
        while self.lately and self.lately[0][0] <= now - self.bucket.seconds:
            self.within -= self.lately.popleft()[1]
        self.lately.append((now, units))
        self.calls, self.units, self.within = (
            self.calls + 1,
            self.units + units,
            self.within + units,
        )
        self.peak = max(self.peak, self.within)
        self.overruns += self.within > self.bucket.most

    def shown(self) -> dict[str, Any]:
        numbers = {name: getattr(self, name) for name in ("calls", "units", "peak", "overruns")}
        return numbers | {"most": self.bucket.most, "seconds": self.bucket.seconds}
