"""Many cases in one test: what each leaves behind is taken back before the next."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import caches
from django.db import transaction


def fresh_caches() -> None:
    """Nothing that was counted or kept before is found again."""
    for cache in caches.all():
        cache.key_prefix = uuid.uuid4().hex


@contextmanager
def undone() -> Iterator[None]:
    """No row that is written inside stays, and no limit that is used up."""
    fresh_caches()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
