"""The outbox: what marketplaces must be told, and the telling of it.

A service adds an operation in its own transaction. A worker takes a lease on the connection, sends
what is due in batches, and writes one result per item. A worker that dies leaves `sending` rows;
the next one finds them when the lease runs out.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from marketplaces import breakers, caps, gateway, health, leases, parking, setbacks
from marketplaces.connectors.errors import Held, MarketplaceError
from marketplaces.connectors.errors import Kind as ErrorKind
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Breaker, Connection, Operation
from marketplaces.sending import ALREADY, SENDERS
from partners import request_context
from sellercloudx.lib.queue import wake
from sellercloudx.lib.redact import scrub
from sellercloudx.lib.wiring import resolve

logger = logging.getLogger(__name__)

State = Operation.State
OURS = "ours"
# A round of one shop ends at either, and the shop goes to the end of the queue: however much it has
# to tell, another's single price waits no longer than a round of each shop before it.
ROUND_BATCHES = 20
ROUND_SECONDS = 3
# So many, and the kind rests until the next round. One may be the fault of what was sent, or mere
# chance: where one call in three fails, orders that go one by one would take a round for each two.
ERRORS_IN_A_ROW = 2
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
    waiting = (*Operation.OPEN, State.PARKED, State.HELD, State.REHEARSED)
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
    held = Breaker.objects.filter(breakers.holding()).values("pk")
    for pk in waiting.exclude(pk__in=held).values_list("pk", flat=True):
        wake("marketplaces.outbox.drain", pk)


def drain(connection_id: int) -> int:
    """Send what is due on a connection, a round of it; the number of operations finished."""
    if breakers.is_held(connection_id):
        return 0
    lease = leases.take_connection(connection_id)
    if lease is None:
        return 0
    round_ = _Round(lease)
    try:
        round_.run()
    except leases.LeaseLost:
        logger.warning("connection %s is left: taken over, or out of use", connection_id)
    finally:
        lease.release()
    if round_.is_cut:
        wake("marketplaces.outbox.drain", connection_id)
    return round_.finished


class _Round:
    """What one lease is used for: batch after batch, until nothing is due or others should turn."""

    def __init__(self, lease: leases.ConnectionLease):
        self.lease = lease
        self.connection = Connection.objects.select_related("partner").get(pk=lease.connection_id)
        self.finished, self.is_cut = 0, False
        # After errors in a row a kind had better rest; another may well be taken.
        self.errors: Counter[str] = Counter()

    def run(self) -> None:
        ends = timezone.now() + timedelta(seconds=ROUND_SECONDS)
        for _ in range(ROUND_BATCHES):
            batch = _claim(self.lease, [k for k, n in self.errors.items() if n >= ERRORS_IN_A_ROW])
            if not batch or not self._send(batch):
                return
            if timezone.now() >= ends:
                break
        self.is_cut = True

    def _send(self, batch: Sequence[Operation]) -> bool:
        """Whether to go on."""
        batch = caps.let_out(self.connection, batch)
        if not batch:
            return True
        answers, error = _ask(self.connection, self.lease, batch)
        told = [(one, answers[one.pk]) for one in batch if one.pk in answers]
        _record(self.lease, told, is_rehearsal=self.connection.is_rehearsal)
        self.finished += len(answers)
        if error is None:
            del self.errors[batch[0].kind]
            if not self.connection.is_rehearsal:
                health.note_success(self.connection)
            return True
        setbacks.put_off([one for one in batch if one.pk not in answers], error)
        if error.reason != OURS:
            health.note_error(self.connection, error)
        self.errors[batch[0].kind] += 1
        return error.kind != ErrorKind.CONFIG and not isinstance(error, Held)


def _claim(lease: leases.ConnectionLease, resting: Collection[str] = ()) -> list[Operation]:
    """The oldest due operations of one kind, now marked as being sent under this lease.

    Raises LeaseLost.
    """
    due = _next_in_turn(lease.connection_id).exclude(kind__in=resting)
    first = due.order_by("pk").values_list("kind", "failures").first()
    if first is None:
        return []
    kind, failures = first
    alike = due.filter(kind=kind).order_by("pk").values_list("pk", flat=True)
    chosen = list(alike[: _size(kind, failures)])
    with transaction.atomic():
        # Holds the connection's row: nobody takes the lease over between this and the claim.
        lease.renew()
        open_ones = Operation.objects.filter(
            pk__in=chosen, state__in=Operation.OPEN, fence__lte=lease.token
        )
        # Whoever holds some of them is about to replace them, and may wait for others of them: we
        # wait for nobody here, or we would wait for each other.
        free = open_ones.select_for_update(skip_locked=True).values_list("pk", flat=True)
        Operation.objects.filter(pk__in=list(free)).update(
            state=State.SENDING, fence=lease.token, attempts=F("attempts") + 1
        )
    claimed = Operation.objects.filter(pk__in=chosen, state=State.SENDING, fence=lease.token)
    return list(claimed.order_by("pk"))


def _next_in_turn(connection_id: int) -> Any:
    """What is due, but for each target only the first: a price does not overtake its new card."""
    unfinished = Operation.objects.filter(state__in=Operation.OPEN)
    # Asked row by row, so that a long queue is not looked through for each batch of it.
    earlier = unfinished.filter(
        connection=OuterRef("connection"), target=OuterRef("target"), pk__lt=OuterRef("pk")
    )
    of_connection = Operation.objects.filter(connection=connection_id)
    return of_connection.due(timezone.now()).filter(~Exists(earlier))


def _size(kind: str, failures: int) -> int:
    """What nobody understands may be about one item: each time half as many go with it."""
    return max(SENDERS[Operation.Kind(kind)].batch >> failures, 1)


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


def _record(
    lease: leases.ConnectionLease,
    answers: Iterable[tuple[Operation, ItemResult]],
    *,
    is_rehearsal: bool,
) -> None:
    """Write down what was answered. The fence of each row tells whether it is still ours to."""
    for number, (operation, result) in enumerate(answers):
        if number % EXTEND_EVERY == 0:
            lease.extend()
        if setbacks.may_still_appear(operation, result):
            setbacks.put_off([operation], setbacks.not_there_yet(operation, result))
        elif is_rehearsal and result.ok and result.code != ALREADY:
            # Nobody was told. A refusal is our own, and a step that stands already was read.
            parking.set_aside([operation], State.REHEARSED)
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
        error = MarketplaceError("the answer could not be recorded", reason=OURS)
        setbacks.put_off([operation], error)
