"""Pieces that came go to those who wait for them, nearest deadline first.

Never in the transaction that brings them: it may hold the rows of other orders. Right after its
commit each order that waits is locked and settled by itself.
"""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from orders.models import Order, OrderLine
from orders.services import reserving, transitions
from products.models import Location, Product, StockLevel
from products.services import stock_parts

# The clock goes on with those behind them.
AT_ONCE = 200
Stock = OrderLine.Stock
WAITING = Q(stock=Stock.OWING) | Q(stock=Stock.SHORT, order__status__in=Order.ON_THE_SHELF)


def fill_after_commit(products: Iterable[Product]) -> None:
    """Event stock_freed."""
    known = [product.pk for product in products]

    def fill_them() -> None:
        fill(known)

    # robust: the pieces are there all the same, and the clock finds who waits for them.
    transaction.on_commit(fill_them, robust=True)


def fill_due() -> int:
    """Called by the clock: whoever waits although there are pieces."""
    return _settle(_lines())


def fill(products: Collection[int]) -> int:
    """How many orders could have pieces."""
    return _settle(_lines().filter(product__in=products))


def _lines() -> QuerySet[OrderLine]:
    """Those there are pieces for. What has left comes first: it is not on the shelf any more."""
    level = StockLevel.objects.filter(product=OuterRef("product"), location__kind=Location.Kind.OWN)
    lacking = OuterRef("quantity") - OuterRef("covered")
    some, enough = Q(on_hand__gt=F("reserved")), Q(on_hand__gte=F("reserved") + lacking)
    waiting = OrderLine.objects.filter(WAITING, quantity__gt=F("covered")).filter(
        Q(Exists(level.filter(some)), stock=Stock.OWING)
        | Q(Exists(level.filter(enough)))
        | Q(stock_parts.with_all_parts(OuterRef("product"), 1), stock=Stock.OWING)
        | stock_parts.with_all_parts(OuterRef("product"), lacking)
    )
    nearest = F("order__ship_by").asc(nulls_last=True)
    return waiting.order_by(Case(When(stock=Stock.OWING, then=0), default=1), nearest, "pk")


def _settle(lines: QuerySet[OrderLine]) -> int:
    """One after the other, as long as there are pieces for somebody; each order once."""
    seen: list[int] = []
    waiting = lines.values_list("order_id", flat=True)
    while len(seen) < AT_ONCE and (pk := waiting.exclude(order__in=seen).first()):
        _settle_one(pk)
        seen.append(pk)
    return len(seen)


@transaction.atomic
def _settle_one(pk: int) -> None:
    reserving.settle(transitions.locked(pk))
