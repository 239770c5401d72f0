"""Which stocks that are to be told take a product off sale without a buyer having bought it.

A shop that sells its last piece must hear of it at once, or it oversells. A count, an import or a
limit that empties a thousand products at once is another matter: those are counted.
"""

from collections.abc import Sequence

from django.db.models import Max

from marketplaces import payloads
from marketplaces.connectors.remote import StockUpdate
from marketplaces.models import Operation
from products.models import Listing, StockLevel, StockMovement
from products.services.price_guard import listing_pk

Kind = StockMovement.Kind


def without_a_sale(operations: Sequence[Operation]) -> set[int]:
    """For `DESTRUCTIVE` of the wiring: the numbers of such operations."""
    zeros = {one.pk: listing_pk(one) for one in operations if _quantity(one) == 0}
    # What shows no piece there can be emptied no more.
    shown = Listing.objects.filter(pk__in=zeros.values(), sent_stock__gt=0)
    products = dict(shown.values_list("pk", "product_id"))
    sold = _sold_out(set(products.values()))
    return {
        operation
        for operation, listing in zeros.items()
        if listing in products and products[listing] not in sold
    }


def _quantity(operation: Operation) -> int:
    return payloads.load(StockUpdate, operation.payload).quantity


def _sold_out(products: set[int]) -> set[int]:
    """Products whose pieces are reserved for orders, or left with one as the last that happened."""
    reserved = StockLevel.objects.filter(product__in=products, reserved__gt=0)
    last = StockMovement.objects.filter(product__in=products).order_by().values("product")
    newest = last.annotate(newest=Max("pk")).values("newest")
    gone = StockMovement.objects.filter(pk__in=newest, kind=Kind.SALE)
    return {*reserved.values_list("product", flat=True), *gone.values_list("product", flat=True)}
