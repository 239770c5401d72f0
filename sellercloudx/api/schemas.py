"""What the operations answer. Money is text with its currency, times carry their zone."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import ConfigDict

_MONEY = {"amount": "99000.00", "currency": "UZS"}
_SHOP = {"id": 3, "marketplace": "yandex", "name": "Yulduz Market"}
_STOCK = {"on_hand": 12, "reserved": 2, "available": 10, "incoming": 0}
_LISTING = {
    "id": 41,
    "shop": _SHOP,
    "state": "sent",
    "marketplace_status": "accepted",
    "vendor_status": "PUBLISHED",
    "messages": [],
    "price_held": False,
}
_PRODUCT = {
    "id": 17,
    "sku": "CHOYNAK-PAXTA-1L",
    "name": "Choynak «Paxta» 1 l",
    "brand": "Paxta",
    "barcode": "4780012345678",
    "price": _MONEY,
    "stock": _STOCK,
    "listings": [_LISTING],
    "created_at": "2026-11-20T09:30:00+05:00",
    "updated_at": "2026-11-25T18:04:11+05:00",
}
_PRODUCT_STOCK = {"product_id": 17, "sku": "CHOYNAK-PAXTA-1L", **_STOCK}
_SHOP_PRICE = {
    "shop": _SHOP,
    "sent": _MONEY,
    "told_at": "2026-11-25T18:04:15+05:00",
    "held_since": None,
    "shown": None,
}
_PRODUCT_PRICE = {
    "product_id": 17,
    "sku": "CHOYNAK-PAXTA-1L",
    "price": _MONEY,
    "shops": [_SHOP_PRICE],
}
_LINE = {
    "id": 902,
    "product_id": 17,
    "sku": "CHOYNAK-PAXTA-1L",
    "name": "Choynak «Paxta» 1 l",
    "quantity": 2,
    "unit_price": _MONEY,
    "total": {"amount": "198000.00", "currency": "UZS"},
    "stock": "reserved",
}
_ORDER = {
    "id": 551,
    "number": "48210077",
    "shop": _SHOP,
    "status": "new",
    "vendor_status": "PROCESSING",
    "payment": "paid",
    "fulfilment": "FBS",
    "total": {"amount": "198000.00", "currency": "UZS"},
    "ordered_at": "2026-11-25T11:02:00+05:00",
    "changed_at": "2026-11-25T11:03:30+05:00",
    "ship_by": "2026-11-26T18:00:00+05:00",
    "is_late": False,
    "is_test": False,
    "cancel_requested": False,
    "lines": [_LINE],
}
_DAY = {
    "day": "2026-11-25",
    "marketplace": "yandex",
    "orders": 8,
    "units": 11,
    "revenue": {"amount": "1089000.00", "currency": "UZS"},
    "cancelled": 1,
    "cancelled_revenue": _MONEY,
}
_ERROR = {
    "code": "invalid",
    "message": "Some of the values cannot be used; see fields.",
    "request_id": "1f0c2a9be4d37755",
    "fields": {"limit": ["This number is too large."]},
}


def _like(example: Mapping[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": dict(example)})


class Money(Schema):
    model_config = _like(_MONEY)
    amount: str
    currency: str

    @classmethod
    def of(cls, amount: Decimal | None, currency: str) -> "Money | None":
        return None if amount is None else cls(amount=f"{amount:.2f}", currency=currency)


class Shop(Schema):
    model_config = _like(_SHOP)
    id: int
    marketplace: str
    name: str


class Stock(Schema):
    """Pieces: on hand, promised to orders, free to sell, on the way."""

    model_config = _like(_STOCK)
    on_hand: int
    reserved: int
    available: int
    incoming: int


class Listing(Schema):
    """A product in one shop. `messages` are the marketplace's own words."""

    model_config = _like(_LISTING)
    id: int
    shop: Shop
    state: str
    marketplace_status: str
    vendor_status: str
    messages: list[str]
    price_held: bool


class Product(Schema):
    model_config = _like(_PRODUCT)
    id: int
    sku: str
    name: str
    brand: str
    barcode: str
    price: Money | None
    stock: Stock
    listings: list[Listing]
    created_at: datetime
    updated_at: datetime


class ProductStock(Stock):
    model_config = _like(_PRODUCT_STOCK)
    product_id: int
    sku: str


class ShopPrice(Schema):
    """What a shop was last sent; `shown` is what buyers see while that is held back."""

    model_config = _like(_SHOP_PRICE)
    shop: Shop
    sent: Money | None
    told_at: datetime | None
    held_since: datetime | None
    shown: Money | None


class ProductPrice(Schema):
    model_config = _like(_PRODUCT_PRICE)
    product_id: int
    sku: str
    price: Money | None
    shops: list[ShopPrice]


class OrderLine(Schema):
    model_config = _like(_LINE)
    id: int
    product_id: int | None
    sku: str
    name: str
    quantity: int
    unit_price: Money | None
    total: Money | None
    stock: str


class Order(Schema):
    """An order and its goods. Nothing about the buyer is here."""

    model_config = _like(_ORDER)
    id: int
    number: str
    shop: Shop
    status: str
    vendor_status: str
    payment: str
    fulfilment: str
    total: Money | None
    ordered_at: datetime
    changed_at: datetime
    ship_by: datetime | None
    is_late: bool
    is_test: bool
    cancel_requested: bool
    lines: list[OrderLine]


class Day(Schema):
    """A day in Tashkent on one marketplace in one currency."""

    model_config = _like(_DAY)
    day: date
    marketplace: str
    orders: int
    units: int
    revenue: Money
    cancelled: int
    cancelled_revenue: Money


class Page(Schema):
    """`next` is the cursor of the next page; null on the last one."""

    next: str | None


class Products(Page):
    model_config = _like({"items": [_PRODUCT], "next": "17"})
    items: list[Product]


class Stocks(Page):
    model_config = _like({"items": [_PRODUCT_STOCK], "next": None})
    items: list[ProductStock]


class Prices(Page):
    model_config = _like({"items": [_PRODUCT_PRICE], "next": None})
    items: list[ProductPrice]


class Orders(Page):
    model_config = _like({"items": [_ORDER], "next": "1764050520000000-551"})
    items: list[Order]


class Days(Page):
    model_config = _like({"items": [_DAY], "next": "2026-11-25.yandex.UZS"})
    items: list[Day]


class Trouble(Schema):
    model_config = _like(_ERROR)
    code: str
    message: str
    request_id: str
    fields: dict[str, list[str]]


class Error(Schema):
    model_config = _like({"error": _ERROR})
    error: Trouble
