"""Boxes of an order and the marking codes of its pieces (Asl Belgisi, Chestny Znak)."""

import re
import uuid
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet

from marketplaces import gateway, outbox, payloads
from marketplaces.connectors.base import Capability
from marketplaces.connectors.conversations import BoxItem, Packing
from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Connection, Operation
from orders.models import MarkingCode, Order, OrderLine
from orders.services import transitions
from partners import audit
from partners.models import User
from partners.services import notices

State = MarkingCode.State
# GS1 Data Matrix: a product's number, its serial, and behind a separator what the state signed.
SEPARATOR = "\x1d"
CODE = re.compile(r"01(\d{14})21([!-~]{6,20})(\x1d[ -~\x1d]{1,150})?")
# What scanners put before a code, and how they show the separator.
_PREFIX = re.compile(r"^(\]d2|\]C1|\x1d|\xe8)+")
_SHOWN = re.compile(r"<GS>|\\x1d|\\u001d|␝", re.IGNORECASE)
ANSWERS = {"OK": State.GOOD, "FAILED": State.BAD, "INVALID": State.BAD}


class CannotPack(Exception):
    """The order has moved on, or its shop takes no boxes from us."""


class CodeTaken(Exception):
    """A code stands on another piece."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def tidy(scanned: str) -> str:
    """A code as it is printed, whatever the scanner made of it."""
    return _SHOWN.sub(SEPARATOR, _PREFIX.sub("", scanned.strip(" \t\r\n")))


def is_code(code: str) -> bool:
    found = CODE.fullmatch(code)
    return found is not None and _has_check_digit(found[1])


def _has_check_digit(number: str) -> bool:
    total = sum(int(n) * (3 if i % 2 == 0 else 1) for i, n in enumerate(number[:-1]))
    return (10 - total % 10) % 10 == int(number[-1])


def can_pack(order: Order) -> bool:
    connection = order.connection
    return (
        order.status in Order.AWAITING_SHIPMENT
        and order.is_ours_to_pack
        and connection.state != Connection.State.DISCONNECTED
        and connector_class(connection.marketplace).supports(Capability.SET_BOXES)
    )


def lacks_codes(order: Order) -> bool:
    """Whether the marketplace wants a code that we have not sent, or has refused one."""
    good = Count("codes", filter=Q(codes__state__in=(State.SENT, State.GOOD)))
    marked = order.lines.filter(needs_codes=True).annotate(good=good)
    return marked.filter(good__lt=F("quantity")).exists()


@transaction.atomic
def pack(
    *, order: Order, by: User, boxes: Mapping[int, int], codes: Mapping[int, Sequence[str]]
) -> None:
    """Into which box each line goes, and its codes; told through the outbox.

    By the lines' numbers. Raises CannotPack, CodeTaken.
    """
    order = transitions.locked(order.pk)
    if not can_pack(order):
        raise CannotPack
    lines = list(order.lines.filter(quantity__gt=0).order_by("pk"))
    for line in lines:
        line.box = boxes.get(line.pk, 1)
        line.save(update_fields=["box"])
        _set_codes(order, line, codes.get(line.pk, ()), by)
    audit.record("ORDER_PACKED", partner=order.partner, actor=by, entity=order)
    outbox.add(
        connection=order.connection,
        kind=Operation.Kind.SET_BOXES,
        target=order.external_id,
        subject=order.subject,
        payload=payloads.dump(Packing(_boxes(lines, codes))),
        dedupe=f"set_boxes:{order.pk}:{uuid.uuid4().hex}",
        requested_by=by,
    )


def _set_codes(order: Order, line: OrderLine, codes: Sequence[str], by: User) -> None:
    """Exactly these; they are on their way to be checked anew."""
    line.codes.exclude(code__in=codes).delete()
    line.codes.update(state=State.SENT, detail="")
    known = set(line.codes.values_list("code", flat=True))
    for code in codes:
        if code in known:
            continue
        made = MarkingCode(
            partner=order.partner, line=line, code=code, state=State.SENT, added_by=by
        )
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError as error:
            raise CodeTaken(code) from error


def _boxes(
    lines: Sequence[OrderLine], codes: Mapping[int, Sequence[str]]
) -> tuple[tuple[BoxItem, ...], ...]:
    """Boxes in the order of their numbers; a number nobody uses is no box."""
    packed: dict[int, list[BoxItem]] = {}
    for line in lines:
        item = BoxItem(line.external_id, line.quantity, tuple(codes.get(line.pk, ())))
        packed.setdefault(line.box, []).append(item)
    return tuple(tuple(packed[number]) for number in sorted(packed))


def look(order: Order, *, within: float) -> None:
    """Ask what the check of the codes came to. Raises MarketplaceError."""
    sent = MarkingCode.objects.filter(line__order=order, state=State.SENT)
    if not sent.exists():
        return
    with gateway.connector_for(order.connection, within=within) as connector:
        said = connector.marking_answers(order.external_id)
    for one in sent:
        status, reason = said.get(one.code, ("", ""))
        if status in ANSWERS:
            MarkingCode.objects.filter(pk=one.pk, state=State.SENT).update(
                state=ANSWERS[status], detail=reason[:300]
            )


# --- What became of it ---


def _order_of(operation: Operation) -> Order:
    return transitions.locked(int(operation.subject.removeprefix("order:")))


def on_result(operation: Operation, result: ItemResult) -> None:
    if result.ok:
        return
    order = _order_of(operation)
    words = (result.message or result.code)[:300]
    _codes_of(order).update(state=State.BAD, detail=words)
    notices.notify_partner(
        order.partner,
        kind="boxes_refused",
        data={"shop": order.connection.name, "number": order.external_id, "reason": words},
        url=f"/partner-dashboard/orders/{order.pk}/codes/",
        dedupe=f"boxes_refused:{operation.pk}",
    )


def _codes_of(order: Order) -> QuerySet[MarkingCode]:
    return MarkingCode.objects.filter(line__order=order)


def on_parked(operations: Sequence[Operation], by: User | None) -> None:
    """Nobody knows whether they were taken: they may be sent again at any time."""
    for operation in operations:
        _codes_of(_order_of(operation)).update(state=State.NEW)


def on_retried(operation: Operation, by: User) -> None:
    _codes_of(_order_of(operation)).update(state=State.SENT)
