"""Orders as marketplaces tell of them. Told twice, late or out of turn, the result is the same."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.utils import timezone

from marketplaces.connectors.remote import RemoteOrder
from marketplaces.models import Connection, Operation
from orders.models import Order
from orders.services import analytics, changes, lines, opening, reserving, transitions
from orders.services.news import facts, storable, without_personal_data
from partners.services import notices

logger = logging.getLogger(__name__)

# Marketplaces answer about their recent orders; what is older is not asked for any more.
REREAD_FOR = timedelta(days=90)
REREAD_AT_MOST = 2000
UNSTORABLE = (DataError, IntegrityError, OverflowError, lines.Unstorable)


def receive_orders(connection: Connection, orders: Iterable[RemoteOrder]) -> None:
    """Take in what a marketplace says: new orders together, each change in its own transaction.

    The same as if each came alone, in their order.
    """
    batch = list(orders)
    known = _known(connection, batch)
    met, new = set(known), list[RemoteOrder]()
    for remote in batch:
        number = storable(remote.external_id, 60)
        if number not in met:
            met.add(number)
            new.append(remote)
        elif number not in known or _is_news(known[number], remote):
            _receive_new(connection, new)
            new = []
            _receive(connection, remote)
    _receive_new(connection, new)


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
    numbers = [storable(remote.external_id, 60) for remote in batch]
    stored = Order.objects.filter(connection=connection, external_id__in=numbers)
    return {order.external_id: order for order in stored.defer("raw")}


def _is_news(order: Order, remote: RemoteOrder) -> bool:
    """Whether this says anything we do not know. Older news than what we have never does."""
    if remote.updated_at < order.changed_at:
        return False
    # While our word is ahead of theirs, each answer is a reason to look whether it still stands.
    is_settled = order.status == order.remote_status
    return not is_settled or any(getattr(order, k) != v for k, v in facts(remote).items())


def _receive_new(connection: Connection, batch: Sequence[RemoteOrder]) -> None:
    """Together, or where that cannot be, each alone."""
    if len(batch) > 1:
        try:
            with transaction.atomic():
                opened = opening.open_orders(connection, batch)
        except (*UNSTORABLE, OperationalError):
            logger.warning("%d new orders are stored one by one", len(batch), exc_info=True)
        else:
            batch = [one for one in batch if storable(one.external_id, 60) not in opened]
    for remote in batch:
        _receive(connection, remote)


def _receive(connection: Connection, remote: RemoteOrder) -> None:
    """One order, whether we know it or not."""
    try:
        with transaction.atomic():
            order = _locked(connection, remote)
            if order is None and not opening.open_orders(connection, [remote]):
                # Somebody else was faster.
                order = _locked(connection, remote)
            if order is not None and _is_news(order, remote):
                _take_over(order, remote)
    except UNSTORABLE:
        # One order that no column can hold must not keep back the others.
        logger.exception("order %s cannot be stored", remote.external_id)


def _locked(connection: Connection, remote: RemoteOrder) -> Order | None:
    known = Order.objects.select_for_update(of=("self",)).filter(
        connection=connection, external_id=storable(remote.external_id, 60)
    )
    if order := known.first():
        order.connection, order.partner = connection, connection.partner
    return order


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
