"""A price and the waterfall that explains it, from cost to what the buyer pays."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils import timezone

from partners.models import Partner
from products.services import fees
from products.services.fees import Rate, Shop
from sellercloudx.lib.money import CENT, LARGEST, round_money

HUNDRED = Decimal(100)
ORDER = ("cost", *fees.MARKETPLACE_STEPS, "tax", "margin", "rounding")


@dataclass(frozen=True)
class Step:
    """One line of the waterfall. No amount means: not known, and left out of the price."""

    step: str
    amount: Decimal | None
    reason: str
    percent: Decimal | None = None
    marketplace: str = ""
    source: str = ""
    as_of: str = ""
    # What is taken of each piece beside the percent.
    fixed: Decimal | None = None


@dataclass(frozen=True)
class Proposal:
    """A price with its reasons; no price where the figures leave none."""

    price: Decimal | None
    currency: str
    waterfall: tuple[Step, ...]
    # Below this, cost and the known fees are not earned back.
    floor: Decimal | None = None
    # Nothing that is taken of the price is left out.
    is_complete: bool = False


def propose(
    *,
    cost: Decimal,
    currency: str,
    shops: Sequence[Shop] = (),
    legal_form: str = "",
    tax_base: str = Partner.TaxBase.TURNOVER,
    least_margin: Decimal | None = None,
    on: date | None = None,
) -> Proposal:
    """The price that pays cost, known fees and tax and leaves the target margin, rounded up.

    The floor leaves `least_margin` percent, or nothing.
    """
    on = on or timezone.localdate()
    rates, left_out = _taken_by_others(shops, legal_form, tax_base, on, price=cost)
    margin = fees.target_margin(on=on)
    proposal = from_rates(
        cost=cost,
        currency=currency,
        rates=[*rates, *filter(None, [margin])],
        left_out=left_out,
        least_margin=least_margin or Decimal(0),
    )
    return replace(proposal, is_complete=bool(shops) and not left_out)


def _taken_by_others(
    shops: Sequence[Shop], legal_form: str, tax_base: str, on: date, *, price: Decimal
) -> tuple[list[Rate], list[Step]]:
    """What marketplaces and the state take of a price, and what of it is not known."""
    rates, unknown = fees.fees(shops=shops, on=on, price=price)
    tax = fees.tax(legal_form=legal_form, base=tax_base, on=on)
    left_out = [
        Step(step, None, "not_known", marketplace=marketplace) for step, marketplace in unknown
    ]
    if tax is None:
        left_out.append(Step("tax", None, "not_known"))
    return [*rates, *filter(None, [tax])], left_out


def from_rates(
    *,
    cost: Decimal,
    currency: str,
    rates: Sequence[Rate],
    left_out: Sequence[Step] = (),
    least_margin: Decimal = Decimal(0),
) -> Proposal:
    taken = [rate for rate in rates if rate.step != "margin"]
    floor = _earning_back(cost, taken, least_margin)
    aim = _earning_back(cost, rates)
    price = None if aim is None else _rounded_up(max(aim, floor or aim), currency)
    start = Step("cost", cost, "yours")
    if price is None or price > LARGEST:
        return Proposal(None, currency, _in_order([start, *left_out]), floor)
    steps = [start, *(_taken(rate, price) for rate in rates)]
    rest = price - sum((step.amount for step in steps if step.amount is not None), Decimal(0))
    steps.append(Step("rounding", rest, "ending"))
    return Proposal(price, currency, _in_order([*steps, *left_out]), floor)


def _earning_back(
    cost: Decimal, rates: Sequence[Rate], margin: Decimal = Decimal(0)
) -> Decimal | None:
    """The smallest price of which so much may go; None where they take all of it."""
    left = 1 - (sum((rate.percent for rate in rates), Decimal(0)) + margin) / HUNDRED
    fixed = sum((rate.fixed for rate in rates), Decimal(0))
    return ((cost + fixed) / left).quantize(CENT, ROUND_CEILING) if left > 0 else None


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: ORDER.index(step.step)))


def _rounded_up(amount: Decimal, currency: str) -> Decimal:
    multiple = fees.ending(amount, currency)
    return (amount / multiple).to_integral_value(ROUND_CEILING) * multiple


def _taken(rate: Rate, price: Decimal) -> Step:
    return Step(
        step=rate.step,
        amount=round_money(rate.taken_of(price)),
        reason="target" if rate.step == "margin" else "rate",
        percent=rate.percent,
        marketplace=rate.marketplace,
        source=rate.source,
        as_of=rate.as_of,
        fixed=rate.fixed or None,
    )


def as_json(waterfall: Iterable[Step]) -> list[dict[str, Any]]:
    """The lines as they are kept beside a price, amounts as exact text."""
    return [
        {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in asdict(step).items()
        }
        for step in waterfall
    ]


def explain(*, cost: Decimal, price: Decimal, proposal: Proposal) -> tuple[Step, ...]:
    """The same fees under a price a person set: what is left to them is the last line."""
    steps = [Step("cost", cost, "yours")]
    for step in proposal.waterfall:
        if step.step not in ("cost", "margin", "rounding") and step.percent is not None:
            taken = price * step.percent / HUNDRED + (step.fixed or 0)
            steps.append(replace(step, amount=round_money(taken)))
    rest = price - sum((step.amount for step in steps if step.amount is not None), Decimal(0))
    share = (rest / price * HUNDRED).quantize(Decimal("0.1"))
    left_out = [step for step in proposal.waterfall if step.amount is None]
    return _in_order([*steps, Step("margin", rest, "left", percent=share), *left_out])


def without_cost(
    *,
    price: Decimal,
    shops: Sequence[Shop] = (),
    legal_form: str = "",
    tax_base: str = Partner.TaxBase.TURNOVER,
) -> tuple[Step, ...]:
    """What is taken of a price whose cost is not known: nor is what is left."""
    today = timezone.localdate()
    rates, left_out = _taken_by_others(shops, legal_form, tax_base, today, price=price)
    unknown = [Step("cost", None, "no_cost"), Step("margin", None, "no_cost")]
    return _in_order([*(_taken(rate, price) for rate in rates), *left_out, *unknown])
