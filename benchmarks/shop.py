"""A shop in memory that takes everything and counts how often it was called."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from marketplaces.connectors import registry
from marketplaces.connectors.base import Connector
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Operation

SLUG = "benchmark"


class Counting(Connector):
    slug, name = SLUG, "Benchmark"
    calls: Counter[str] = Counter()

    def push_stocks(self, updates: Sequence[Any]) -> list[ItemResult]:
        return self._take(Operation.Kind.PUSH_STOCK, updates)

    def push_prices(self, updates: Sequence[Any]) -> list[ItemResult]:
        return self._take(Operation.Kind.PUSH_PRICE, updates)

    def _take(self, kind: str, updates: Sequence[Any]) -> list[ItemResult]:
        self.calls[kind] += 1
        return [ItemResult(update.sku, True) for update in updates]


@contextmanager
def opened() -> Iterator[None]:
    registry.CONNECTORS[SLUG] = f"{__name__}.Counting"
    try:
        yield
    finally:
        del registry.CONNECTORS[SLUG]
