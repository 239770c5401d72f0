"""What a seller does with an order. Each step is ours at once and told through the outbox.

Until the marketplace has answered, our word stands over what it said before (transitions.standing).
A cancelled order keeps its pieces until the marketplace agrees: it may refuse, and they are due.
"""

from collections.abc import Sequence

from django.db import transaction

from marketplaces import inbound, outbox
from marketplaces.connectors.base import Capability
from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Connection, Operation
from orders.models import Order, OrderEvent
from orders.services import analytics, marking, reserving, transitions
from orders.services.transitions import IllegalTransition
from partners.models import User
from partners.services import notices

Kind = Operation.Kind
Status = Order.Status
MAY_BE_READY = Order.AWAITING_SHIPMENT
MAY_BE_CANCELLED = Order.ON_THE_SHELF


class CannotTell(Exception):
    """The shop is disconnected, or its marketplace takes no such word from us."""


class LacksCodes(Exception):
    """The marketplace wants marking codes first."""


class NoSuchReason(Exception):
    """The marketplace does not know this reason for a cancellation."""


def can_be_ready(order: Order) -> bool:
    return order.status in MAY_BE_READY and _may_tell(order, Capability.SHIP)


def can_be_cancelled(order: Order) -> bool:
    return (
        order.status in MAY_BE_CANCELLED
        and bool(cancel_reasons(order))
        and _may_tell(order, Capability.CANCEL_ORDER)
    )


def cancel_reasons(order: Order) -> list[str]:
    return list(connector_class(order.connection.marketplace).cancel_reasons)


def _may_tell(order: Order, capability: Capability) -> bool:
    connection = order.connection
    return (
        connection.state != Connection.State.DISCONNECTED
        and order.is_ours_to_pack
        and connector_class(connection.marketplace).supports(capability)
    )


@transaction.atomic
def mark_ready(*, order: Order, by: User) -> Order:
    """The parcel is packed and waits for the carrier.

    Raises IllegalTransition, CannotTell, LacksCodes.
    """
    order = transitions.locked(order.pk)
    if order.status not in MAY_BE_READY:
        raise IllegalTransition(order.status)
    if not _may_tell(order, Capability.SHIP):
        raise CannotTell
    if marking.lacks_codes(order):
        raise LacksCodes
    with analytics.counted(order):
        step = transitions.move(order, Status.READY, by=by)
    _say(order, Kind.SHIP_ORDER, {"order_id": order.external_id}, step, by)
    return order


@transaction.atomic
def cancel(*, order: Order, by: User, reason: str, pieces_are_gone: bool = False) -> Order:
    """Call the order off. `pieces_are_gone`: they leave the stock, once the marketplace agrees.

    Raises IllegalTransition, CannotTell, NoSuchReason.
    """
    order = transitions.locked(order.pk)
    if order.status not in MAY_BE_CANCELLED:
        raise IllegalTransition(order.status)
    if not _may_tell(order, Capability.CANCEL_ORDER):
        raise CannotTell
    if reason not in cancel_reasons(order):
        raise NoSuchReason(reason)
    with analytics.counted(order):
        step = transitions.move(order, Status.CANCELLED, by=by, detail=reason)
    payload = {
        "order_id": order.external_id,
        "reason": reason,
        "pieces_are_gone": pieces_are_gone,
    }
    _say(order, Kind.CANCEL_ORDER, payload, step, by)
    return order


def _say(order: Order, kind: str, payload: dict[str, object], step: OrderEvent, by: User) -> None:
    outbox.add(
        connection=order.connection,
        kind=kind,
        target=order.external_id,
        subject=order.subject,
        payload=payload,
        # One for each step: a refused one may be taken again.
        dedupe=f"{kind}:{order.pk}:{step.pk}",
        requested_by=by,
    )


def on_ship_result(operation: Operation, result: ItemResult) -> None:
    order = _answered(operation, result)
    _settle(order)


def on_cancel_result(operation: Operation, result: ItemResult) -> None:
    order = _answered(operation, result)
    _settle(order)
    is_agreed = result.ok or order.remote_status == Status.CANCELLED
    if is_agreed and order.status == Status.CANCELLED:
        reserving.let_go(order)


def _answered(operation: Operation, result: ItemResult) -> Order:
    """Keep the answer on the order's timeline; a refusal is told to people, too."""
    order, status = _order_of(operation), _leads_to(operation)
    if result.ok:
        transitions.note(order, OrderEvent.Kind.TOLD, after=status)
        return order
    words = (result.message or result.code)[:1000]
    transitions.note(order, OrderEvent.Kind.REFUSED, after=status, detail=words)
    notices.notify_partner(
        order.partner,
        kind="order_refused",
        data={
            "shop": order.connection.name,
            "number": order.external_id,
            "reason": words[:300],
        },
        url=f"/partner-dashboard/orders/{order.pk}/",
        dedupe=f"order_refused:{operation.pk}",
    )
    return order


def _settle(order: Order, *, by: User | None = None) -> None:
    """Where the order stands by what was told and answered; a refused step is taken back."""
    with analytics.counted(order):
        if (status := transitions.standing(order)) != order.status:
            transitions.move(order, status, by=by)
        reserving.settle(order)


def on_steps_parked(operations: Sequence[Operation], by: User | None) -> None:
    """Nobody knows whether they were taken: the marketplace's word stands, and is asked for."""
    for operation in operations:
        order = _order_of(operation)
        is_parked = operation.state == Operation.State.PARKED
        kind = OrderEvent.Kind.UNCLEAR if is_parked else OrderEvent.Kind.UNTOLD
        transitions.note(order, kind, after=_leads_to(operation), by=by)
        _settle(order)
        if is_parked:
            _tell_of_parked(order, operation)
            inbound.hurry(order.connection)


def on_step_retried(operation: Operation, by: User) -> None:
    """Our word stands again while it is under way."""
    _settle(_order_of(operation), by=by)


def _tell_of_parked(order: Order, operation: Operation) -> None:
    notices.notify_partner(
        order.partner,
        kind="order_unclear",
        data={"shop": order.connection.name, "number": order.external_id},
        url=f"/partner-dashboard/orders/{order.pk}/",
        dedupe=f"order_unclear:{operation.pk}:{operation.attempts}",
    )


def _order_of(operation: Operation) -> Order:
    return transitions.locked(int(operation.subject.removeprefix("order:")))


def _leads_to(operation: Operation) -> Order.Status:
    return transitions.LEADS_TO[Kind(operation.kind)]
