"""Tells those who pack that an order must be handed over soon: once for each order."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from orders.models import Order
from orders.tabs import TO_PACK
from partners.models import Member, Partner
from partners.services import notices
from sellercloudx.lib.queue import wake

# Long enough to pack a day's parcels and to bring them away.
BEFORE = timedelta(hours=4)
TO_HAND_OVER = "/partner-dashboard/orders/?tab=pack"
# So many numbers are named in one notice.
NAMED = 10


def wake_checks() -> None:
    """Called by the clock: a task for each company with such an order."""
    near = _near().filter(partner__state=Partner.State.APPROVED).order_by("partner")
    for partner in near.values_list("partner", flat=True).distinct():
        wake("orders.services.deadlines.tell", partner)


def tell(partner_pk: int) -> None:
    """All that came near since the last look, in one notice; two who look at once tell once."""
    with transaction.atomic():
        near = _near().filter(partner=partner_pk).select_for_update(no_key=True)
        orders = list(near.order_by("ship_by", "pk"))
        if not orders:
            return
        pks = [order.pk for order in orders]
        Order.objects.filter(pk__in=pks).update(deadline_told_at=timezone.now())
        if len(orders) == 1:
            _tell_of_one(orders[0])
        else:
            _tell_of_many(orders)


def _near() -> QuerySet[Order]:
    now = timezone.now()
    return Order.objects.filter(
        TO_PACK, ship_by__gt=now, ship_by__lte=now + BEFORE, deadline_told_at=None
    )


def _tell_of_one(order: Order) -> None:
    notices.notify_partner(
        order.partner,
        kind="deadline_near",
        data={
            "order": order.pk,
            "shop": order.connection.name,
            "number": order.external_id,
            "until": _clock(order.ship_by),
        },
        url=f"/partner-dashboard/orders/{order.pk}/",
        dedupe=f"deadline:{order.pk}",
        at_least=Member.Role.OPERATOR,
    )


def _tell_of_many(orders: list[Order]) -> None:
    first = orders[0]
    numbers = [order.external_id for order in orders[:NAMED]]
    notices.notify_partner(
        first.partner,
        kind="deadlines_near",
        data={
            "count": len(orders),
            "until": _clock(first.ship_by),
            "numbers": ", ".join(numbers) + ("…" if len(orders) > NAMED else ""),
        },
        url=TO_HAND_OVER,
        dedupe=f"deadline:{first.pk}",
        at_least=Member.Role.OPERATOR,
    )


def _clock(at: datetime | None) -> str:
    """In Tashkent, the same in every language."""
    return f"{timezone.localtime(at):%d.%m %H:%M}"
