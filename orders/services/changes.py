"""What else a marketplace changed of an order: its goods, its sums, and what its buyer asks.

Each change is an event of the order; all of one answer together are one row of the audit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from orders.models import Order, OrderEvent
from orders.services import transitions
from partners import audit
from partners.services import notices

Kind = OrderEvent.Kind
ASKED, WITHDRAWN = "asked", "withdrawn"


@dataclass(frozen=True)
class Goods:
    sku: str = ""
    quantity: int = 0
    total: Decimal | None = Decimal(0)


@dataclass(frozen=True)
class Change:
    kind: str
    before: str
    after: str
    # The SKU, where it is about a line.
    detail: str = ""


@contextmanager
def noted(order: Order) -> Iterator[None]:
    """Write down whatever changes inside. The order's row must be locked."""
    goods, total, asked = _goods(order), order.total, order.cancel_requested
    yield
    changes = list(_of_goods(goods, _goods(order)))
    if order.total != total:
        changes.append(Change(Kind.TOTAL, _sum(total), _sum(order.total)))
    if order.cancel_requested != asked:
        changes.append(Change(Kind.CANCEL_ASK, *_asks(asked, order.cancel_requested)))
    _write(order, changes)


def note_first_ask(order: Order) -> None:
    """An order may come with its buyer's request to cancel it."""
    if order.cancel_requested:
        _write(order, [Change(Kind.CANCEL_ASK, "", ASKED)])


def _goods(order: Order) -> dict[str, Goods]:
    lines = order.lines.order_by("pk")
    return {line.external_id: Goods(line.sku, line.quantity, line.total) for line in lines}


def _of_goods(before: dict[str, Goods], after: dict[str, Goods]) -> Iterator[Change]:
    for key, now in after.items():
        was = before.get(key, Goods(now.sku))
        if (was.sku, was.quantity) != (now.sku, now.quantity):
            yield Change(Kind.GOODS, str(was.quantity), str(now.quantity), now.sku)
        elif was.total != now.total:
            yield Change(Kind.SUM, _sum(was.total), _sum(now.total), now.sku)


def _sum(value: Decimal | None) -> str:
    """Nothing where the marketplace states no sum."""
    return "" if value is None else f"{value:.2f}"


def _asks(before: bool, after: bool) -> tuple[str, str]:
    return (ASKED if before else "", ASKED if after else WITHDRAWN)


def _write(order: Order, changes: list[Change]) -> None:
    if not changes:
        return
    for change in changes:
        event = transitions.note(
            order, change.kind, before=change.before, after=change.after, detail=change.detail
        )
        if change.after == ASKED:
            _tell(order, event)
    audit.record(
        "ORDER_CHANGED",
        partner=order.partner,
        entity=order,
        before={"changes": [[c.kind, c.detail, c.before] for c in changes]},
        after={
            "changes": [[c.kind, c.detail, c.after] for c in changes],
            "number": order.external_id,
        },
    )


def _tell(order: Order, event: OrderEvent) -> None:
    """Somebody has to decide, before the parcel leaves if it can be."""
    if not order.is_asked_to_cancel:
        return
    notices.notify_partner(
        order.partner,
        kind="order_cancel_asked",
        data={"shop": order.connection.name, "number": order.external_id},
        url=f"/partner-dashboard/orders/{order.pk}/",
        dedupe=f"order_cancel_asked:{event.pk}",
    )
