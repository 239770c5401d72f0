"""What marketplaces tell us, in our own words.

Amounts are Money, times are aware UTC, ids are strings. `raw` is the vendor's answer as it came.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sellercloudx.lib.money import Money, round_money


class OrderStatus(StrEnum):
    NEW = "new"
    CONFIRMED = "confirmed"
    PACKING = "packing"
    READY = "ready"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class CardStatus(StrEnum):
    """Where a card stands on the marketplace's side."""

    ABSENT = "absent"
    PROCESSING = "processing"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Notification:
    """Something has happened there; what exactly is asked for by the API."""

    # Which of our streams reads of it; "" where none does, and for a mere question whether we live.
    stream: str = ""
    # The shop it is about; "" where it is about all of a business.
    account: str = ""
    order_id: str = ""


@dataclass(frozen=True)
class RemoteBusiness:
    id: str
    name: str
    currency: str


@dataclass(frozen=True)
class RemoteShop:
    id: str
    name: str
    business_id: str
    placement: str
    is_available: bool


@dataclass(frozen=True)
class CheckResult:
    """The answer of Test connection."""

    key_name: str
    scopes: tuple[str, ...]
    businesses: tuple[RemoteBusiness, ...]
    shops: tuple[RemoteShop, ...]
    missing_scopes: tuple[str, ...] = ()
    # None: it does not end, or they do not say.
    key_expires_at: datetime | None = None


@dataclass(frozen=True)
class RemoteOrderLine:
    external_id: str
    sku: str
    name: str
    quantity: int
    # Of all pieces, as it was sent. None: the marketplace does not say.
    total: Money | None
    # Each piece needs a marking code before the parcel is ready.
    needs_codes: bool = False

    @property
    def unit_price(self) -> Money | None:
        """To be shown: it is rounded, so multiplied it need not give the total."""
        if self.total is None:
            return None
        return Money(round_money(self.total.amount / (self.quantity or 1)), self.total.currency)


@dataclass(frozen=True)
class RemoteOrder:
    external_id: str
    shop_id: str
    status: OrderStatus
    vendor_status: str
    vendor_substatus: str
    created_at: datetime
    updated_at: datetime
    fulfilment: str
    payment: str
    total: Money | None
    lines: tuple[RemoteOrderLine, ...]
    ship_by: datetime | None = None
    is_test: bool = False
    cancel_requested: bool = False
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class UnreadableRow:
    """A row that is not what the document says: its number where it has one, and how it looks.

    `shape` names its fields and their types; no word of it is kept, for it may name people.
    """

    key: str
    reason: str
    shape: Any = field(default_factory=dict)


@dataclass(frozen=True)
class RemoteContent:
    """What a product's page there is made of, beside its name. Lengths in cm, weight in kg."""

    description: str = ""
    brand: str = ""
    barcodes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    weight: Decimal | None = None
    attributes: "tuple[AttributeValue, ...]" = ()
    category: str = ""
    # The number of the page that buyers see, where there is one.
    card_number: str = ""
    is_archived: bool = False


@dataclass(frozen=True)
class RemoteListing:
    """One product as the marketplace shows it."""

    sku: str
    name: str
    status: CardStatus
    vendor_status: str
    category_id: str = ""
    price: Money | None = None
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)
    # Set where their answer about it is not what the document says: nothing else is known then.
    unreadable: UnreadableRow | None = None
    # None: they did not say, or not in a way we can read.
    content: RemoteContent | None = None


@dataclass(frozen=True)
class Category:
    id: str
    name: str
    parent_id: str
    is_leaf: bool


@dataclass(frozen=True)
class AttributeOption:
    id: str
    value: str


@dataclass(frozen=True)
class Attribute:
    """A characteristic of a category. `type` is text, number, enum or boolean."""

    id: str
    name: str
    type: str
    is_required: bool
    options: tuple[AttributeOption, ...] = ()
    unit_id: str = ""
    unit: str = ""
    is_multiple: bool = False
    allows_custom: bool = True
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True)
class AttributeValue:
    attribute_id: str
    value: str = ""
    option_id: str = ""
    unit_id: str = ""


@dataclass(frozen=True)
class CardText:
    language: str
    title: str
    description: str


@dataclass(frozen=True)
class CardDraft:
    """A card as we want it to stand on the marketplace. Lengths in cm, weight in kg."""

    sku: str
    category_id: str
    texts: tuple[CardText, ...]
    brand: str = ""
    pictures: tuple[str, ...] = ()
    barcodes: tuple[str, ...] = ()
    attributes: tuple[AttributeValue, ...] = ()
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    weight: Decimal | None = None
    ikpu: str = ""
    price: Money | None = None


@dataclass(frozen=True)
class ContentAdvice:
    """What would make a card better; `kind` is theirs, `percent` how much of it is done."""

    kind: str
    percent: int | None = None
    points: int | None = None


@dataclass(frozen=True)
class RemoteCard:
    """All that a marketplace shows of one product in one shop."""

    listing: RemoteListing
    # By language: {"uz": ("name", "description")}.
    texts: tuple[CardText, ...] = ()
    # What can be bought in this shop.
    stock: int | None = None
    shop_status: str = ""
    # Of this shop alone, where it has its own.
    shop_price: Money | None = None
    # How well the card is filled in, of 100, and what others of the category have.
    rating: int | None = None
    average_rating: int | None = None
    advice: tuple[ContentAdvice, ...] = ()


@dataclass(frozen=True)
class PriceAdvice:
    """Up to which prices buyers find a product attractive, or at least not dear.

    `attraction` is theirs; `shows` is how often it was seen within a week.
    """

    sku: str
    attraction: str = ""
    price: Money | None = None
    attractive_up_to: Money | None = None
    moderate_up_to: Money | None = None
    shows: int | None = None


@dataclass(frozen=True)
class StockUpdate:
    sku: str
    quantity: int
    at: datetime


@dataclass(frozen=True)
class PriceUpdate:
    sku: str
    price: Money
    before_discount: Money | None = None


@dataclass(frozen=True)
class FeeQuestion:
    """A product as a marketplace's calculator asks for it: centimetres and kilograms."""

    sku: str
    category_id: str
    price: Money
    length: Decimal
    width: Decimal
    height: Decimal
    weight: Decimal


@dataclass(frozen=True)
class FeeLine:
    """What is taken at a step of ours; a share of the price has its percent. `kind` is theirs."""

    step: str
    amount: Money
    percent: Decimal | None
    kind: str


@dataclass(frozen=True)
class FeeAnswer:
    sku: str
    lines: tuple[FeeLine, ...]


@dataclass(frozen=True)
class QuarantinedPrice:
    sku: str
    price: Money | None
    last_valid: Money | None
    reasons: tuple[str, ...]
    # "business": of all its shops, "shop": of this one.
    place: str = "business"
    # From which price on it would have been let through.
    least: Money | None = None


@dataclass(frozen=True)
class PriceConfirmation:
    """That a price held back is meant; only these were seen, and no other is confirmed."""

    sku: str
    prices: tuple[Money, ...]


@dataclass(frozen=True)
class ItemResult:
    """What became of one item of a batch; `code` and `message` are the vendor's own."""

    key: str
    ok: bool
    code: str = ""
    message: str = ""
    # Refused because the marketplace does not know the item, or not yet.
    is_unknown: bool = False
    # What they say of an item they took.
    warnings: tuple[str, ...] = ()
    # The number of what was made of it, where they give one.
    made_id: str = ""


@dataclass(frozen=True)
class Label:
    content: bytes
    content_type: str = "application/pdf"
