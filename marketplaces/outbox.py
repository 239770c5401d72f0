"""The outbox: what marketplaces must be told, and the telling of it.

A service adds an operation in its own transaction. A worker takes a lease on the connection, sends
what is due in batches, and writes one result per item. A worker that dies leaves `sending` rows;
the next one finds them when the lease runs out.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef
from django.utils import timezone

from marketplaces import gateway, health, leases, parking, promises
from marketplaces.connectors.errors import Kind as ErrorKind
from marketplaces.connectors.errors import MarketplaceError, Unavailable
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Connection, Operation
from marketplaces.sending import SENDERS
from partners import request_context
from sellercloudx.lib.queue import wake
from sellercloudx.lib.redact import scrub
from sellercloudx.lib.wiring import resolve

logger = logging.getLogger(__name__)

State = Operation.State
FIRST_WAIT = 5
LONGEST_WAIT = 900
# A catalogue takes in a new card within minutes; until then its price and stock are not refused.
APPEARS_WITHIN = timedelta(minutes=15)
LOOK_AGAIN = 60
# So often an answer nobody understands is asked for anew, for over half an hour; then a person is.
UNCLEAR_TRIES = 10
OURS = "ours"
# Answers written down between two looks at the lease.
EXTEND_EVERY = 20


def add(
    *,
    connection: Connection,
    kind: str,
    target: str,
    payload: dict[str, Any],
    dedupe: str,
    subject: str = "",
    requested_by: Any = None,
) -> Operation:
    """Write down what to tell, in the caller's transaction; the same `dedupe` is told once."""
    operation, is_new = Operation.objects.get_or_create(
        connection=connection,
        dedupe=dedupe,
        defaults={
            "partner_id": connection.partner_id,
            "kind": kind,
            "target": target,
            "subject": subject,
            "payload": payload,
            "due_at": timezone.now(),
            "requested_by": requested_by,
            "request_id": request_context.current().request_id,
        },
    )
    if is_new:
        parking.supersede_older(operation)
    wake("marketplaces.outbox.drain", connection.pk)
    return operation


def abandon(connection: Connection) -> None:
    """The shop is disconnected: what is open or parked will not be told. In its transaction."""
    waiting = (*Operation.OPEN, State.PARKED)
    parking.give_up(
        Operation.objects.filter(connection=connection, state__in=waiting),
        reason=Operation.DISCONNECTED,
    )


def last_operations(subjects: Iterable[str]) -> dict[str, dict[str, Operation]]:
    """The newest operation of each kind about each subject."""
    about = Operation.objects.filter(subject__in=list(subjects)).order_by()
    newest = about.values("subject", "kind").annotate(newest=Max("pk")).values("newest")
    latest: dict[str, dict[str, Operation]] = {}
    for operation in Operation.objects.filter(pk__in=newest):
        latest.setdefault(operation.subject, {})[operation.kind] = operation
    return latest


def wake_due() -> None:
    """Called by the clock: find work that no message woke anybody for."""
    now = timezone.now()
    due = Operation.objects.due(now).filter(connection=OuterRef("pk"))
    waiting = Connection.objects.working().filter(leases.is_free(now)).filter(Exists(due))
    for pk in waiting.values_list("pk", flat=True):
        wake("marketplaces.outbox.drain", pk)


def drain(connection_id: int) -> int:
    """Send everything due on a connection; the number of operations finished."""
    lease = leases.take_connection(connection_id)
    if lease is None:
        return 0
    finished = 0
    try:
        connection = Connection.objects.select_related("partner").get(pk=connection_id)
        goes_on = True
        while goes_on and (batch := _claim(lease)):
            done, goes_on = _send(connection, lease, batch)
            finished += done
    except leases.LeaseLost:
        logger.warning("connection %s is left: taken over, or out of use", connection_id)
    finally:
        lease.release()
    return finished


def _claim(lease: leases.ConnectionLease) -> list[Operation]:
    """The oldest due operations of one kind, now marked as being sent under this lease.

    Raises LeaseLost.
    """
    due = _next_in_turn(lease.connection_id)
    first = due.order_by("pk").values_list("kind", "failures").first()
    if first is None:
        return []
    kind, failures = first
    alike = due.filter(kind=kind).order_by("pk").values_list("pk", flat=True)
    chosen = list(alike[: _size(kind, failures)])
    with transaction.atomic():
        # Holds the connection's row: nobody takes the lease over between this and the claim.
        lease.renew()
        open_ones = Operation.objects.filter(pk__in=chosen, state__in=Operation.OPEN)
        open_ones.filter(fence__lte=lease.token).update(
            state=State.SENDING, fence=lease.token, attempts=F("attempts") + 1
        )
    claimed = Operation.objects.filter(pk__in=chosen, state=State.SENDING, fence=lease.token)
    return list(claimed.order_by("pk"))


def _next_in_turn(connection_id: int) -> Any:
    """What is due, but for each target only the first: a price does not overtake its new card."""
    of_connection = Operation.objects.filter(connection=connection_id)
    unfinished = of_connection.filter(state__in=Operation.OPEN).order_by()
    firsts = unfinished.values("target").annotate(first=Min("pk")).values("first")
    return of_connection.due(timezone.now()).filter(pk__in=firsts)


