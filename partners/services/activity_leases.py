"""Who has a piece of long work: each step renews it, and a late worker writes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from partners.models import Activity, Partner
from sellercloudx.lib import leases

State = Activity.State
# What broke is tried again after so long, times the number of the try.
PAUSE = timedelta(seconds=5)


class Cancelled(Exception):
    """Whoever asked for it wants it no more."""


class TakenOver(Exception):
    """Another worker has it, or its partner may not work now; nothing may be written for it."""


@dataclass(frozen=True)
class Lease:
    """Of one worker on one piece of work, until another token is given out."""

    activity_id: int
    token: int
    attempt: int

    def held(self) -> "QuerySet[Activity]":
        return Activity.objects.filter(
            pk=self.activity_id, state=State.RUNNING, lease_token=self.token
        )

    def progress(self, done: int, total: int) -> None:
        """Renews the lease. What was added meanwhile does not make more than all of it."""
        until = timezone.now() + leases.ttl()
        if not self._wanted().update(done=min(done, total), total=total, leased_until=until):
            raise self._lost()

    def end(self, state: State, **fields: Any) -> None:
        """In the caller's transaction, together with what belongs to it."""
        ended = {"state": state, "ended_at": timezone.now(), "leased_until": None}
        held = self._wanted() if state == State.DONE else self.held()
        if not held.update(**ended, **fields):
            raise self._lost()

    def _wanted(self) -> "QuerySet[Activity]":
        return self.held().filter(of_approved(), cancel_requested=False)

    def _lost(self) -> Exception:
        is_cancelled = self.held().filter(cancel_requested=True).exists()
        return Cancelled() if is_cancelled else TakenOver()

    def park(self) -> bool:
        """Whether its partner may not work now: it waits, and this was no attempt of its."""
        parked = self.held().exclude(of_approved())
        return bool(
            parked.update(
                leased_until=None,
                lease_token=F("lease_token") + 1,
                attempts=F("attempts") - 1,
            )
        )

    def put_off(self) -> None:
        """To be taken again after a while; ours is over."""
        until = timezone.now() + PAUSE * self.attempt
        self.held().update(leased_until=until, lease_token=F("lease_token") + 1)


def of_approved() -> Exists:
    # Exists, not a join: a joined update is re-checked by PostgreSQL on stale rows.
    return Exists(Partner.objects.filter(pk=OuterRef("partner"), state=Partner.State.APPROVED))
