"""The one interface to every marketplace."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Self, TypeVar

from django.utils.functional import Promise

from . import conversations, remote
from .errors import MarketplaceError, Unsupported
from .http import Http
from .reading import Data

T = TypeVar("T")


class Capability(StrEnum):
    CHECK = "check"
    ITER_ORDERS = "iter_orders"
    CONFIRM_ORDER = "confirm_order"
    SHIP = "ship"
    CANCEL_ORDER = "cancel_order"
    LABELS = "labels"
    ITER_LISTINGS = "iter_listings"
    CATEGORIES = "categories"
    ATTRIBUTES = "attributes"
    PUBLISH_CARDS = "publish_cards"
    CARD_STATUS = "card_status"
    PUSH_STOCKS = "push_stocks"
    PUSH_PRICES = "push_prices"
    PRICE_QUARANTINE = "price_quarantine"
    CONFIRM_PRICES = "confirm_prices"
    LOOK_UP = "look_up"
    PRICE_ADVICE = "price_advice"
    FEES = "fees"
    CHATS = "iter_chats"
    REVIEWS = "iter_reviews"
    QUESTIONS = "iter_questions"
    SELLER_MESSAGES = "seller_messages"
    REPLY = "reply"
    RETURNS = "iter_returns"
    RETURN_DECISIONS = "return_decisions"
    DECIDE_RETURN = "decide_return"
    SET_BOXES = "set_boxes"
    MARKING_ANSWERS = "marking_answers"


@dataclass(frozen=True)
class CredentialField:
    """One thing a seller must give us to connect; `is_secret` is never shown again."""

    name: str
    label: str | Promise
    help_text: str | Promise
    is_secret: bool = False
    # Asked for when the key is pasted; the others are chosen from what the key opens.
    is_typed: bool = True


@dataclass(frozen=True)
class Limit:
    """How many requests of one group an account may send in a window; `words` is the vendor's."""

    requests: int
    seconds: int
    words: str


@dataclass(frozen=True)
class PriceJump:
    """A price that differs so many times from the one before is held back by the marketplace."""

    times_down: Decimal
    times_up: Decimal | None
    # Where the rule is said, and when we read it.
    source: str
    as_of: str


