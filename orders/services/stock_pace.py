"""How fast a product is sold in each shop, and how late we hear of it: measured, not supposed."""

from collections import Counter
from datetime import timedelta

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from orders.models import Order, OrderLine
from products.models import BundlePart, Product

LOOKED_AT = timedelta(days=14)
# The newest so many orders for each shop say how late we hear.
MEASURED = 200


def sold(product: Product) -> dict[int, int]:
    """Pieces of the last 14 days by the shop's number; those that went in bundles, too."""
    bundles = BundlePart.objects.filter(part=product)
    in_one = bundles.filter(bundle=OuterRef("product")).values("quantity")
    lines = OrderLine.objects.filter(
        Q(product=product) | Q(product__in=bundles.values("bundle")),
        order__partner=product.partner_id,
        order__ordered_at__gte=timezone.now() - LOOKED_AT,
        order__is_test=False,
    ).exclude(order__status=Order.Status.CANCELLED)
    pieces: Counter[int] = Counter()
    ours = lines.exclude(order__fulfilment=Order.NOT_OURS).order_by()
    each = ours.annotate(weight=Coalesce(Subquery(in_one), 1))
    for shop, quantity, weight in each.values_list("order__connection", "quantity", "weight"):
        pieces[shop] += quantity * weight
    return dict(pieces)


def heard_after(connections: list[int]) -> list[float]:
    """Seconds between a sale and our knowing of it, of the shops' newest orders.

    Those from before a shop was connected say nothing: they were read all at once.
    """
    orders = Order.objects.filter(
        connection__in=connections,
        ordered_at__gte=F("connection__created_at"),
        created_at__gte=timezone.now() - LOOKED_AT,
    )
    newest = orders.order_by("-ordered_at", "-pk")[: MEASURED * len(connections)]
    return [
        max((known - ordered).total_seconds(), 0.0)
        for ordered, known in newest.values_list("ordered_at", "created_at")
    ]
