"""What a partner sold, day by day."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from orders import freshness, periods
from orders.models import DailyAnalytics
from orders.models.analytics import WHOLE_SHOP
from partners.access import partner_required
from products.models import Product


@partner_required
@require_GET
def analytics(request):
    period = periods.Period.asked_for(request.GET.get("days", ""))
    rows = DailyAnalytics.objects.for_partner(request.partner)
    shops = list(freshness.with_read_at(Connection.objects.for_partner(request.partner)))
    names = {shop.pk: shop_title(shop) for shop in shops}
    blocks = periods.blocks(rows, period, by="connection", names=names)
    best = _best_products(rows.filter(product_id__gt=WHOLE_SHOP), period)
    for block in blocks:
        block.best = [row for row in best if row["currency"] == block.currency]
    context = {
        "period": period,
        "choices": periods.CHOICES,
        "blocks": blocks,
        "updated_at": freshness.as_of(shops),
        "has_shop": any(shop.state in Connection.WORKING for shop in shops),
    }
    return render(request, "orders/analytics.html", context)


def _best_products(rows, period) -> list[dict]:
    best = periods.top(rows, period, by="product_id")
    products = Product.objects.in_bulk([row["product_id"] for row in best])
    for row in best:
        product = products[row["product_id"]]
        row |= {"name": product.name, "url": reverse("products:detail", args=[product.pk])}
    return best
