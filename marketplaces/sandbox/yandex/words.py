"""Words and shapes several methods share, as the vendor's document has them."""

from typing import Any

from marketplaces.sandbox.shapes import arr, choice, integer, number, obj, text

CATALOG = ("OFFERS_AND_CARDS_MANAGEMENT",)
PRICING = ("PRICING",)
ORDERS = ("INVENTORY_AND_ORDER_PROCESSING",)

# The document lists some 120; these are the ones a shop here may meet.
CURRENCIES = ("RUR", "UZS", "USD", "EUR", "KZT", "BYN", "BYR", "CNY", "KGS", "TJS", "UAH", "TRY")
CARD_STATUSES = (
    "HAS_CARD_CAN_NOT_UPDATE",
    "HAS_CARD_CAN_UPDATE",
    "HAS_CARD_CAN_UPDATE_ERRORS",
    "HAS_CARD_CAN_UPDATE_PROCESSING",
    "NO_CARD_NEED_CONTENT",
    "NO_CARD_MARKET_WILL_CREATE",
    "NO_CARD_ERRORS",
    "NO_CARD_PROCESSING",
    "NO_CARD_ADD_TO_CAMPAIGN",
)
SHOP_STATUSES = (
    "PUBLISHED",
    "CHECKING",
    "DISABLED_BY_PARTNER",
    "DISABLED_AUTOMATICALLY",
    "REJECTED_BY_MARKET",
    "CREATING_CARD",
    "NO_CARD",
    "NO_STOCKS",
    "ARCHIVED",
    "READY_FOR_PUBLICATION",
)

SKU = text(255, min=1, pattern=r"(?=.*\S.*)[^\x00-\x08\x0A-\x1f\x7f]{1,255}")
PRICE = obj(
    "value currencyId",
    value=number(0),
    currencyId=choice(*CURRENCIES),
    discountBase=number(None, above=0),
)


def page_query(most: int, **more: Any) -> dict[str, Any]:
    return obj(limit=integer(1, most), pageToken=text(), **more)


def skus(most: int) -> dict[str, Any]:
    return arr(SKU, most, unique=True)


def plain(value: float) -> float:
    """A whole number without its .0, as the vendor writes sums in so'm."""
    return int(value) if float(value).is_integer() else value
