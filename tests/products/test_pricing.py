from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.services import fees, pricing
from products.services.fees import Rate, Shop
from sellercloudx.lib.money import LARGEST

amounts = st.decimals(min_value="0.01", max_value=LARGEST, places=2)
percents = st.decimals(min_value=0, max_value=30, places=2)
rates = st.lists(percents, max_size=4).map(
    lambda shares: [
        Rate(step, share, "a source", "2026-11-01", "yandex")
        for step, share in zip(("commission", "logistics", "payout", "tax"), shares, strict=False)
    ]
)


@pytest.mark.django_db
def test_it_names_each_step_with_its_source():
    proposal = pricing.propose(
        cost=Decimal(60_000),
        currency="UZS",
        shops=[Shop("yandex")],
        legal_form="sole_proprietor",
        on=date(2026, 11, 23),
    )
    known = {step.step: step for step in proposal.waterfall if step.amount is not None}
    assert proposal.price == 76_000
    assert [*known] == ["cost", "tax", "margin", "rounding"]
    assert known["tax"].amount == 760
    assert (known["tax"].source, known["tax"].as_of) == ("ZRU-1108", "2025-12-25")


@pytest.mark.django_db
def test_it_says_what_is_not_known_and_leaves_it_out():
    proposal = pricing.propose(cost=Decimal(60_000), currency="UZS", shops=[Shop("yandex")])
    unknown = [(step.step, step.marketplace) for step in proposal.waterfall if step.amount is None]
    assert unknown == [
        ("commission", "yandex"),
        ("logistics", "yandex"),
        ("payout", "yandex"),
        ("tax", ""),
    ]


@pytest.mark.django_db
def test_it_takes_only_rows_of_that_day():
    before_the_law = fees.tax(legal_form="sole_proprietor", on=date(2025, 12, 31))
    assert before_the_law is None
    assert fees.tax(legal_form="sole_proprietor", on=date(2026, 1, 1)).percent == 1


def test_it_proposes_nothing_when_fees_eat_the_whole_price():
    rate = Rate("commission", Decimal(100), "a source", "2026-11-01")
    proposal = pricing.from_rates(cost=Decimal(1), currency="UZS", rates=[rate])
    assert (proposal.price, proposal.floor) == (None, None)


@pytest.mark.django_db
def test_it_proposes_nothing_above_the_largest_sum():
    proposal = pricing.propose(cost=LARGEST, currency="UZS")
    assert proposal.price is None


@given(cost=amounts, rates=rates, margin=percents, currency=st.sampled_from(["UZS", "RUB", "USD"]))
def test_its_steps_add_up_to_the_price_exactly(cost, rates, margin, currency):
    target = Rate("margin", margin, "ours", "2026-11-01")
    proposal = pricing.from_rates(cost=cost, currency=currency, rates=[*rates, target])
    if proposal.price is None:
        return
    steps = [step.amount for step in proposal.waterfall]
    assert sum(steps) == proposal.price
    assert all(amount == amount.quantize(Decimal("0.01")) for amount in steps)
    assert proposal.price % fees.ending(proposal.price, currency) == 0 or currency == "USD"
    rounding = next(step.amount for step in proposal.waterfall if step.step == "rounding")
    # Each step is rounded by itself, so the rest may lack a few tiyin.
    assert rounding >= Decimal("-0.05")


@given(cost=amounts, rates=rates, price=amounts)
def test_a_price_of_ones_own_is_explained_exactly_too(cost, rates, price):
    proposal = pricing.from_rates(cost=cost, currency="UZS", rates=rates)
    steps = pricing.explain(cost=cost, price=price, proposal=proposal)
    assert sum(step.amount for step in steps if step.amount is not None) == price


@given(cost=amounts, rates=rates)
def test_the_floor_earns_cost_and_fees_back(cost, rates):
    floor = pricing.from_rates(cost=cost, currency="UZS", rates=rates).floor
    if floor is None:
        return
    taken = sum(floor * rate.percent / 100 for rate in rates)
    assert floor - taken >= cost
