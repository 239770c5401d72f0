"""The guard every price passes: as it is set, and once more just before it is sent.

`judge` decides from figures alone. `stopped` is asked by the outbox (`PRICE_GUARD` in the wiring),
whatever wrote the operation and however long ago; what it refuses is never sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count, Max, Q
from django.utils import timezone

from marketplaces import payloads
from marketplaces.connectors.base import PriceJump
from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.connectors.remote import CardDraft, ItemResult, PriceUpdate
from marketplaces.models import Connection, Operation
from partners.models import Partner
from products.models import Listing, PriceChange, Product
from products.services import pricing, shop_rates
from products.services.fees import Shop
from products.services.price_limits import Limits, limits_of
from products.services.pricing import HUNDRED
from sellercloudx.lib.money import LARGEST, Money

BY_PERSON = "person"
# What a person may agree to in plain sight.
LOSS, STEP = "loss", "step"
# The code of a result that is a refusal of ours begins so.
OURS = "guard."


class Code(StrEnum):
    NOT_A_PRICE = "not_a_price"
    CURRENCY = "currency"
    NO_COST = "no_cost"
    NOTHING_LEFT = "nothing_left"
    BELOW_FLOOR = "below_floor"
    BELOW_LEAST = "below_least"
    ABOVE_MOST = "above_most"
    STEP = "step"
    OFTEN = "often"
    QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Refusal:
    """Why a price is not sent; `bound` is the figure that would have passed, where one would."""

    code: Code
    price: Decimal
    currency: str
    bound: Decimal | None = None
    # Percent, times or changes, as the code has it.
    limit: Decimal | None = None

    def as_json(self) -> dict[str, str]:
        figures = {"price": self.price, "bound": self.bound, "limit": self.limit}
        said = {name: str(value) for name, value in figures.items() if value is not None}
        return said | {"currency": self.currency}


class Refused(Exception):
    """The guard lets the price not through."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True)
class Facts:
    """What is known of a product in a shop when a price is to be let through."""

    currency: str
    limits: Limits
    cost: Decimal | None
    # Below it cost, fees, tax and the smallest margin are not earned; None: no price earns them.
    floor: Decimal | None
    # What buyers pay now, as far as we know.
    told: Decimal | None = None
    told_in_hour: int = 0
    told_in_day: int = 0
    jump: PriceJump | None = None
    is_automatic: bool = False
    accepted: frozenset[str] = field(default_factory=frozenset)


def judge(price: Money, facts: Facts) -> Refusal | None:
    """The first reason not to ask this price; None: it may be asked."""
    amount = price.amount
    if not (amount.is_finite() and 0 < amount <= LARGEST):
        return Refusal(Code.NOT_A_PRICE, amount, price.currency)
    if facts.currency != price.currency:
        return Refusal(Code.CURRENCY, amount, price.currency)
    return _earns(price, facts) or _within(price, facts) or _moves(price, facts)


def _earns(price: Money, facts: Facts) -> Refusal | None:
    if facts.cost is None:
        # Profit unknown: a person may sell so, a rule may not.
        return Refusal(Code.NO_COST, *_of(price)) if facts.is_automatic else None
    if LOSS in facts.accepted and not facts.is_automatic:
        return None
    if facts.floor is None:
        return Refusal(Code.NOTHING_LEFT, *_of(price))
    if price.amount < facts.floor:
        return Refusal(Code.BELOW_FLOOR, *_of(price), bound=facts.floor)
    return None


def _within(price: Money, facts: Facts) -> Refusal | None:
    least, most = facts.limits.least, facts.limits.most
    if least is not None and price.amount < least:
        return Refusal(Code.BELOW_LEAST, *_of(price), bound=least)
    if most is not None and price.amount > most:
        return Refusal(Code.ABOVE_MOST, *_of(price), bound=most)
    return None


def _moves(price: Money, facts: Facts) -> Refusal | None:
    """How far and how often it moves; a price that stays where it is moves not at all."""
    if facts.told is None or facts.told == price.amount:
        return None
    often = _too_often(price, facts)
    if often or (STEP in facts.accepted and not facts.is_automatic):
        return often
    return _too_far(price, facts)


