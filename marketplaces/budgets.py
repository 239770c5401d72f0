"""How often and how many at once an account may be called; counted in the database.

Redis is never asked: emptying it refills nothing.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from marketplaces.connectors.base import Limit
from marketplaces.connectors.errors import RateLimited
from marketplaces.models import CallSlot, RateBudget

SLOT_TTL = timedelta(seconds=60)
SLOT_PATIENCE = 10.0


def spend(account: str, group: str, limit: Limit) -> None:
    """Take one call from the running window; RateLimited when it is used up."""
    now = timezone.now()
    budget, _ = RateBudget.objects.get_or_create(
        account=account, group=group, defaults={"window_start": now}
    )
    over = Q(window_start__lte=now - timedelta(seconds=limit.seconds))
    spent = (
        RateBudget.objects.filter(over | Q(used__lt=limit.requests), pk=budget.pk)
        .filter(Q(blocked_until=None) | Q(blocked_until__lte=now))
        .update(
            used=Case(When(over, then=Value(1)), default=F("used") + 1),
            window_start=Case(When(over, then=Value(now)), default=F("window_start")),
        )
    )
    if not spent:
        raise RateLimited(
            "our own budget for these calls is used up",
            code="budget",
            operation=group,
            retry_after=_seconds_left(budget.pk, limit, now),
        )


def _seconds_left(pk: int, limit: Limit, now: datetime) -> float:
    budget = RateBudget.objects.get(pk=pk)
    free_at = budget.window_start + timedelta(seconds=limit.seconds)
    return max((max(free_at, budget.blocked_until or free_at) - now).total_seconds(), 1.0)


def block(account: str, group: str, seconds: float) -> None:
    """The marketplace asked us to wait: nothing of this group is sent before."""
    until = timezone.now() + timedelta(seconds=seconds)
    RateBudget.objects.filter(account=account, group=group).update(blocked_until=until)


@contextmanager
def slot(account: str, parallel: int, patience: float | None = None) -> Iterator[None]:
    """Hold one of `parallel` places for calls under way; waits a little for a free one."""
    held = _wait_for_slot(account, parallel, patience)
    try:
        yield
    finally:
        CallSlot.objects.filter(pk=held.pk, held_until=held.held_until).update(
            held_until=timezone.now()
        )


def _wait_for_slot(account: str, parallel: int, patience: float | None) -> CallSlot:
    give_up = time.monotonic() + (SLOT_PATIENCE if patience is None else patience)
    while (held := _take_slot(account, parallel)) is None:
        if time.monotonic() > give_up:
            raise RateLimited("too many calls are under way already", code="parallel")
        time.sleep(0.05)
    return held


def _take_slot(account: str, parallel: int) -> CallSlot | None:
    slots = _slots(account, parallel)
    now = timezone.now()
    for free in slots.filter(held_until__lte=now):
        mine = now + SLOT_TTL
        if CallSlot.objects.filter(pk=free.pk, held_until=free.held_until).update(held_until=mine):
            free.held_until = mine
            return free
    return None


def _slots(account: str, parallel: int) -> QuerySet[CallSlot]:
    slots = CallSlot.objects.filter(account=account, number__lt=parallel).order_by("number")
    if slots.count() < parallel:
        free = timezone.now()
        CallSlot.objects.bulk_create(
            [CallSlot(account=account, number=n, held_until=free) for n in range(parallel)],
            ignore_conflicts=True,
        )
    return slots


@dataclass(frozen=True)
class Gate:
    """Stands before every attempt of a call: lease, budget, place. Given to connectors' Http.

    The lease is renewed once the place is got, too: waiting for one took some of it.
    """

    account: str
    limits: Mapping[str, Limit]
    parallel: int
    renew: Callable[[], None] | None = None
    # How long to wait for a place; as long as ever where nothing is said.
    patience: float | None = None

    @contextmanager
    def __call__(self, operation: str) -> Iterator[None]:
        self._renew()
        if limit := self.limits.get(operation):
            spend(self.account, operation, limit)
        try:
            with slot(self.account, self.parallel, self.patience):
                self._renew()
                yield
        except RateLimited as error:
            if error.retry_after:
                block(self.account, operation, error.retry_after)
            raise

    def _renew(self) -> None:
        if self.renew:
            self.renew()
