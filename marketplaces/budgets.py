"""How often and how many at once an account may be called; counted in the database.

Redis is never asked: emptying it refills nothing.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from marketplaces.breakers import Breaker
from marketplaces.connectors.answers import Pace
from marketplaces.connectors.base import Limit
from marketplaces.connectors.errors import LONGEST_PAUSE, RateLimited
from marketplaces.models import CallSlot, RateBudget

# The code of an error that is our own restraint.
BUDGET = "budget"
# Of a window: so coarsely is counted when a call was made.
SLICES = 60
# Seconds for which a call may be on its way and still not fall into the next window.
TRAVEL = 2.0
# An attempt of a call that nobody bounds otherwise is over by then.
LONGEST_CALL = 20.0
SLOT_PATIENCE = 10.0


def spend(account: str, group: str, limit: Limit) -> None:
    """Take one call; RateLimited when it would be one too many in any window that ends with it.

    Calls are counted by slices of time, a sixtieth of the window each, and a slice counts until
    all of it is out of the window: however the marketplace lays its windows, none overflows.
    """
    while True:
        now = timezone.now()
        budget = _budget(account, group)
        spent = _still_counted(budget.spent, limit, now)
        if wait := _wait(budget, spent, limit, now):
            raise RateLimited(
                "our own budget for these calls is used up",
                code=BUDGET,
                operation=group,
                retry_after=max(wait, 1.0),
            )
        piece = str(_slice(limit, now.timestamp()))
        if _write(budget, spent | {piece: spent.get(piece, 0) + 1}):
            return


def told(account: str, group: str, limit: Limit, pace: Pace) -> None:
    """The marketplace said with an answer how many calls are left until when: it knows better.

    Others may use the account, or its limit be lower than we know.
    """
    left = min(pace.remaining, pace.remaining * limit.requests // max(pace.limit, 1))
    while True:
        now = timezone.now()
        budget = _budget(account, group)
        spent = _still_counted(budget.spent, limit, now)
        unknown = limit.requests - left - sum(spent.values())
        if unknown <= 0 or pace.seconds <= 0:
            break
        # In the slice that is out of the window when theirs ends.
        left_of_it = min(pace.seconds, limit.seconds)
        piece = str(_slice(limit, now.timestamp() + left_of_it - limit.seconds - TRAVEL))
        if _write(budget, spent | {piece: spent.get(piece, 0) + unknown}):
            break
    if left == 0:
        block(account, group, pace.seconds)


def _budget(account: str, group: str) -> RateBudget:
    return RateBudget.objects.get_or_create(account=account, group=group)[0]


def _write(budget: RateBudget, spent: dict[str, int]) -> bool:
    """False when somebody else has changed it since it was read."""
    unchanged = RateBudget.objects.filter(pk=budget.pk, version=budget.version)
    return bool(unchanged.update(spent=spent, version=F("version") + 1))


def _slice(limit: Limit, at: float) -> int:
    return math.floor(at * SLICES / limit.seconds)


def _ends(piece: str, limit: Limit) -> float:
    """When all of a slice is out of the window, be a call ever so long on its way."""
    return (int(piece) + 1) * limit.seconds / SLICES + limit.seconds + TRAVEL


def _still_counted(spent: dict[str, int], limit: Limit, now: datetime) -> dict[str, int]:
    return {piece: n for piece, n in spent.items() if _ends(piece, limit) > now.timestamp()}


def _wait(budget: RateBudget, spent: dict[str, int], limit: Limit, now: datetime) -> float:
    """Seconds until a call may be made; 0 when it may now."""
    blocked = (budget.blocked_until - now).total_seconds() if budget.blocked_until else 0.0
    over = sum(spent.values()) - limit.requests + 1
    free_at = now.timestamp()
    for piece in sorted(spent, key=int):
        if over <= 0:
            break
        over -= spent[piece]
        free_at = _ends(piece, limit)
    return max(blocked, free_at - now.timestamp(), 0.0)


def block(account: str, group: str, seconds: float) -> None:
    """The marketplace asked us to wait: nothing of this group is sent before."""
    until = timezone.now() + timedelta(seconds=min(seconds, LONGEST_PAUSE))
    sooner = Q(blocked_until=None) | Q(blocked_until__lt=until)
    RateBudget.objects.filter(sooner, account=account, group=group).update(blocked_until=until)


@contextmanager
def slot(
    account: str, parallel: int, patience: float | None = None, longest: float = LONGEST_CALL
) -> Iterator[None]:
    """Hold one of `parallel` places for calls under way; waits a little for a free one.

    The place of a call whose worker died is free when the call, which takes `longest` seconds at
    most, is over there, too.
    """
    held = _wait_for_slot(account, parallel, patience, longest)
    try:
        yield
    finally:
        CallSlot.objects.filter(pk=held.pk, held_until=held.held_until).update(
            held_until=timezone.now()
        )


def _wait_for_slot(account: str, parallel: int, patience: float | None, longest: float) -> CallSlot:
    give_up = time.monotonic() + (SLOT_PATIENCE if patience is None else patience)
    while (held := _take_slot(account, parallel, longest)) is None:
        if time.monotonic() > give_up:
            raise RateLimited("too many calls are under way already", code="parallel")
        time.sleep(0.05)
    return held


def _take_slot(account: str, parallel: int, longest: float) -> CallSlot | None:
    slots = _slots(account, parallel)
    now = timezone.now()
    for free in slots.filter(held_until__lte=now):
        mine = now + timedelta(seconds=longest + TRAVEL)
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
    """Stands before every attempt of a call: breaker, lease, place, budget. For connectors' Http.

    The lease is renewed once the place is got, too: waiting for one took some of it. The budget is
    spent last, so that what is counted is sent at once.
    """

    account: str
    limits: Mapping[str, Limit]
    parallel: int
    renew: Callable[[], None] | None = None
    # How long to wait for a place; as long as ever where nothing is said.
    patience: float | None = None
    breaker: Breaker | None = None
    # Seconds that one attempt may take.
    longest: float = LONGEST_CALL

    @contextmanager
    def __call__(self, operation: str) -> Iterator[Callable[[Pace], None]]:
        """Gives what is to be called with the pace that an answer tells."""
        self._renew()
        limit = self.limits.get(operation)
        with slot(self.account, self.parallel, self.patience, self.longest):
            self._renew()
            with self.breaker.watching() if self.breaker else nullcontext():
                if limit:
                    spend(self.account, operation, limit)
                try:
                    yield partial(self._told, operation, limit)
                except RateLimited as error:
                    if error.retry_after:
                        block(self.account, operation, error.retry_after)
                    raise

    def _told(self, operation: str, limit: Limit | None, pace: Pace) -> None:
        if limit:
            told(self.account, operation, limit, pace)

    def _renew(self) -> None:
        if self.renew:
            self.renew()