def _too_often(price: Money, facts: Facts) -> Refusal | None:
    limits = facts.limits
    for told, limit in (
        (facts.told_in_hour, limits.per_hour),
        (facts.told_in_day, limits.per_day),
    ):
        if limit is not None and told >= limit:
            return Refusal(Code.OFTEN, *_of(price), limit=Decimal(limit))
    return None


def _too_far(price: Money, facts: Facts) -> Refusal | None:
    assert facts.told is not None  # noqa: S101  _moves has looked
    step, amount, told = facts.limits.step, price.amount, facts.told
    # Of the higher of the two, so that half and double are the same step.
    if step is not None and abs(amount - told) * HUNDRED > max(amount, told) * step:
        return Refusal(Code.STEP, *_of(price), bound=told, limit=step)
    jump = facts.jump
    if jump and amount * jump.times_down < told:
        return Refusal(Code.QUARANTINE, *_of(price), bound=told, limit=jump.times_down)
    if jump and jump.times_up and amount > told * jump.times_up:
        return Refusal(Code.QUARANTINE, *_of(price), bound=told, limit=jump.times_up)
    return None


def _of(price: Money) -> tuple[Decimal, str]:
    return price.amount, price.currency


# Asked by the outbox


def stopped(operations: Sequence[Operation]) -> dict[int, ItemResult]:
    """The refusals among prices and cards with prices that are about to be sent, by operation.

    Each is noted at its listing; what it means for a price is told by `publishing`.
    """
    if not operations:
        return {}
    connection = Connection.objects.get(pk=operations[0].connection_id)
    pks = [listing_pk(operation) for operation in operations]
    scene = _Scene(connection, pks, [operation.target for operation in operations])
    found = {}
    for operation in operations:
        price = _price_in(operation)
        number, target = listing_pk(operation), operation.target
        if price is not None and (refusal := scene.judge(number, target, price)):
            _note(operation, refusal)
            words = f"stopped before sending: {refusal.code} {refusal.as_json()}"
            found[operation.pk] = ItemResult(operation.target, False, OURS + refusal.code, words)
    return found


def _price_in(operation: Operation) -> Money | None:
    if operation.kind == Operation.Kind.PUBLISH_CARD:
        return payloads.load(CardDraft, operation.payload).price
    return payloads.load(PriceUpdate, operation.payload).price


def _note(operation: Operation, refusal: Refusal) -> None:
    listing = Listing.objects.filter(pk=listing_pk(operation))
    listing.update(price_stopped_for=refusal.code, price_stop=refusal.as_json())


def listing_pk(operation: Operation) -> int:
    """Of which listing an operation is; 0 where it is of none."""
    number = operation.subject.removeprefix("listing:")
    return int(number) if number.isdecimal() else 0


class _Scene:
    """All that is needed to judge a batch of one connection, read at once."""

    def __init__(self, connection: Connection, pks: Sequence[int], targets: Sequence[str]):
        self.connection = connection
        rows = Listing.objects.filter(pk__in=pks, connection=self.connection)
        self.listings = rows.select_related("product__partner", "quoted_fee").in_bulk()
        products = [listing.product for listing in self.listings.values()]
        self.limits = limits_of(products)
        self.changes = latest_changes(products)
        self.told = _told_lately(connection, targets)
        self.shop = shop_rates.shops_of([self.connection], self.listings.values())

    def judge(self, number: int, target: str, price: Money) -> Refusal | None:
        listing = self.listings.get(number)
        if listing is None or listing.product.sku != target:
            return Refusal(Code.NOT_A_PRICE, *_of(price))
        hour, day = self.told.get(target, (0, 0))
        change = self.changes.get(listing.product_id)
        facts = facts_of(
            listing.product,
            shops=self.shop,
            limits=self.limits[listing.product_id],
            told=listing.sent_price,
            told_lately=(hour, day),
            jump=jump_of(self.connection),
            change=change if change and change.after == price.amount else None,
            is_automatic=change is not None and change.made_by != BY_PERSON,
        )
        return judge(price, facts)


def forecast(listings: Sequence[Listing]) -> dict[int, Refusal]:
    """What would stop the prices of these if they were sent now, by listing. Nothing is noted."""
    by_shop: dict[Connection, list[Listing]] = {}
    for listing in listings:
        if listing.product.price is not None:
            by_shop.setdefault(listing.connection, []).append(listing)
    found = {}
    for connection, some in by_shop.items():
        pks, skus = [one.pk for one in some], [one.product.sku for one in some]
        scene = _Scene(connection, pks, skus)
        for one in some:
            assert one.product.price is not None  # noqa: S101  chosen above
            price = Money(one.product.price, one.product.currency)
            if refusal := scene.judge(one.pk, one.product.sku, price):
                found[one.pk] = refusal
    return found


