"""What marketplaces' own calculators say they take of each product, kept with the day.

Asked again when a week is over, or when the price, the category or the sizes are others. Their
figures are approximate, and say so.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from marketplaces import gateway
from marketplaces.connectors.base import Capability, Connector
from marketplaces.connectors.errors import Kind, MarketplaceError
from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.connectors.remote import FeeAnswer, FeeQuestion
from marketplaces.models import Connection
from products.models import Listing, QuotedFee
from products.services.fees import Rate
from sellercloudx.lib.money import Money
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

# The source of a rate that a marketplace's calculator named.
BY_CALCULATOR = "calculator"
HOLDS_FOR = timedelta(days=7)
AT_ONCE = 200
SIZES = ("length_cm", "width_cm", "height_cm", "weight_kg")


def rates_of(
    listings: Iterable[Listing], marketplaces: Mapping[int, str]
) -> dict[int, dict[int, dict[str, Rate]]]:
    """By connection and product, the rate of each step; `marketplaces` by connection."""
    found: dict[int, dict[int, dict[str, Rate]]] = {}
    for listing in listings:
        quote = getattr(listing, "quoted_fee", None)
        if quote is not None and listing.connection_id in marketplaces:
            rates = _rates(quote, marketplaces[listing.connection_id])
            found.setdefault(listing.connection_id, {})[listing.product_id] = rates
    return found


def _rates(quote: QuotedFee, marketplace: str) -> dict[str, Rate]:
    """Shares of a step added up, and what is taken of each piece."""
    percents: dict[str, Decimal] = {}
    fixed: dict[str, Decimal] = {}
    for line in quote.lines:
        kind = fixed if line["percent"] is None else percents
        figure = line["amount"] if line["percent"] is None else line["percent"]
        kind[line["step"]] = kind.get(line["step"], Decimal(0)) + Decimal(figure)
    day = timezone.localdate(quote.fetched_at).isoformat()
    nothing = Decimal(0)
    return {
        step: Rate(
            step,
            percents.get(step, nothing),
            BY_CALCULATOR,
            day,
            marketplace,
            fixed.get(step, nothing),
        )
        for step in {*percents, *fixed}
    }


def wake_due() -> None:
    """Called by the clock: ask the shops that have a calculator."""
    for connection in Connection.objects.working():
        if _can_be_asked(connection) and _wanted(connection).exists():
            wake("products.services.quoted_fees.refresh", connection.pk)


def _can_be_asked(connection: Connection) -> bool:
    slug = connection.marketplace
    return slug in CONNECTORS and connector_class(slug).supports(Capability.FEES)


def refresh(connection_id: int) -> int:
    """Ask about what is due; how many answers came. A shop that does not answer is asked later."""
    connection = Connection.objects.working().filter(pk=connection_id).first()
    if connection is None or not _can_be_asked(connection):
        return 0
    answered = 0
    try:
        with gateway.connector_for(connection) as connector:
            last = 0
            while some := list(_wanted(connection).filter(pk__gt=last)[:AT_ONCE]):
                _keep(some, _ask(connector, some))
                answered, last = answered + len(some), some[-1].pk
    except MarketplaceError as error:
        logger.warning("connection %s told no fees: %s", connection_id, error.code)
    return answered


def _ask(connector: Connector, listings: Sequence[Listing]) -> list[FeeAnswer]:
    """One that is refused is known to have no answer, and keeps the others from none."""
    try:
        return connector.fees([_question(listing) for listing in listings])
    except MarketplaceError as error:
        if error.kind != Kind.PERMANENT:
            raise
    if len(listings) == 1:
        return [FeeAnswer(listings[0].product.sku, ())]
    half = len(listings) // 2
    return [*_ask(connector, listings[:half]), *_ask(connector, listings[half:])]


def _wanted(connection: Connection) -> QuerySet[Listing]:
    """The listings whose answer is missing, old, or to another question."""
    askable = Listing.objects.filter(
        connection=connection,
        product__price__gt=0,
        product__currency=connection.currency or F("product__currency"),
        **{f"product__{name}__gt": 0 for name in SIZES},
    ).exclude(category_id="")
    stale = (
        Q(quoted_fee=None)
        | Q(quoted_fee__fetched_at__lt=timezone.now() - HOLDS_FOR)
        | Q(quoted_fee__fetched_at__lt=F("product__updated_at"))
        | ~Q(quoted_fee__category_id=F("category_id"))
    )
    return askable.filter(stale).select_related("product").order_by("pk")


def _question(listing: Listing) -> FeeQuestion:
    """About a product whose price and sizes are all known: `_wanted` has seen to it."""
    product = listing.product
    price = Money(product.price or Decimal(0), product.currency)
    length, width, height, weight = (getattr(product, name) for name in SIZES)
    return FeeQuestion(product.sku, listing.category_id, price, length, width, height, weight)


def _keep(listings: Sequence[Listing], answers: Sequence[FeeAnswer]) -> None:
    now = timezone.now()
    for listing, answer in zip(listings, answers, strict=True):
        QuotedFee.objects.update_or_create(
            listing=listing,
            defaults={
                "partner_id": listing.partner_id,
                "price": listing.product.price,
                "currency": listing.product.currency,
                "lines": _lines(answer, listing.product.currency),
                "category_id": listing.category_id,
                "fetched_at": now,
            },
        )


def _lines(answer: FeeAnswer, currency: str) -> list[dict[str, Any]]:
    """What is said in another currency is not counted."""
    return [
        {
            "step": line.step,
            "amount": str(line.amount.amount),
            "percent": None if line.percent is None else str(line.percent),
            "kind": line.kind,
        }
        for line in answer.lines
        if line.amount.currency == currency
    ]
