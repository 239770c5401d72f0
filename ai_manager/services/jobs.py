"""The right to make one card: one worker at a time, fenced by a growing token."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from ai_manager.models import CardJob
from ai_manager.providers import chain
from partners.models import Partner
from sellercloudx.lib import leases
from sellercloudx.lib.redact import scrub

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
# Beside the providers' whole time: the marketplace's answers, checks and saving. A worker that
# needs longer hangs in something, and the next one may have the job.
MARGIN_SECONDS = 60.0
State = CardJob.State


class TakenOver(Exception):
    """Another worker has the job now, or it was asked for anew; nothing may be written for it."""


@dataclass(frozen=True)
class JobLease:
    job_id: int
    token: int
    attempt: int

    @property
    def is_last(self) -> bool:
        return self.attempt >= MOST_ATTEMPTS

    def renew(self) -> None:
        if not self._held().update(leased_until=timezone.now() + leases.ttl()):
            raise TakenOver

    def finish(self, state: str, error: str = "") -> None:
        """In the caller's transaction, together with what was made."""
        now = timezone.now()
        if not self._held().update(
            state=state, finished_at=now, leased_until=None, error=scrub(error)[:500]
        ):
            raise TakenOver

    def put_off(self, wait: timedelta, error: str) -> None:
        """Give the job back, to be taken again after a while."""
        self._held().update(
            leased_until=None,
            # Ours is over: what still renews it must not.
            lease_token=F("lease_token") + 1,
            due_at=timezone.now() + wait,
            error=scrub(error)[:500],
        )

    def _held(self) -> "QuerySet[CardJob]":
        return CardJob.objects.filter(pk=self.job_id, state=State.DUE, lease_token=self.token)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renewed in the background while a card may take, which is longer than a lease lasts."""
        stopped = threading.Event()
        beat = threading.Thread(target=self._beat, args=(stopped,), name="card-lease", daemon=True)
        beat.start()
        try:
            yield
        finally:
            stopped.set()
            beat.join()

    def _beat(self, stopped: threading.Event) -> None:
        ends = time.monotonic() + chain.CHAIN_SECONDS + MARGIN_SECONDS
        while not stopped.wait(leases.ttl().total_seconds() / 3) and time.monotonic() < ends:
            try:
                self.renew()
            except TakenOver:
                return
            except DatabaseError as error:
                logger.warning("lease of card job %s not renewed: %s", self.job_id, error)
            finally:
                close_old_connections()


def take(job_id: int) -> JobLease | None:
    """None when another worker has it, it is not due yet or its partner is not approved."""
    now = timezone.now()
    job = CardJob.objects.filter(pk=job_id).values("lease_token", "attempts").first()
    if job is None:
        return None
    approved = Partner.objects.filter(pk=OuterRef("partner"), state=Partner.State.APPROVED)
    taken = due(now).filter(Exists(approved), pk=job_id, lease_token=job["lease_token"])
    if not taken.update(
        leased_until=now + leases.ttl(),
        lease_token=F("lease_token") + 1,
        attempts=F("attempts") + 1,
    ):
        return None
    return JobLease(job_id, job["lease_token"] + 1, job["attempts"] + 1)


def due(at: Any) -> "QuerySet[CardJob]":
    return CardJob.objects.filter(leases.is_free(at), state=State.DUE, due_at__lte=at)