class Outlook:
    """Whether prices may become ours: among all shops, then in each that has the product.

    What is said now need not be stopped on its way out; only how often a shop is told may be.
    """

    def __init__(self, partner: Partner, products: Sequence[Product]):
        shops = Connection.objects.working().filter(partner=partner).order_by("pk")
        rows = Listing.objects.filter(product__in=products).order_by("pk")
        listed = list(rows.select_related("connection", "quoted_fee"))
        self.shops = shop_rates.shops_of(shops, listed)
        self.limits = limits_of(products)
        self.listings: dict[int, list[Listing]] = {}
        for one in listed:
            if one.sent_price is not None:
                self.listings.setdefault(one.product_id, []).append(one)

    def judge(
        self,
        product: Product,
        price: Money,
        *,
        told: Decimal | None,
        accepted: Iterable[str] = (),
        is_automatic: bool = False,
    ) -> Refusal | None:
        facts = facts_of(
            product,
            shops=self.shops,
            limits=self.limits[product.pk],
            told=told,
            accepted=accepted,
            is_automatic=is_automatic,
        )
        scenes = [facts, *self._in_each_shop(product, facts)]
        return next((found for one in scenes if (found := judge(price, one))), None)

    def _in_each_shop(self, product: Product, facts: Facts) -> list[Facts]:
        """By what buyers pay there now; the floor among all shops is the highest of theirs."""
        return [
            replace(facts, told=one.sent_price, jump=jump_of(one.connection))
            for one in self.listings.get(product.pk, [])
        ]


def facts_of(
    product: Product,
    *,
    shops: Sequence[Shop],
    limits: Limits,
    told: Decimal | None = None,
    told_lately: tuple[int, int] = (0, 0),
    jump: PriceJump | None = None,
    change: PriceChange | None = None,
    accepted: Iterable[str] = (),
    is_automatic: bool = False,
) -> Facts:
    """The facts of a product among these shops; what its last change agreed to counts."""
    return Facts(
        currency=product.currency,
        limits=limits,
        cost=product.cost,
        floor=floor_of(product, shops=shops, limits=limits),
        told=told,
        told_in_hour=told_lately[0],
        told_in_day=told_lately[1],
        jump=jump,
        is_automatic=is_automatic,
        accepted=frozenset(accepted) | frozenset(change.accepted if change else ()),
    )


def floor_of(product: Product, *, shops: Sequence[Shop], limits: Limits) -> Decimal | None:
    """The lowest price that earns its cost, what is taken of it, and the smallest margin."""
    if product.cost is None:
        return None
    return pricing.propose(
        cost=product.cost,
        currency=product.currency,
        shops=[one.of(product.pk) for one in shops],
        legal_form=product.partner.legal_form,
        tax_base=product.partner.tax_base,
        least_margin=limits.margin,
    ).floor


def jump_of(connection: Connection) -> PriceJump | None:
    slug = connection.marketplace
    return connector_class(slug).price_jump if slug in CONNECTORS else None


def latest_changes(products: Iterable[Product]) -> dict[int, PriceChange]:
    """How each product came to the price it has."""
    rows = PriceChange.objects.filter(product__in=list(products)).order_by()
    newest = rows.values("product").annotate(newest=Max("pk")).values("newest")
    return {row.product_id: row for row in PriceChange.objects.filter(pk__in=newest)}


def _told_lately(connection: Connection, targets: Iterable[str]) -> Mapping[str, tuple[int, int]]:
    """How many prices of each target the shop has taken within the hour, and the day."""
    now = timezone.now()
    rows = Operation.objects.filter(
        connection=connection,
        kind=Operation.Kind.PUSH_PRICE,
        target__in=list(targets),
        state=Operation.State.DONE,
        finished_at__gt=now - timedelta(days=1),
    ).order_by()
    counted = rows.values("target").annotate(
        hour=Count("pk", filter=Q(finished_at__gt=now - timedelta(hours=1))), day=Count("pk")
    )
    return {row["target"]: (row["hour"], row["day"]) for row in counted}
