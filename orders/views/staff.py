"""What all partners sold, day by day."""

from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.models import Connection
from orders import periods
from orders.models import DailyAnalytics
from orders.models.analytics import WHOLE_SHOP
from partners.access import staff_required
from partners.models import Partner


@staff_required(permission="orders.view_dailyanalytics")
@require_GET
def analytics(request):
    period = periods.Period.asked_for(request.GET.get("days", ""))
    is_real_only = request.GET.get("sandbox") == "without"
    rows = DailyAnalytics.objects.all()
    if is_real_only:
        rows = rows.filter(connection__is_sandbox=False)
    names = {slug: connector_class(slug).name for slug in CONNECTORS}
    blocks = periods.blocks(rows, period, by="connection__marketplace", names=names)
    best = _best_partners(rows.filter(product_id=WHOLE_SHOP), period)
    for block in blocks:
        block.best = [row for row in best if row["currency"] == block.currency]
    context = {
        "period": period,
        "choices": periods.CHOICES,
        "blocks": blocks,
        "states": _states(),
        "is_real_only": is_real_only,
        "has_sandbox_shops": Connection.objects.filter(is_sandbox=True).exists(),
    }
    return render(request, "orders/staff_analytics.html", context)


def _states() -> list[dict]:
    counts = dict(Partner.objects.values_list("state").annotate(Count("pk")).order_by())
    return [
        {
            "label": state.label,
            "count": counts.get(state, 0),
            "url": f"{reverse('partners:staff_list')}?state={state}",
        }
        for state in Partner.State
    ]


def _best_partners(rows, period) -> list[dict]:
    best = periods.top(rows, period, by="partner", told="partner__company_name")
    for row in best:
        row |= {
            "name": row["partner__company_name"],
            "url": reverse("pages:partner", args=[row["partner"]]),
        }
    return best
