"""What could not be told: set aside for a person, tried again, or given up.

Whatever waits for the answer hears of it from `OPERATION_PARKED` in the same transaction.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from marketplaces.connectors.errors import MarketplaceError
from marketplaces.models import Connection, Operation
from partners import audit
from partners.models import User
from sellercloudx.lib.queue import wake
from sellercloudx.lib.redact import scrub
from sellercloudx.lib.wiring import resolve

logger = logging.getLogger(__name__)

State = Operation.State
# Of these only the newest counts; an older one is not worth another try.
LATEST_WINS = {
    Operation.Kind.PUBLISH_CARD,
    Operation.Kind.PUSH_PRICE,
    Operation.Kind.PUSH_STOCK,
}
# Nothing of these is under way; newer news of the same takes their place.
ASIDE = (State.PARKED, State.HELD, State.REHEARSED)
# Each is a transaction of its own, and a person waits.
AT_ONCE = 500


Decision = Callable[..., None]


class NotParked(Exception):
    """Somebody has decided about it already, or it cannot be decided about."""


class Outdated(NotParked):
    """Newer news of the same came since: the older is not worth telling."""


class Gone(NotParked):
    """Its shop is disconnected."""


def supersede_older(newer: Operation) -> None:
    """What waits gives way to newer news; what is parked gives way to the same asked anew."""
    Operation.objects.filter(
        connection_id=newer.connection_id,
        kind=newer.kind,
        target=newer.target,
        pk__lt=newer.pk,
        state__in=(*ASIDE, *giving_way(newer.kind)),
    ).update(state=State.SUPERSEDED, finished_at=timezone.now())


def giving_way(kind: str) -> tuple[State, ...]:
    """States in which one still waits for its turn, and is not worth it after newer news."""
    return (State.PENDING, State.WAITING) if kind in LATEST_WINS else ()


def withdraw(operation: Operation) -> bool:
    """Take back what nobody has tried to send yet; False when it may be on its way."""
    unsent = Operation.objects.filter(pk=operation.pk, state=State.PENDING, attempts=0)
    return bool(unsent.update(state=State.SUPERSEDED, finished_at=timezone.now()))


def drop_outdated(batch: Sequence[Operation]) -> None:
    """Newer news came while these were on their way: they are not tried again."""
    outdated = Operation.objects.held(batch).outdated()
    outdated.filter(kind__in=LATEST_WINS).update(state=State.SUPERSEDED, finished_at=timezone.now())


def stored(error: MarketplaceError) -> dict[str, str]:
    """What is kept of an error: what it is, and what the marketplace itself said."""
    return {
        "error_kind": error.kind,
        "error_reason": error.reason,
        "error_code": error.code[:60],
        "error_message": scrub(error.words)[:1000],
    }


def park(batch: Sequence[Operation], error: MarketplaceError) -> None:
    """Ask a person; the batch is of one kind."""
    try:
        with transaction.atomic():
            if parked := _mark_parked(batch, error):
                resolve("OPERATION_PARKED", parked[0].kind)(parked, None)
    except Exception:  # noqa: BLE001  the worker's loop: one broken handler must not stop the rest
        logger.exception("nobody could be told that operations are parked")
        _mark_parked(batch, error)


def _mark_parked(batch: Sequence[Operation], error: MarketplaceError) -> list[Operation]:
    held = Operation.objects.held(batch)
    pks = list(held.values_list("pk", flat=True))
    held.update(
        state=State.PARKED,
        failures=batch[0].failures + 1,
        **stored(error),
    )
    parked = Operation.objects.filter(pk__in=pks, state=State.PARKED)
    return list(parked.select_related("partner", "connection").order_by("pk"))


@transaction.atomic
def set_aside(batch: Sequence[Operation], state: Operation.State, reason: str = "") -> None:
    """Of a claimed batch of one kind: not told for a reason of ours, until a person decides."""
    held = Operation.objects.held(batch)
    pks = list(held.values_list("pk", flat=True))
    held.update(
        state=state,
        finished_at=timezone.now(),
        error_kind="",
        error_reason=reason,
        error_code="",
        error_message="",
    )
    aside = Operation.objects.filter(pk__in=pks, state=state)
    if found := list(aside.select_related("partner", "connection").order_by("pk")):
        resolve("OPERATION_PARKED", found[0].kind)(found, None)


@transaction.atomic
def retry(*, operation: Operation, by: User) -> None:
    """Tell it after all; one that is held back is let through the cap.

    Raises NotParked, Outdated, Gone.
    """
    if operation.kind in LATEST_WINS and Operation.objects.newer_than(operation).exists():
        raise Outdated(operation.pk)
    if operation.connection.state == Connection.State.DISCONNECTED:
        raise Gone(operation.pk)
    _decide(
        operation,
        by,
        "OPERATION_RETRIED",
        state=State.PENDING,
        due_at=timezone.now(),
        finished_at=None,
        failures=0,
        alike=0,
        is_let_through=operation.is_let_through or operation.state == State.HELD,
        error_kind="",
        error_reason="",
        error_code="",
        error_message="",
    )
    resolve("OPERATION_RETRIED", operation.kind)(operation, by)
    wake("marketplaces.outbox.drain", operation.connection_id)


def retry_all(*, connection: Connection, by: User) -> int:
    """Tell all that is parked on a shop after all, the oldest first; how many."""
    parked = Operation.objects.filter(connection=connection, state=State.PARKED).order_by("pk")
    return decide_all(parked, decision=retry, by=by)


def decide_all(operations: QuerySet[Operation], *, decision: Decision, by: User) -> int:
    """Retry or dismiss these, AT_ONCE at most; how many there was something to decide about."""
    done = 0
    for operation in operations.select_related("partner", "connection")[:AT_ONCE]:
        with suppress(NotParked):
            decision(operation=operation, by=by)
            done += 1
    return done


@transaction.atomic
def dismiss(*, operation: Operation, by: User) -> None:
    """Leave it untold. Raises NotParked."""
    was_refused = operation.state == State.REJECTED
    _decide(
        operation,
        by,
        "OPERATION_DISMISSED",
        state=State.UNTOLD,
        finished_at=timezone.now(),
        error_reason=Operation.DISMISSED,
    )
    # Whoever waited for the answer has heard of a refusal.
    if not was_refused:
        resolve("OPERATION_PARKED", operation.kind)([operation], by)


def _decide(operation: Operation, by: User, action: str, **fields: object) -> None:
    """As the person saw it: what another has decided meanwhile stays so."""
    before = operation.state
    undecided = Operation.objects.filter(pk=operation.pk, state=before)
    if before not in Operation.UNDECIDED or not undecided.update(**fields):
        raise NotParked(operation.pk)
    operation.refresh_from_db()
    audit.record(
        action,
        partner=operation.partner,
        actor=by,
        entity=operation,
        before={"state": before},
        after={"kind": operation.kind, "target": operation.target, "subject": operation.subject},
    )


def give_up(operations: QuerySet[Operation], *, reason: str) -> None:
    """Finish these as not told, in the caller's transaction."""
    pks = list(operations.values_list("pk", flat=True))
    operations.filter(pk__in=pks).update(
        state=State.UNTOLD,
        finished_at=timezone.now(),
        error_kind="",
        error_reason=reason,
        error_code="",
        error_message="",
    )
    untold = Operation.objects.filter(pk__in=pks, state=State.UNTOLD).order_by("kind", "pk")
    for kind, group in groupby(untold.defer("payload"), key=lambda operation: operation.kind):
        resolve("OPERATION_PARKED", kind)(list(group), None)
