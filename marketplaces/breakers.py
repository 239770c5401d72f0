"""A breaker for each account: one that does not answer is left alone, but for a try now and then.

Trouble is counted call by call where calls are made (`budgets.Gate`), in the database, so that all
workers know of it. It opens after FAILURES in a row that last for LASTING: a marketplace that fails
one call in three never opens it. Then one call in PROBE_EVERY is let through, whoever makes it; an
answer, be it a refusal, closes it, and what had been put off goes on at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from marketplaces.connectors.errors import BadResponse, Held, Kind, MarketplaceError, RateLimited
from marketplaces.models import Breaker as Row
from marketplaces.models import Connection, Operation, Stream
from sellercloudx.lib.queue import wake
from sellercloudx.lib.redact import scrub

FAILURES = 5
LASTING = timedelta(seconds=15)
PROBE_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Breaker:
    """Of one connection. `is_open_to_trials`: a person tries a key, which is never kept waiting."""

    connection_id: int
    is_open_to_trials: bool = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around one attempt of a call. Raises Held when none may be made now."""
        row = Row.objects.filter(pk=self.connection_id).first()
        if row and row.opened_at and not self.is_open_to_trials:
            _take_probe(row)
        try:
            yield
        except MarketplaceError as error:
            if is_trouble(error):
                _note_trouble(self.connection_id, error)
            elif _is_answer(error):
                self._note_answer(row)
            raise
        else:
            self._note_answer(row)

    def _note_answer(self, row: Row | None) -> None:
        if row and row.failures:
            close(self.connection_id)


def is_trouble(error: MarketplaceError) -> bool:
    """Whether nothing sensible came back. A refusal is an answer, as is one that asks us to slow
    down, or one with rows that are not what the document says."""
    if isinstance(error, BadResponse):
        return error.code != "schema"
    return error.kind == Kind.TRANSIENT and not isinstance(error, RateLimited | Held)


def _is_answer(error: MarketplaceError) -> bool:
    """Our own restraint says nothing of them."""
    ours = isinstance(error, RateLimited) and error.code in ("budget", "parallel")
    return not (ours or isinstance(error, Held))


def _take_probe(row: Row) -> None:
    now = timezone.now()
    due = Row.objects.filter(Q(probe_at=None) | Q(probe_at__lte=now), pk=row.pk)
    if not due.exclude(opened_at=None).update(probe_at=now + PROBE_EVERY):
        left = (row.probe_at - now).total_seconds() if row.probe_at else 0.0
        raise Held(
            "not asked: the account does not answer",
            code="breaker",
            reason=row.error_reason,
            words=row.error_message,
            retry_after=max(left, 1.0),
        )


def _note_trouble(connection_id: int, error: MarketplaceError) -> None:
    now = timezone.now()
    Row.objects.get_or_create(connection_id=connection_id)
    mine = Row.objects.filter(pk=connection_id)
    mine.filter(failures=0).update(failing_since=now)
    mine.update(
        failures=F("failures") + 1,
        error_kind=error.kind,
        error_reason=error.reason,
        error_message=scrub(error.words)[:500],
    )
    tired = mine.filter(failures__gte=FAILURES, failing_since__lte=now - LASTING)
    tired.filter(opened_at=None).update(opened_at=now, probe_at=now + PROBE_EVERY)


def close(connection_id: int) -> None:
    """It answers: forget the trouble; if it was open, what was put off meanwhile is due now."""
    now = timezone.now()
    mine = Row.objects.filter(pk=connection_id)
    was_open = mine.exclude(opened_at=None).update(opened_at=None, probe_at=None)
    mine.update(failures=0, failing_since=None, recovered_at=now)
    if was_open:
        _go_on(connection_id)


def _go_on(connection_id: int) -> None:
    now = timezone.now()
    put_off = Operation.objects.filter(
        connection=connection_id, state=Operation.State.WAITING, error_kind=Kind.TRANSIENT
    )
    put_off.exclude(error_reason=RateLimited.reason).update(due_at=now)
    Stream.objects.filter(connection=connection_id, failures__gt=0).update(due_at=now)
    wake("marketplaces.outbox.drain", connection_id)


def is_held(connection_id: int) -> bool:
    """Whether nothing may be asked now, not even as a try."""
    return Row.objects.filter(holding(), pk=connection_id).exists()


def holding() -> Q:
    """Rows of those that are left alone just now."""
    return Q(opened_at__isnull=False, probe_at__gt=timezone.now())


def wake_probes() -> None:
    """Called by the clock: an account that is left alone is tried, be anything due or not."""
    due = Row.objects.filter(opened_at__isnull=False, probe_at__lte=timezone.now())
    for pk in due.filter(connection__in=Connection.objects.working()).values_list("pk", flat=True):
        # Orders are always asked for, and reading them changes nothing.
        Stream.objects.filter(connection=pk, name="orders").update(due_at=timezone.now())
        wake("marketplaces.inbound.poll", pk, "orders")


def standing(connection: Connection) -> Row | None:
    """The breaker of a connection while it is open; `select_related` spares the question."""
    row = getattr(connection, "breaker", None)
    return row if row and row.opened_at else None
