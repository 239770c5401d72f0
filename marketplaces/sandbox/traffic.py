"""Calls seen: how many, how they ended, how many at once, how much of which limit.

Lives in memory only.
"""

import operator
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .buckets import Bucket, Spent

ALL = "all"
IsGone = Callable[[], bool]


class Traffic:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: defaultdict[str, dict[object, IsGone]] = defaultdict(dict)
        self._running: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.clear()

    def clear(self) -> None:
        """Forget what was seen; what runs now is still counted."""
        self._most: Counter[str] = Counter()
        self._calls: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._statuses: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._spent: defaultdict[str, dict[str, Spent]] = defaultdict(dict)

    @contextmanager
    def inside(self, caller: str, operation: str, is_gone: IsGone = lambda: False) -> Iterator[int]:
        """Count the caller in and out; gives how many of its calls run at once.

        A call whose caller has hung up takes nobody's place, however long it is still held.
        """
        call = object()
        with self._lock:
            self._now[caller][call] = is_gone
            self._running[caller][operation] += 1
            parallel = sum(not gone() for gone in self._now[caller].values())
            self._most[caller] = max(self._most[caller], parallel)
        try:
            yield parallel
        finally:
            with self._lock:
                del self._now[caller][call]
                self._running[caller][operation] -= 1

    def note(self, caller: str, operation: str, status: int) -> None:
        with self._lock:
            for name in (caller, ALL):
                self._calls[name][operation] += 1
                self._statuses[name][f"{operation} {status}"] += 1

    def spend(self, caller: str, bucket: Bucket, body: Any, now: float) -> None:
        """Count a call that came in against its official limit, whatever becomes of it."""
        with self._lock:
            spent = self._spent[caller].setdefault(bucket.group, Spent(bucket))
            spent.add(bucket.units(body), now)

    def limits(self, caller: str = ALL) -> dict[str, Any]:
        """By account and method group: used, the most within a window, and overruns."""
        with self._lock:
            callers = [*self._spent] if caller == ALL else [caller]
            return {
                name: {group: one.shown() for group, one in self._spent[name].items()}
                for name in callers
            }

    def seen(self, caller: str = ALL) -> dict[str, Any]:
        with self._lock:
            most = max(self._most.values(), default=0) if caller == ALL else self._most[caller]
            running = list(self._running.values()) if caller == ALL else [self._running[caller]]
            return {
                "total": sum(self._calls[caller].values()),
                "calls": dict(self._calls[caller]),
                "statuses": dict(self._statuses[caller]),
                "max_parallel": most,
                "in_flight": sum(operations.total() for operations in running),
                "running": dict(sum(map(operator.pos, running), Counter())),
            }
