"""Many rows, few at a time, so that nobody waits long for a lock."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

SIZE = 500
T = TypeVar("T")


def lists(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def in_batches(rows: QuerySet[Any], do: Callable[[QuerySet[Any]], object]) -> int:
    """Do it to all of them, in one walk through their numbers; how many were met.

    Whatever is no longer one of `rows` when its turn comes is left alone.
    """
    met, last = 0, 0
    while pks := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:SIZE]):
        do(rows.filter(pk__in=pks))
        met, last = met + len(pks), pks[-1]
    return met
