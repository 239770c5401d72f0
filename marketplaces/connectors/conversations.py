"""What buyers write and send back, in our own words: as in remote.py, times are aware UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sellercloudx.lib.money import Money


class ThreadKind(StrEnum):
    CHAT = "chat"
    REVIEW = "review"
    QUESTION = "question"


class Sender(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    # Its robot or its support.
    MARKETPLACE = "marketplace"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RemoteMessage:
    """`at` is None where they do not say when; `files` are the names of what came with it."""

    external_id: str
    sender: Sender
    text: str
    at: datetime | None
    files: tuple[str, ...] = ()
    # A comment or an answer that nobody sees (any more).
    is_hidden: bool = False


@dataclass(frozen=True)
class RemoteThread:
    """A chat, a review or a question with everything said in it, the oldest first.

    `needs_answer` is their word on it; None where they leave that to whoever reads the messages.
    """

    kind: ThreadKind
    external_id: str
    vendor_status: str
    created_at: datetime
    updated_at: datetime
    messages: tuple[RemoteMessage, ...]
    needs_answer: bool | None = None
    buyer_name: str = ""
    order_id: str = ""
    sku: str = ""
    rating: int | None = None


@dataclass(frozen=True)
class RemoteReturnItem:
    """`item_ids` are what a decision names; `reasons` are the marketplace's own codes."""

    sku: str
    quantity: int
    item_ids: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemoteReturn:
    """`is_unredeemed`: the buyer never took the parcel."""

    external_id: str
    order_id: str
    is_unredeemed: bool
    refund_status: str
    shipment_status: str
    created_at: datetime | None
    updated_at: datetime | None
    amount: Money | None
    items: tuple[RemoteReturnItem, ...]
    pickup_until: datetime | None = None


@dataclass(frozen=True)
class ReturnDecision:
    """What may be decided of a return, and for which reasons."""

    code: str
    reasons: tuple[str, ...] = ()
    # Bounds of a part of the money, where it is one.
    least: Money | None = None
    most: Money | None = None


@dataclass(frozen=True)
class BoxItem:
    """So many pieces of an order's line in a box, each with its marking code where it has one."""

    line_id: str
    quantity: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Packing:
    boxes: tuple[tuple[BoxItem, ...], ...]
