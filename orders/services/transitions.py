"""Where an order stands, and how it moves. Every function expects the order's row locked."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from marketplaces.models import Operation
from orders.models import Order, OrderEvent
from partners import audit
from partners.models import User

Status = Order.Status
# What we say to a marketplace -> the status it leads to.
LEADS_TO = {
    Operation.Kind.SHIP_ORDER: Status.READY,
    Operation.Kind.CANCEL_ORDER: Status.CANCELLED,
}
# The statuses each of these is ahead of: only over them does our word stand.
AHEAD_OF = {
    Status.READY: Order.AWAITING_SHIPMENT,
    Status.CANCELLED: Order.ON_THE_SHELF,
}
# An answer may have been on its way while the marketplace took our word, and says what was before.
# So long after it took it, such an answer is not believed; the next ones are.
GRACE = timedelta(minutes=5)


class IllegalTransition(Exception):
    """The order is not where this can be done any more."""


def locked(pk: int) -> Order:
    """The order as it is now, and nobody else changes it until the end of the transaction."""
    orders = Order.objects.select_for_update(of=("self",))
    return orders.select_related("connection", "partner").get(pk=pk)


def standing(order: Order) -> str:
    """The marketplace's word, unless ours is ahead of it and under way or just taken."""
    for kind in told(order):
        status = LEADS_TO[Operation.Kind(kind)]
        if order.remote_status in AHEAD_OF[status]:
            return status
    return order.remote_status


def told(order: Order) -> list[str]:
    """Kinds of what we are telling about the order or have just told, newest first."""
    fresh = Q(state=Operation.State.DONE, finished_at__gt=timezone.now() - GRACE)
    operations = Operation.objects.filter(subject=order.subject, kind__in=LEADS_TO)
    standing = operations.filter(Q(state__in=Operation.OPEN) | fresh)
    return list(standing.order_by("-pk").values_list("kind", flat=True))


def last_cancellation(order: Order) -> Operation | None:
    """What we last said about calling the order off."""
    said = Operation.objects.filter(subject=order.subject, kind=Operation.Kind.CANCEL_ORDER)
    return said.order_by("-pk").first()


def move(order: Order, to: str, *, by: User | None = None, detail: str = "") -> OrderEvent:
    """Put the order into another status, with event and audit. Raises IllegalTransition."""
    before = order.status
    if not Order.objects.filter(pk=order.pk, status=before).update(status=to):
        raise IllegalTransition(f"order {order.pk} is not {before} any more")
    order.status = to
    audit.record(
        "ORDER_STATUS_CHANGED",
        partner=order.partner,
        actor=by,
        entity=order,
        before={"status": before},
        after={"status": to, "number": order.external_id},
    )
    return note(order, OrderEvent.Kind.STATUS, before=before, after=to, detail=detail, by=by)


def note(
    order: Order,
    kind: str,
    *,
    before: str = "",
    after: str = "",
    detail: str = "",
    by: User | None = None,
) -> OrderEvent:
    return OrderEvent.objects.create(
        order=order, kind=kind, before=before, after=after, detail=detail[:1000], actor=by
    )
