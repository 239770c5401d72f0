"""Batches a marketplace takes, and one result for each item however it refuses them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from .errors import MarketplaceError, NotFound, Rejected, Unsupported
from .remote import ItemResult

T = TypeVar("T")

# Requests spent on finding the bad items of one batch.
TRIES = 64


def loads(
    items: Iterable[T],
    *,
    size: int,
    key: Callable[[T], str],
    weight: Callable[[T], int] = lambda item: 0,
    heaviest: int = 0,
) -> Iterator[list[T]]:
    """Batches in order: at most `size` items, no key twice, no more than `heaviest` in all."""
    batch: list[T] = []
    keys: set[str] = set()
    total = 0
    for item in items:
        item_key, item_weight = key(item), weight(item)
        is_full = len(batch) == size or (heaviest and total + item_weight > heaviest)
        if batch and (is_full or item_key in keys):
            yield batch
            batch, keys, total = [], set(), 0
        batch.append(item)
        keys.add(item_key)
        total += item_weight
    if batch:
        yield batch


def one_result_each(
    items: Sequence[T],
    send: Callable[[list[T]], list[ItemResult]],
    *,
    key: Callable[[T], str],
    tries: int = TRIES,
) -> list[ItemResult]:
    """Send a batch; one that is refused as a whole is halved until the bad item stands alone.

    When that takes too many requests the fault is hardly an item's: what is left carries the
    refusal of its half.
    """
    results: list[ItemResult] = []
    waiting = [list(items)]
    while waiting:
        group = waiting.pop()
        tries -= 1
        try:
            results += send(group)
        except MarketplaceError as error:
            if not _is_of_an_item(error):
                error.answered = results + error.answered
                raise
            half = len(group) // 2
            if half and tries > 0 and not isinstance(error, NotFound):
                waiting += [group[half:], group[:half]]
            else:
                results += [ItemResult(key(i), False, error.code, error.message) for i in group]
    return results


def _is_of_an_item(error: MarketplaceError) -> bool:
    return isinstance(error, Rejected) and not isinstance(error, Unsupported)


def in_loads(
    batches: Iterable[list[T]],
    send: Callable[[list[T]], list[ItemResult]],
    *,
    key: Callable[[T], str],
) -> list[ItemResult]:
    """One result for each item of many batches; an error takes along what came before it."""
    results: list[ItemResult] = []
    for batch in batches:
        try:
            results += one_result_each(batch, send, key=key)
        except MarketplaceError as error:
            error.answered = results + error.answered
            raise
    return results
