"""Many rows, few at a time, so that nobody waits long for a lock."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

SIZE = 500


def in_batches(rows: QuerySet[Any], do: Callable[[QuerySet[Any]], object]) -> int:
    """Do it to all of them, in one walk through their numbers; how many were met.

    Whatever is no longer one of `rows` when its turn comes is left alone.
    """
    met, last = 0, 0
    while pks := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:SIZE]):
        do(rows.filter(pk__in=pks))
        met, last = met + len(pks), pks[-1]
    return met
