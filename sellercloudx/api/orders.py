"""Orders with their goods, without their buyers."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from orders import forms, paging, tabs
from orders.models import Order, OrderLine
from partners.models import ApiKey

from . import schemas
from .answers import answers
from .auth import ApiRequest, may
from .paging import Limited, Words, only
from .products import shop

router = Router(tags=["orders"])
# The tabs of the page, for the schema; a test holds them together.
Tab = Literal[
    "all",
    "pack",
    "late",
    "asked",
    "ready",
    "shipped",
    "delivered",
    "cancelled",
    "returned",
    "unknown",
]
_CURSOR = re.compile(r"[0-9]{1,17}-[0-9]{1,18}")


def _cursor(text: str) -> str:
    if not _CURSOR.fullmatch(text):
        raise PydanticCustomError("cursor", "is no cursor of ours")
    return text


class OrdersWanted(Limited):
    cursor: Annotated[str, Field(max_length=40), AfterValidator(_cursor)] | None = Field(
        None, description="`next` of the page before."
    )
    q: Words = Field("", description="The beginning of the number, or words of name and SKU.")
    tab: Tab = Field("all", description="As on the page: to pack, late, asked to cancel.")
    shop: int | None = Field(None, ge=1, le=2**63 - 1, description="Number of one shop.")


@router.get(
    "/orders",
    auth=may(ApiKey.Scope.ORDERS),
    response=answers(schemas.Orders),
    summary="Orders, newest first",
    url_name="orders",
)
def list_orders(request: ApiRequest, wanted: Query[OrdersWanted]) -> dict[str, Any]:
    """Each with its lines. The buyer's name, phone and address are never kept by us."""
    found = _own(request).filter(tabs.BY_SLUG[wanted.tab].condition)
    if wanted.shop:
        found = found.filter(connection=wanted.shop)
    found = forms.searched(found, wanted.q)
    page = paging.page(found, {"after": wanted.cursor or ""}, paging.NEWEST, size=wanted.limit)
    return {"items": [_described(one) for one in page.rows], "next": page.after or None}


@router.get(
    "/orders/{int:pk}",
    auth=may(ApiKey.Scope.ORDERS),
    response=answers(schemas.Order, 404),
    summary="One order",
    url_name="order",
)
def get_order(request: ApiRequest, pk: int) -> dict[str, Any]:
    """By its number in our addresses; the marketplace's own is `number`."""
    only(request)
    return _described(get_object_or_404(_own(request), pk=pk))


def _own(request: ApiRequest) -> QuerySet[Order]:
    own = Order.objects.for_partner(request.auth.partner).defer("raw")
    return own.select_related("connection").prefetch_related("lines")


def _described(order: Order) -> dict[str, Any]:
    plain = (
        *("status", "vendor_status", "payment", "fulfilment"),
        *("is_late", "is_test", "cancel_requested"),
    )
    return {
        **{name: getattr(order, name) for name in plain},
        "id": order.pk,
        "number": order.external_id,
        "shop": shop(order.connection),
        "total": schemas.Money.of(order.total, order.currency),
        "ordered_at": timezone.localtime(order.ordered_at),
        "changed_at": timezone.localtime(order.changed_at),
        "ship_by": _local(order.ship_by),
        "lines": [_line(line, order.currency) for line in order.lines.all()],
    }


def _line(line: OrderLine, currency: str) -> dict[str, Any]:
    plain = ("product_id", "sku", "name", "quantity", "stock")
    return {
        **{name: getattr(line, name) for name in plain},
        "id": line.pk,
        "unit_price": schemas.Money.of(line.unit_price, currency),
        "total": schemas.Money.of(line.total, currency),
    }


def _local(at: datetime | None) -> datetime | None:
    return timezone.localtime(at) if at else None
