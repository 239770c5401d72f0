"""What a shop takes, where its partner knows it and we do not."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from marketplaces.models import Connection
from partners import audit
from partners.models import User
from products.models import Listing, ShopRate
from products.services import quoted_fees
from products.services.fees import BY_PARTNER, Rate, Shop
from sellercloudx.lib.queue import wake

HUNDRED = Decimal(100)


def shops_of(connections: Iterable[Connection], listings: Iterable[Listing] = ()) -> list[Shop]:
    """Each with the rates entered for it, and quoted for these listings. One query.

    The listings come with their `quoted_fee`.
    """
    connections = list(connections)
    entered: dict[int, dict[str, Rate]] = {one.pk: {} for one in connections}
    marketplaces = {one.pk: one.marketplace for one in connections}
    for row in _newest(connections):
        if (percent := _percent(row)) is not None:
            day = timezone.localdate(row.created_at).isoformat()
            marketplace = marketplaces[row.connection_id]
            rate = Rate(row.step, percent, BY_PARTNER, day, marketplace)
            entered[row.connection_id][row.step] = rate
    quoted = quoted_fees.rates_of(listings, marketplaces)
    return [Shop(one.marketplace, entered[one.pk], quoted.get(one.pk, {})) for one in connections]


def entered_for(connection: Connection) -> dict[str, Decimal | None]:
    """The percent of each step; None where nothing is entered."""
    entered = {row.step: _percent(row) for row in _newest([connection])}
    return {step: entered.get(step) for step in ShopRate.Step.values}


def _newest(connections: Iterable[Connection]) -> Iterable[ShopRate]:
    rows = ShopRate.objects.filter(connection__in=connections).order_by()
    newest = rows.values("connection", "step").annotate(newest=Max("pk")).values("newest")
    return ShopRate.objects.filter(pk__in=newest)


def _percent(row: ShopRate) -> Decimal | None:
    return None if row.basis_points is None else row.basis_points / HUNDRED


@transaction.atomic
def enter(*, connection: Connection, rates: Mapping[str, Decimal | None], by: User) -> None:
    """Write down what differs from what is known; prices that are set stay as they are."""
    # Locked, so that the same form sent twice at once is one entry.
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    before = entered_for(connection)
    changed = {step: percent for step, percent in rates.items() if percent != before[step]}
    for step, percent in changed.items():
        ShopRate.objects.create(
            partner_id=connection.partner_id,
            connection=connection,
            step=step,
            basis_points=None if percent is None else int(percent * HUNDRED),
            actor=by,
        )
    if changed:
        audit.record(
            "SHOP_RATES_ENTERED",
            partner=connection.partner,
            actor=by,
            entity=connection,
            before={step: _text(before[step]) for step in changed},
            after={step: _text(percent) for step, percent in changed.items()},
        )
        wake("products.services.price_proposals.review", connection.partner_id)


def _text(percent: Decimal | None) -> str:
    return "" if percent is None else str(percent)