def _size(kind: str, failures: int) -> int:
    """What nobody understands may be about one item: each time half as many go with it."""
    return max(SENDERS[Operation.Kind(kind)].batch >> failures, 1)


def _send(
    connection: Connection, lease: leases.ConnectionLease, batch: Sequence[Operation]
) -> tuple[int, bool]:
    """How many are finished, and whether to go on: after an error it had better rest."""
    answers, error = _ask(connection, lease, batch)
    _record(lease, [(one, answers[one.pk]) for one in batch if one.pk in answers])
    if error is None:
        health.note_success(connection)
        return len(answers), True
    _put_off([one for one in batch if one.pk not in answers], error)
    if error.reason != OURS:
        health.note_error(connection, error)
    return len(answers), False


def _ask(
    connection: Connection, lease: leases.ConnectionLease, batch: Sequence[Operation]
) -> tuple[dict[int, ItemResult], MarketplaceError | None]:
    """The answers by operation, and why the others have none. Raises LeaseLost."""
    try:
        with gateway.connector_for(connection, renew=lease.renew) as connector:
            results = SENDERS[Operation.Kind(batch[0].kind)].send(connector, batch)
        return {one.pk: said for one, said in zip(batch, results, strict=True)}, None
    except MarketplaceError as error:
        answers = _answered(batch, error)
        if error.kind != ErrorKind.PERMANENT:
            return answers, error
        # The connector knows no single item at fault: it is said of all of them.
        return {one.pk: _refusal(one, error) for one in batch} | answers, None
    except leases.LeaseLost:
        raise
    except Exception:  # noqa: BLE001  the worker's loop: one broken item must not stop the rest
        logger.exception("operations of connection %s cannot be sent", connection.pk)
        return {}, MarketplaceError("something broke on our side", reason=OURS)


def _answered(batch: Sequence[Operation], error: MarketplaceError) -> dict[int, ItemResult]:
    by_key = {result.key.strip(): result for result in error.answered}
    targets = {one.pk: one.target.strip() for one in batch}
    return {pk: by_key[target] for pk, target in targets.items() if target in by_key}


def _refusal(operation: Operation, error: MarketplaceError) -> ItemResult:
    return ItemResult(operation.target, False, error.code, error.words or error.message)


def _record(lease: leases.ConnectionLease, answers: Iterable[tuple[Operation, ItemResult]]) -> None:
    """Write down what was answered. The fence of each row tells whether it is still ours to."""
    for number, (operation, result) in enumerate(answers):
        if number % EXTEND_EVERY == 0:
            lease.extend()
        if _may_still_appear(operation, result):
            _put_off([operation], _not_there_yet(operation, result))
        else:
            _settle(operation, result)


def _settle(operation: Operation, result: ItemResult) -> None:
    """Finish one operation together with what its owner makes of the answer."""
    state = State.DONE if result.ok else State.REJECTED
    try:
        with transaction.atomic():
            finished = Operation.objects.answerable(operation).update(
                state=state,
                finished_at=timezone.now(),
                error_kind="" if result.ok else ErrorKind.PERMANENT,
                error_reason="",
                error_code=result.code[:60],
                error_message=scrub(result.message)[:1000],
            )
            if finished:
                operation.state = state
                resolve("OPERATION_RESULT", operation.kind)(operation, result)
    except Exception:  # noqa: BLE001  the worker's loop: one broken handler must not stop the rest
        logger.exception("the result of operation %s cannot be recorded", operation.pk)
        _put_off([operation], MarketplaceError("the answer could not be recorded", reason=OURS))


def _put_off(batch: Sequence[Operation], error: MarketplaceError) -> None:
    """No clear answer to these: tell them again later, or ask a person after many tries."""
    if batch:
        promises.keep(batch[0].connection, error)
    parking.drop_outdated(batch)
    is_unclear = error.kind == ErrorKind.INTERNAL
    tired = [one for one in batch if is_unclear and one.failures + 1 >= UNCLEAR_TRIES]
    if tired:
        parking.park(tired, error)
    # What is parked is not held any more.
    for attempts in {one.attempts for one in batch}:
        wait = error.retry_after or _backoff(attempts, LONGEST_WAIT)
        Operation.objects.held(batch).filter(attempts=attempts).update(
            state=State.WAITING,
            due_at=timezone.now() + timedelta(seconds=wait),
            failures=F("failures") + int(is_unclear),
            **parking.stored(error),
        )


def _backoff(attempts: int, longest: float) -> float:
    return min(FIRST_WAIT * 2 ** (attempts - 1), longest)


def _may_still_appear(operation: Operation, result: ItemResult) -> bool:
    """Not known there yet, and its card was taken minutes ago."""
    published = Operation.objects.filter(
        connection=operation.connection_id,
        kind=Operation.Kind.PUBLISH_CARD,
        target=operation.target,
        state=State.DONE,
        finished_at__gt=timezone.now() - APPEARS_WITHIN,
    )
    return result.is_unknown and published.exists()


def _not_there_yet(operation: Operation, result: ItemResult) -> MarketplaceError:
    wait = _backoff(operation.attempts, LOOK_AGAIN)
    return Unavailable(result.message, code=result.code, words=result.message, retry_after=wait)
