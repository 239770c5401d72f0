"""How fast a product is sold in each shop, and how late we hear of it: measured, not supposed."""

from collections import Counter, defaultdict
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from orders.models import Order, OrderLine
from products.models import BundlePart, Product

LOOKED_AT = timedelta(days=14)
# The newest so many orders of a shop say how late we hear.
MEASURED = 200


def sold(product: Product) -> dict[int, int]:
    """Pieces of the last 14 days by the shop's number; those that went in bundles, too."""
    weights = {product.pk: 1} | dict(
        BundlePart.objects.filter(part=product).values_list("bundle", "quantity")
    )
    lines = OrderLine.objects.filter(
        product__in=weights,
        order__partner=product.partner_id,
        order__ordered_at__gte=timezone.now() - LOOKED_AT,
        order__is_test=False,
    ).exclude(order__status=Order.Status.CANCELLED)
    pieces: Counter[int] = Counter()
    for shop, pk, quantity in lines.exclude(order__fulfilment=Order.NOT_OURS).values_list(
        "order__connection", "product", "quantity"
    ):
        pieces[shop] += quantity * weights[pk]
    return dict(pieces)


def heard_after(connections: list[int]) -> list[float]:
    """Seconds between a sale and our knowing of it, of the shops' newest orders.

    Those from before a shop was connected say nothing: they were read all at once.
    """
    seconds: dict[int, list[float]] = defaultdict(list)
    orders = Order.objects.filter(
        ordered_at__gte=F("connection__created_at"), created_at__gte=timezone.now() - LOOKED_AT
    )
    for shop in connections:
        newest = orders.filter(connection=shop).order_by("-ordered_at", "-pk")[:MEASURED]
        for ordered, known in newest.values_list("ordered_at", "created_at"):
            seconds[shop].append(max((known - ordered).total_seconds(), 0.0))
    return [one for each in seconds.values() for one in each]
