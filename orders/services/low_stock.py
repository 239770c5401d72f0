"""Tells that a product runs out: once when it comes so far, and again only after it recovered."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from orders.models import DailyAnalytics
from orders.services import running_out
from orders.services.analytics import day_of
from orders.services.running_out import Left
from partners.models import Partner
from partners.services import notices
from products.models import Product
from sellercloudx.lib.queue import wake

# More days than are worth a word: or a pace that changes a little would tell of it every day.
RECOVERED = running_out.SOON + 3
# So many names stand in one notice.
NAMED = 5


def wake_checks() -> None:
    """Called by the clock: a task for each company that has sold something lately."""
    since = day_of(timezone.now()) - timedelta(days=running_out.LOOKED_AT)
    sold = DailyAnalytics.objects.filter(day__gt=since, partner__state=Partner.State.APPROVED)
    for partner in sold.order_by("partner").values_list("partner", flat=True).distinct():
        wake("orders.services.low_stock.tell", partner)


def tell(partner_pk: int) -> None:
    """All that fell so far since the last look, in one notice; two who look at once tell once."""
    partner = Partner.objects.get(pk=partner_pk)
    low = running_out.within(partner, RECOVERED) or []
    with transaction.atomic():
        _forget_recovered(partner, low)
        fallen = [left for left in low if left.days <= running_out.SOON and _is_news(left.product)]
        if len(fallen) == 1:
            _tell_of_one(partner, fallen[0])
        elif fallen:
            _tell_of_many(partner, fallen)


def _forget_recovered(partner: Partner, low: list[Left]) -> None:
    told = Product.objects.for_partner(partner).exclude(low_told_at=None)
    told.exclude(pk__in=[left.product.pk for left in low]).update(low_told_at=None)


def _is_news(product: Product) -> bool:
    """By the row itself, for whoever comes first."""
    untold = Product.objects.filter(pk=product.pk, low_told_at=None)
    return bool(untold.update(low_told_at=timezone.now()))


def _tell_of_one(partner: Partner, left: Left) -> None:
    notices.notify_partner(
        partner,
        kind="low_stock" if left.available > 0 else "out_of_stock",
        data={"product": left.product.name, "pieces": left.available, "days": left.days},
        url=f"/partner-dashboard/products/{left.product.pk}/",
        dedupe=_dedupe(left),
    )


def _tell_of_many(partner: Partner, fallen: list[Left]) -> None:
    names = "; ".join(f"{left.product.name} ({max(left.available, 0)})" for left in fallen[:NAMED])
    notices.notify_partner(
        partner,
        kind="low_stocks",
        data={"count": len(fallen), "names": names + ("…" if len(fallen) > NAMED else "")},
        url="/partner-dashboard/products/",
        dedupe=_dedupe(fallen[0]),
    )


def _dedupe(left: Left) -> str:
    """Of this fall; the row says that there is one."""
    return f"low_stock:{left.product.pk}:{timezone.now():%Y-%m-%d-%H%M%S%f}"
