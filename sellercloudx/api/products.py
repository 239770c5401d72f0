"""Products, their stock and their prices."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router

from marketplaces.models import Connection
from partners.models import ApiKey
from products import tabs
from products.models import Listing, Product
from products.services import stock
from products.services.stock import Figures

from . import schemas
from .answers import answers
from .auth import ApiRequest, may
from .paging import Numbered, Words, newest_first, only

router = Router(tags=["products"])
Scope = ApiKey.Scope


class ProductsWanted(Numbered):
    q: Words = Field("", description="Words of the name, the SKU, the brand or the barcode.")
    tab: Literal["", "you", "making", "sale", "empty", "prices"] = Field(
        "", description="As on the page: need you, in work, on sale, out of stock, price proposed."
    )


def _page(request: ApiRequest, wanted: ProductsWanted) -> tuple[list[Product], str | None]:
    own = Product.objects.for_partner(request.auth.partner)
    found = tabs.searched(own, wanted.q).filter(tabs.chosen(wanted.tab).condition)
    return newest_first(found, wanted)


@router.get(
    "/products",
    auth=may(Scope.PRODUCTS),
    response=answers(schemas.Products),
    summary="Products, newest first",
    url_name="products",
)
def list_products(request: ApiRequest, wanted: Query[ProductsWanted]) -> dict[str, Any]:
    """Each with its stock, its price and where it stands in every shop."""
    rows, following = _page(request, wanted)
    return {"items": _described(rows), "next": following}


@router.get(
    "/products/{int:pk}",
    auth=may(Scope.PRODUCTS),
    response=answers(schemas.Product, 404),
    summary="One product",
    url_name="product",
)
def get_product(request: ApiRequest, pk: int) -> dict[str, Any]:
    """By its number, the one in the address of its page."""
    only(request)
    own = Product.objects.for_partner(request.auth.partner)
    return _described([get_object_or_404(own, pk=pk)])[0]


@router.get(
    "/stock",
    auth=may(Scope.STOCK),
    response=answers(schemas.Stocks),
    summary="Stock of every product",
    url_name="stock",
)
def list_stock(request: ApiRequest, wanted: Query[ProductsWanted]) -> dict[str, Any]:
    """Pieces on hand, reserved for orders, available and incoming."""
    rows, following = _page(request, wanted)
    figures = stock.figures_of(rows)
    items = [
        {"product_id": one.pk, "sku": one.sku, **_pieces(figures.get(one.pk, Figures()))}
        for one in rows
    ]
    return {"items": items, "next": following}


@router.get(
    "/prices",
    auth=may(Scope.PRICES),
    response=answers(schemas.Prices),
    summary="Price of every product, and what each shop was sent",
    url_name="prices",
)
def list_prices(request: ApiRequest, wanted: Query[ProductsWanted]) -> dict[str, Any]:
    """What one piece cost you is told to no program."""
    rows, following = _page(request, wanted)
    listed = _listings_of(rows)
    return {"items": [_priced(one, listed.get(one.pk, [])) for one in rows], "next": following}


def _listings_of(products: Iterable[Product]) -> dict[int, list[Listing]]:
    """By the product's number; one query."""
    found = Listing.objects.filter(product__in=list(products)).select_related("connection")
    by_product: dict[int, list[Listing]] = {}
    for listing in found.order_by("pk"):
        by_product.setdefault(listing.product_id, []).append(listing)
    return by_product


def _described(products: list[Product]) -> list[dict[str, Any]]:
    figures, listed = stock.figures_of(products), _listings_of(products)
    return [
        {
            **{name: getattr(one, name) for name in ("sku", "name", "brand", "barcode")},
            "id": one.pk,
            "price": schemas.Money.of(one.price, one.currency),
            "stock": _pieces(figures.get(one.pk, Figures())),
            "listings": [_listing(listing) for listing in listed.get(one.pk, [])],
            "created_at": timezone.localtime(one.created_at),
            "updated_at": timezone.localtime(one.updated_at),
        }
        for one in products
    ]


def _pieces(figures: Figures) -> dict[str, int]:
    names = ("on_hand", "reserved", "available", "incoming")
    return {name: getattr(figures, name) for name in names}


def shop(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.pk,
        "marketplace": connection.marketplace,
        "name": connection.name,
    }


def _listing(listing: Listing) -> dict[str, Any]:
    refused = (listing.price_refusal, listing.stock_refusal)
    return {
        "id": listing.pk,
        "shop": shop(listing.connection),
        "state": listing.state,
        "marketplace_status": listing.remote_status,
        "vendor_status": listing.vendor_status,
        "messages": [*map(str, listing.vendor_messages), *filter(None, refused)],
        "price_held": listing.price_held_at is not None,
    }


def _priced(product: Product, listed: list[Listing]) -> dict[str, Any]:
    return {
        "product_id": product.pk,
        "sku": product.sku,
        "price": schemas.Money.of(product.price, product.currency),
        "shops": [_shop_price(listing, product.currency) for listing in listed],
    }


def _shop_price(listing: Listing, currency: str) -> dict[str, Any]:
    return {
        "shop": shop(listing.connection),
        "sent": schemas.Money.of(listing.sent_price, currency),
        "told_at": _local(listing.price_told_at),
        "held_since": _local(listing.price_held_at),
        "shown": schemas.Money.of(listing.price_shown, currency),
    }


def _local(at: datetime | None) -> datetime | None:
    return timezone.localtime(at) if at else None
