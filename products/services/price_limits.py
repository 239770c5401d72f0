"""The limits within which prices move: of a product, else of all of them, else ours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from partners import audit
from partners.models import Partner, User
from products.models import PriceLimits, Product
from sellercloudx.lib.money import LARGEST

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Limits:
    """Amounts in the currency of the product; shares in percent. None: no such limit."""

    margin: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    step: Decimal | None = None
    per_hour: int | None = None
    per_day: int | None = None


# Where a seller has set nothing. Half of the price at once is a slip more often than a decision,
# and nobody decides on a price twenty times within an hour.
OURS = Limits(step=Decimal(50), per_hour=20, per_day=60)


def bound(said: object) -> Decimal | None:
    """A bound as a rule or a file says it; None, do not touch, for all that is no amount.

    Empty, zero, NaN, infinite, negative and unreadable bounds have each sold a shop for a penny.
    """
    if isinstance(said, bool) or said is None:
        return None
    try:
        amount = Decimal(str(said).strip())
    except ArithmeticError:
        return None
    return amount if amount.is_finite() and 0 < amount <= LARGEST else None


def limits_of(products: Iterable[Product]) -> dict[int, Limits]:
    """Those of each product. One query."""
    products = list(products)
    partners = {one.partner_id for one in products}
    found = PriceLimits.objects.filter(
        Q(product__in=[one.pk for one in products]) | Q(product=None), partner__in=partners
    )
    own = {row.product_id: row for row in found if row.product_id}
    general = {row.partner_id: row for row in found if not row.product_id}
    return {one.pk: _first_said(own.get(one.pk), general.get(one.partner_id)) for one in products}


def with_margin(products: "QuerySet[Product]") -> "QuerySet[Product]":
    """Each with its smallest margin, for `margin_read`; no query more."""
    general = PriceLimits.objects.filter(partner=OuterRef("partner"), product=None)
    own, of_all = F("price_limits__margin_points"), Subquery(general.values("margin_points"))
    return products.annotate(margin_points=Coalesce(own, of_all))


def margin_read(product: Product) -> Decimal | None:
    """Of a product from `with_margin`."""
    return _percent(getattr(product, "margin_points", None))


def _first_said(*rows: PriceLimits | None) -> Limits:
    said = [_read(row) for row in rows if row is not None]
    names = Limits.__dataclass_fields__
    return Limits(**{name: _first(getattr(one, name) for one in (*said, OURS)) for name in names})


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _read(row: PriceLimits) -> Limits:
    return Limits(
        margin=_percent(row.margin_points),
        least=row.least,
        most=row.most,
        step=_percent(row.step_points),
        per_hour=row.per_hour,
        per_day=row.per_day,
    )


def _percent(points: int | None) -> Decimal | None:
    return None if points is None else points / HUNDRED


def entered(partner: Partner, product: Product | None = None) -> Limits:
    """What the seller has set at this very place."""
    row = PriceLimits.objects.for_partner(partner).filter(product=product).first()
    return _read(row) if row else Limits()


@transaction.atomic
def enter(
    *, partner: Partner, by: User, product: Product | None = None, limits: Mapping[str, Any]
) -> None:
    """Keep the limits of a product, or of all; `limits` has every name of `Limits`."""
    before = entered(partner, product)
    after = Limits(**limits)
    if before == after:
        return
    PriceLimits.objects.update_or_create(
        partner=partner,
        product=product,
        defaults={
            "margin_points": _points(after.margin),
            "least": after.least,
            "most": after.most,
            "step_points": _points(after.step),
            "per_hour": after.per_hour,
            "per_day": after.per_day,
        },
    )
    audit.record(
        "PRICE_LIMITS_SET",
        partner=partner,
        actor=by,
        entity=product or partner,
        before=_as_text(before),
        after=_as_text(after),
    )


def _points(percent: Decimal | None) -> int | None:
    return None if percent is None else int(percent * HUNDRED)


def _as_text(limits: Limits) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in vars(limits).items()}
