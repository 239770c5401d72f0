"""Orders as marketplaces tell of them. Told twice, late or out of turn, the result is the same."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import DataError, transaction
from django.utils import timezone

from marketplaces.connectors.remote import RemoteOrder
from marketplaces.models import Connection, Operation
from orders.models import Order, OrderEvent
from orders.services import analytics, changes, lines, reserving, transitions
from orders.services.news import facts, storable, without_personal_data
from partners.services import notices
from sellercloudx.lib.formats import NOTHING
from sellercloudx.lib.money import in_groups

logger = logging.getLogger(__name__)

# Marketplaces answer about their recent orders; what is older is not asked for any more.
REREAD_FOR = timedelta(days=90)
REREAD_AT_MOST = 2000


def receive_orders(connection: Connection, orders: Iterable[RemoteOrder]) -> None:
    """Take in what a marketplace says, each order in a transaction of its own."""
    batch = list(orders)
    known = _known(connection, batch)
    for remote in batch:
        order = known.get(remote.external_id)
        if order is None or _is_news(order, remote):
            _receive(connection, remote)


def open_order_ids(connection: Connection) -> list[str]:
    """Orders that may still change: asked for by number, the longest silent first."""
    since = timezone.now() - REREAD_FOR
    waiting = Order.objects.filter(connection=connection, ordered_at__gte=since).exclude(
        remote_status__in=Order.CLOSED
    )
    numbers = waiting.order_by("changed_at", "pk").values_list("external_id", flat=True)
    return list(numbers[:REREAD_AT_MOST])


def held_between(connection: Connection, start: datetime, end: datetime) -> set[str]:
    """Numbers of the orders we hold that were made then; the end is not part of it."""
    held = Order.objects.filter(
        connection=connection, ordered_at__gte=start, ordered_at__lt=end
    ).order_by()
    return set(held.values_list("external_id", flat=True))


def _known(connection: Connection, batch: Sequence[RemoteOrder]) -> dict[str, Order]:
    numbers = [remote.external_id for remote in batch]
    stored = Order.objects.filter(connection=connection, external_id__in=numbers)
    return {order.external_id: order for order in stored.defer("raw")}


def _is_news(order: Order, remote: RemoteOrder) -> bool:
    """Whether this says anything we do not know. Older news than what we have never does."""
    if remote.updated_at < order.changed_at:
        return False
    # While our word is ahead of theirs, each answer is a reason to look whether it still stands.
    is_settled = order.status == order.remote_status
    return not is_settled or any(getattr(order, k) != v for k, v in facts(remote).items())


def _receive(connection: Connection, remote: RemoteOrder) -> None:
    try:
        with transaction.atomic():
            order, is_new = Order.objects.select_for_update(of=("self",)).get_or_create(
                connection=connection,
                external_id=storable(remote.external_id, 60),
                defaults=_first_facts(connection, remote),
            )
            order.connection, order.partner = connection, connection.partner
            if is_new:
                _open(order, remote)
            elif _is_news(order, remote):
                _take_over(order, remote)
    except (DataError, OverflowError, lines.Unstorable):
        # One order that no column can hold must not keep back the others.
        logger.exception("order %s cannot be stored", remote.external_id)


def _first_facts(connection: Connection, remote: RemoteOrder) -> dict[str, object]:
    return {
        "partner_id": connection.partner_id,
        "status": remote.status.value,
        # What the shop sells in, until the marketplace states a sum.
        "currency": connection.currency,
        "ordered_at": remote.created_at,
        "raw": without_personal_data(remote.raw),
        **facts(remote),
    }


def _open(order: Order, remote: RemoteOrder) -> None:
    transitions.note(order, OrderEvent.Kind.RECEIVED, after=order.status)
    lines.take_over(order, remote.lines)
    changes.note_first_ask(order)
    reserving.settle(order)
    analytics.apply(order.partner_id, before={}, after=analytics.share_of(order))
    if order.status in Order.AWAITING_SHIPMENT and _is_since_connected(order):
        _tell(order)


def _is_since_connected(order: Order) -> bool:
    """A shop that has just been connected brings a month of orders nobody calls new."""
    return order.ordered_at >= order.connection.created_at


def _take_over(order: Order, remote: RemoteOrder) -> None:
    with analytics.counted(order):
        with changes.noted(order):
            _overwrite(order, remote)
        if (status := transitions.standing(order)) != order.status:
            before = order.status
            transitions.move(order, status)
            _tell_of_cancellation(order, before)
        reserving.settle(order)


def _tell_of_cancellation(order: Order, before: str) -> None:
    """Somebody else called off what we had to pack. Our own word comes before theirs."""
    if (
        order.status == Order.Status.CANCELLED
        and before in Order.ON_THE_SHELF
        and order.is_ours_to_pack
        and not _is_called_off_by_us(order)
    ):
        notices.notify_partner(
            order.partner,
            kind="order_cancelled",
            data={"shop": order.connection.name, "number": order.external_id},
            url=f"/partner-dashboard/orders/{order.pk}/",
            dedupe=f"order_cancelled:{order.pk}",
        )


def _is_called_off_by_us(order: Order) -> bool:
    said = transitions.last_cancellation(order)
    return said is not None and said.state not in (
        Operation.State.REJECTED,
        Operation.State.UNTOLD,
    )


def _overwrite(order: Order, remote: RemoteOrder) -> None:
    order.raw = without_personal_data(remote.raw)
    known = facts(remote)
    for name, value in known.items():
        setattr(order, name, value)
    order.save(update_fields=["raw", *known])
    lines.take_over(order, remote.lines)


def _sum(total: Decimal | None) -> str:
    return NOTHING if total is None else in_groups(total)


def _tell(order: Order) -> None:
    goods = ", ".join(f"{line.quantity} × {line.name}" for line in order.lines.order_by("pk"))
    notices.notify_partner(
        order.partner,
        kind="new_order",
        data={
            "order": order.pk,
            "shop": order.connection.name,
            "number": order.external_id,
            "goods": goods[:200],
            "total": _sum(order.total),
            "currency": order.currency,
        },
        url=f"/partner-dashboard/orders/{order.pk}/",
        dedupe=f"new_order:{order.pk}",
    )
