"""Yandex Market's words for states, and ours.

From OrderStatusType, OrderSubstatusType and OfferCardStatusType of the document of 2026-07-17.
What is not here is UNKNOWN: the document itself says that other values may come.
"""

import logging
from functools import cache

from marketplaces.connectors.remote import CardStatus, OrderStatus

logger = logging.getLogger(__name__)

ORDER = {
    "PLACING": OrderStatus.NEW,
    "RESERVED": OrderStatus.NEW,
    "UNPAID": OrderStatus.NEW,
    "PENDING": OrderStatus.NEW,
    "DELIVERY": OrderStatus.SHIPPED,
    "PICKUP": OrderStatus.SHIPPED,
    "DELIVERED": OrderStatus.DELIVERED,
    "CANCELLED": OrderStatus.CANCELLED,
    "PARTIALLY_RETURNED": OrderStatus.RETURNED,
    "RETURNED": OrderStatus.RETURNED,
}
# An order in PROCESSING is where its substatus says.
PROCESSING = {
    "STARTED": OrderStatus.CONFIRMED,
    "PACKAGING": OrderStatus.PACKING,
    "READY_TO_SHIP": OrderStatus.READY,
    "SHIPPED": OrderStatus.SHIPPED,
}
CARD = {
    "HAS_CARD_CAN_NOT_UPDATE": CardStatus.ACCEPTED,
    "HAS_CARD_CAN_UPDATE": CardStatus.ACCEPTED,
    "HAS_CARD_CAN_UPDATE_ERRORS": CardStatus.REJECTED,
    "HAS_CARD_CAN_UPDATE_PROCESSING": CardStatus.PROCESSING,
    "NO_CARD_NEED_CONTENT": CardStatus.REJECTED,
    "NO_CARD_MARKET_WILL_CREATE": CardStatus.PROCESSING,
    "NO_CARD_ERRORS": CardStatus.REJECTED,
    "NO_CARD_PROCESSING": CardStatus.PROCESSING,
    "NO_CARD_ADD_TO_CAMPAIGN": CardStatus.ACCEPTED,
}
FULFILMENT = {
    "FBS": "FBS",
    # "FBS or Express" is one placement in the document: the seller packs, Market carries.
    "EXPRESS": "FBS",
    "FBY": "FBO",
    "DBS": "DBS",
}
NOT_PAID_YET = ("PLACING", "RESERVED", "UNPAID", "PENDING")
NEVER_PAID = ("USER_NOT_PAID", "RESERVATION_EXPIRED", "RESERVATION_FAILED")


def order_status(status: str, substatus: str) -> OrderStatus:
    found = PROCESSING.get(substatus) if status == "PROCESSING" else ORDER.get(status)
    if found is None:
        _report_unknown("order", f"{status}/{substatus}")
        return OrderStatus.UNKNOWN
    return found


def card_status(status: str) -> CardStatus:
    found = CARD.get(status)
    if found is None:
        _report_unknown("card", status)
        return CardStatus.UNKNOWN
    return found


def payment(status: str, substatus: str, payment_type: str) -> str:
    """One of pending, paid, refunded, failed; Market holds the money, so this is derived."""
    if status == "RETURNED":
        return "refunded"
    if status == "CANCELLED":
        was_paid = payment_type == "PREPAID" and substatus not in NEVER_PAID
        return "refunded" if was_paid else "failed"
    if payment_type == "PREPAID":
        return "pending" if status in NOT_PAID_YET else "paid"
    return "paid" if status in ("DELIVERED", "PARTIALLY_RETURNED") else "pending"


@cache
def _report_unknown(kind: str, value: str) -> None:
    """Once per process and value."""
    logger.warning("Yandex Market sent an unknown %s status: %s", kind, value)