class Connector:
    """Speaks to one marketplace with one set of credentials.

    A verb left alone raises Unsupported, and `supports` says so beforehand. Every verb raises
    MarketplaceError; a batch answers one ItemResult per item, in the order given, and finds the
    bad items of a refused one itself (`batching`): a refusal it raises is meant for all of them.
    A verb that iterates hands out all rows it can read, and raises Unreadable with the others at
    the end.
    """

    slug: str
    name: str
    # Reasons a seller may give for cancelling: our code -> the marketplace's.
    cancel_reasons: Mapping[str, str] = {}
    credential_fields: tuple[CredentialField, ...] = ()
    # By the name of the operation, as `Http` hands it to its gate.
    limits: Mapping[str, Limit] = {}
    max_parallel = 1
    # Operations that change nothing though they are no GET: a rehearsing shop may still send them.
    reads: frozenset[str] = frozenset()
    # What a call that changes something is answered where all is well; a rehearsal says it.
    taken: Mapping[str, object] = {}
    # Any of these rights opens what buyers write; empty where every key does.
    talk_scopes: tuple[str, ...] = ()
    # So long an answer to a buyer may be.
    longest_reply = 4000
    # Whether `check` says when a key ends.
    keys_run_out = False
    # Their quarantine, mirrored: what would land in it is not sent. None: they have none we know.
    price_jump: PriceJump | None = None
    # From where they bring notifications, as they say; none: they bring none.
    notification_sources: tuple[IPv4Network, ...] = ()

    def __init__(self, http: Http, credentials: dict[str, str]):
        self.http = http
        self.credentials = credentials

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    @classmethod
    def headers(cls, credentials: Mapping[str, str]) -> dict[str, str]:
        """What every request carries to be let in."""
        return {}

    @classmethod
    def secrets(cls, credentials: Mapping[str, str]) -> tuple[str, ...]:
        """The values that must never be seen."""
        names = [field.name for field in cls.credential_fields if field.is_secret]
        return tuple(credentials[name] for name in names if credentials.get(name))

    @classmethod
    def supports(cls, capability: Capability) -> bool:
        return getattr(cls, capability.value) is not getattr(Connector, capability.value)

    def _unsupported(self, capability: Capability) -> Unsupported:
        return Unsupported(f"{self.name} has no {capability}", operation=capability.value)

    def check(self) -> remote.CheckResult:
        """Who the key belongs to, what it may do, which shops it opens."""
        raise self._unsupported(Capability.CHECK)

    def iter_orders(
        self,
        *,
        updated_since: datetime | None = None,
        ids: Sequence[str] = (),
        made: tuple[datetime, datetime] | None = None,
    ) -> Iterator[remote.RemoteOrder]:
        """Orders changed since a moment, or exactly these, or those made between two moments.

        Where a marketplace only knows whole days, some made just before or after come with them.
        """
        raise self._unsupported(Capability.ITER_ORDERS)

    def confirm_order(self, order_id: str) -> remote.ItemResult:
        raise self._unsupported(Capability.CONFIRM_ORDER)

    def ship(self, order_id: str) -> remote.ItemResult:
        """Say that the order is packed and ready for the carrier."""
        raise self._unsupported(Capability.SHIP)

    def cancel_order(self, order_id: str, reason: str) -> remote.ItemResult:
        """Cancel for one of `cancel_reasons`."""
        raise self._unsupported(Capability.CANCEL_ORDER)

    def labels(self, order_id: str) -> remote.Label:
        raise self._unsupported(Capability.LABELS)

    def iter_listings(self) -> Iterator[remote.RemoteListing]:
        raise self._unsupported(Capability.ITER_LISTINGS)

    def categories(self) -> list[remote.Category]:
        raise self._unsupported(Capability.CATEGORIES)

    def attributes(self, category_id: str) -> list[remote.Attribute]:
        raise self._unsupported(Capability.ATTRIBUTES)

    def publish_cards(self, cards: Sequence[remote.CardDraft]) -> list[remote.ItemResult]:
        """Create or replace cards; moderation comes later, see card_status."""
        raise self._unsupported(Capability.PUBLISH_CARDS)

    def card_status(self, skus: Sequence[str]) -> list[remote.RemoteListing]:
        """One row per SKU asked for; ABSENT where the marketplace does not know it."""
        raise self._unsupported(Capability.CARD_STATUS)

    def push_stocks(self, updates: Sequence[remote.StockUpdate]) -> list[remote.ItemResult]:
        raise self._unsupported(Capability.PUSH_STOCKS)

    def push_prices(self, updates: Sequence[remote.PriceUpdate]) -> list[remote.ItemResult]:
        raise self._unsupported(Capability.PUSH_PRICES)

    def price_quarantine(self) -> Iterator[remote.QuarantinedPrice]:
        """Prices the marketplace accepted with 200 and yet does not apply."""
        raise self._unsupported(Capability.PRICE_QUARANTINE)

    @classmethod
    def read_notification(cls, body: bytes) -> remote.Notification:
        """What they came to tell. Raises BadResponse where it is not what their document says."""
        raise Unsupported(f"{cls.name} brings no notifications", operation="notification")

    @classmethod
    def notification_answer(cls, trouble: str = "") -> Data:
        """The body they want to see in return; `trouble` where what they brought was not taken."""
        raise Unsupported(f"{cls.name} brings no notifications", operation="notification")

    def confirm_prices(
        self, confirmations: Sequence[remote.PriceConfirmation]
    ) -> list[remote.ItemResult]:
        """Let prices out of quarantine: those that were seen, and none that came there since."""
        raise self._unsupported(Capability.CONFIRM_PRICES)

    def look_up(self, skus: Sequence[str]) -> list[remote.RemoteCard]:
        """All they show of each SKU, in the order given; ABSENT where they do not know it."""
        raise self._unsupported(Capability.LOOK_UP)

    def price_advice(self, skus: Sequence[str]) -> list[remote.PriceAdvice]:
        """Which prices would attract buyers; of a SKU they say nothing about there is no row."""
        raise self._unsupported(Capability.PRICE_ADVICE)

    def fees(self, questions: Sequence[remote.FeeQuestion]) -> list[remote.FeeAnswer]:
        """What the marketplace would take of each, by its own calculator, in the order given."""
        raise self._unsupported(Capability.FEES)

    # Buyers

    def iter_chats(
        self, *, updated_since: datetime | None = None
    ) -> Iterator[conversations.RemoteThread]:
        """Chats in which something was said since a moment, each with its history."""
        raise self._unsupported(Capability.CHATS)

    def iter_reviews(
        self, *, since: datetime, ids: Sequence[str] = ()
    ) -> Iterator[conversations.RemoteThread]:
        """Written since a moment, waiting for an answer, or exactly these; some come twice."""
        raise self._unsupported(Capability.REVIEWS)

    def iter_questions(
        self, *, since: datetime, ids: Sequence[str] = ()
    ) -> Iterator[conversations.RemoteThread]:
        """As `iter_reviews`."""
        raise self._unsupported(Capability.QUESTIONS)

    def seller_messages(self, kind: str, thread_id: str) -> list[conversations.RemoteMessage]:
        """What we said in a thread as it stands there now: to be looked up before a repeat."""
        raise self._unsupported(Capability.SELLER_MESSAGES)

    def reply(self, kind: str, thread_id: str, text: str) -> remote.ItemResult:
        """Not to be repeated blindly. `made_id` of the result where they give a number."""
        raise self._unsupported(Capability.REPLY)

    def iter_returns(self, *, since: datetime) -> Iterator[conversations.RemoteReturn]:
        """Changed since a moment."""
        raise self._unsupported(Capability.RETURNS)

    def return_decisions(self, return_id: str) -> list[conversations.ReturnDecision]:
        """What may be decided of it now."""
        raise self._unsupported(Capability.RETURN_DECISIONS)

    def decide_return(
        self,
        order_id: str,
        return_id: str,
        *,
        items: Sequence[str],
        decision: str,
        reason: str = "",
        comment: str = "",
    ) -> remote.ItemResult:
        """One decision for these items of the return."""
        raise self._unsupported(Capability.DECIDE_RETURN)

    # Boxes

    def set_boxes(
        self, order_id: str, boxes: Sequence[Sequence[conversations.BoxItem]]
    ) -> remote.ItemResult:
        """How the order is packed, with marking codes; may be said again until it is ready."""
        raise self._unsupported(Capability.SET_BOXES)

    def marking_answers(self, order_id: str) -> dict[str, tuple[str, str]]:
        """By code: what its check came to, and why, in their words for states."""
        raise self._unsupported(Capability.MARKING_ANSWERS)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order; what came before an error is handed out first."""
    batch: list[T] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except MarketplaceError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
