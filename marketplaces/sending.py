"""How each kind of operation is said to a marketplace.

No price leaves but through here, and none passes here without `PRICE_GUARD` of the wiring.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from marketplaces import payloads, replying
from marketplaces.connectors.base import Connector
from marketplaces.connectors.conversations import Packing
from marketplaces.connectors.errors import MarketplaceError, Rejected
from marketplaces.connectors.remote import (
    CardDraft,
    ItemResult,
    OrderStatus,
    PriceConfirmation,
    PriceUpdate,
    StockUpdate,
)
from marketplaces.models import Operation
from sellercloudx.lib.wiring import resolve

Kind = Operation.Kind
# The code of a step that stood already when it was looked up.
ALREADY = "already"


def _publish(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    """A card whose price is stopped goes without it."""
    stopped = _stopped(operations)
    return connector.publish_cards([_card(o, has_price=o.pk not in stopped) for o in operations])


def _card(operation: Operation, *, has_price: bool) -> CardDraft:
    card = payloads.load(CardDraft, operation.payload)
    return card if has_price else replace(card, price=None)


def _push_prices(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    stopped = _stopped(operations)
    passed = [payloads.load(PriceUpdate, o.payload) for o in operations if o.pk not in stopped]
    try:
        said = iter(connector.push_prices(passed) if passed else ())
    except MarketplaceError as error:
        error.answered = [*error.answered, *stopped.values()]
        raise
    return [stopped.get(operation.pk) or next(said) for operation in operations]


def _stopped(operations: Sequence[Operation]) -> dict[int, ItemResult]:
    return resolve("PRICE_GUARD", operations[0].kind)(operations)


def _push_stocks(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    return connector.push_stocks([payloads.load(StockUpdate, o.payload) for o in operations])


def _confirm_prices(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    return connector.confirm_prices(
        [payloads.load(PriceConfirmation, o.payload) for o in operations]
    )


def _ship(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    done = {OrderStatus.READY, OrderStatus.SHIPPED, OrderStatus.DELIVERED}
    return [_step(connector, o, done, partial(connector.ship, o.target)) for o in operations]


def _cancel(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    done = {OrderStatus.CANCELLED}
    return [
        _step(connector, o, done, partial(connector.cancel_order, o.target, o.payload["reason"]))
        for o in operations
    ]


def _step(
    connector: Connector,
    operation: Operation,
    wanted: set[OrderStatus],
    say: Callable[[], ItemResult],
) -> ItemResult:
    """A transition is not safe to repeat: after an unclear try, look before saying it again.

    And once more when it is refused: the first try may have arrived late, and the refusal mean
    only that it did.
    """
    was_tried = _was_tried(operation)
    if was_tried and _stands(connector, operation, wanted):
        return ItemResult(operation.target, ok=True, code=ALREADY)
    try:
        result = say()
    except Rejected as error:
        result = ItemResult(operation.target, False, error.code, error.message)
    if was_tried and not result.ok and _stands(connector, operation, wanted):
        return ItemResult(operation.target, ok=True, code=ALREADY)
    return result


def _stands(connector: Connector, operation: Operation, wanted: set[OrderStatus]) -> bool:
    order = next(iter(connector.iter_orders(ids=[operation.target])), None)
    return order is not None and order.status in wanted


def _set_boxes(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    return [
        connector.set_boxes(o.target, payloads.load(Packing, o.payload).boxes) for o in operations
    ]


def _decide(connector: Connector, operations: Sequence[Operation]) -> list[ItemResult]:
    return [_decide_one(connector, operation) for operation in operations]


def _decide_one(connector: Connector, operation: Operation) -> ItemResult:
    """As with a transition: what is refused after an unclear try may have been taken by it."""
    said = operation.payload
    result = connector.decide_return(
        said["order"],
        operation.target,
        items=said["items"],
        decision=said["decision"],
        reason=said["reason"],
        comment=said["comment"],
    )
    if result.ok or operation.attempts < 2:
        return result
    open_still = connector.return_decisions(operation.target)
    return result if open_still else replace(result, ok=True, code="already")


def _was_tried(operation: Operation) -> bool:
    """Whether the marketplace may have taken it, or its like before it, without our knowing."""
    if operation.attempts > 1:
        return True
    return Operation.objects.filter(
        connection=operation.connection_id,
        kind=operation.kind,
        target=operation.target,
        pk__lt=operation.pk,
        attempts__gt=0,
        state__in=(Operation.State.SUPERSEDED, Operation.State.UNTOLD),
    ).exists()


@dataclass(frozen=True)
class Sender:
    send: Callable[[Connector, Sequence[Operation]], list[ItemResult]]
    batch: int


SENDERS = {
    Kind.PUBLISH_CARD: Sender(_publish, 100),
    Kind.PUSH_PRICE: Sender(_push_prices, 500),
    Kind.PUSH_STOCK: Sender(_push_stocks, 2000),
    Kind.CONFIRM_PRICE: Sender(_confirm_prices, 200),
    Kind.SHIP_ORDER: Sender(_ship, 1),
    Kind.CANCEL_ORDER: Sender(_cancel, 1),
    Kind.SEND_REPLY: Sender(replying.send, 1),
    Kind.SET_BOXES: Sender(_set_boxes, 1),
    Kind.DECIDE_RETURN: Sender(_decide, 1),
}
