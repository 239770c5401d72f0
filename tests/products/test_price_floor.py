"""Whatever is taken of a price: none that is let through is below its floor, or loses a tiyin."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from products.services import pricing
from products.services.fees import Rate, Shop
from products.services.price_guard import Code, Facts, floor_of, judge
from products.services.price_limits import Limits
from sellercloudx.lib.money import Money
from tests import factories

STEPS = ("commission", "logistics", "payout")
percents = st.decimals(min_value=0, max_value=60, places=2)
amounts = st.decimals(min_value="0.01", max_value=10**9, places=2)
# What a partner may have entered, and what the marketplace takes by rows; some of it not known.
schedules = st.dictionaries(st.sampled_from(STEPS), percents).map(
    lambda shares: Shop(
        "yandex", {step: Rate(step, share, "s", "2026-11-01") for step, share in shares.items()}
    )
)
margins = st.none() | st.decimals(min_value=0, max_value=90, places=2)


class TestUnderAnyFees(TestCase):
    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        cost=amounts,
        price=amounts,
        shops=st.lists(schedules, max_size=3),
        margin=margins,
        form=st.sampled_from(["company", "sole_proprietor", "individual", "none"]),
        is_automatic=st.booleans(),
    )
    def test_no_price_below_its_floor_is_let_through(
        self, cost, price, shops, margin, form, is_automatic
    ):
        product = factories.Product(cost=cost, currency="UZS")
        product.partner = factories.Partner(legal_form=form, tax_base="turnover")
        floor = floor_of(product, shops=shops, limits=Limits(margin=margin))
        facts = Facts("UZS", Limits(margin=margin), cost, floor, is_automatic=is_automatic)
        refusal = judge(Money(price, "UZS"), facts)
        taken = sum(self._shares(product, shops, price), Decimal(0))
        left = price - cost - taken - price * (margin or 0) / 100
        if refusal is None:
            assert floor is not None
            assert price >= floor
            assert left >= 0
        else:
            assert refusal.code in (Code.BELOW_FLOOR, Code.NOTHING_LEFT)
            assert left < Decimal("0.01")

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        cost=amounts,
        price=amounts,
        fees=st.dictionaries(st.sampled_from(STEPS), st.tuples(percents, amounts)),
    )
    def test_nor_where_something_is_taken_of_each_piece(self, cost, price, fees):
        product = factories.Product(pk=1, cost=cost, currency="UZS")
        product.partner = factories.Partner(legal_form="company", tax_base="turnover")
        rates = {
            step: Rate(step, share, "calculator", "2026-11-01", "yandex", fixed)
            for step, (share, fixed) in fees.items()
        }
        shop = Shop("yandex", quoted={1: rates})
        facts = Facts("UZS", Limits(), cost, floor_of(product, shops=[shop], limits=Limits()))
        taken = price * 4 / 100 + sum(
            (price * share / 100 + fixed for share, fixed in fees.values()), Decimal(0)
        )
        if judge(Money(price, "UZS"), facts) is None:
            assert price - cost - taken >= 0

    @staticmethod
    def _shares(product, shops, price):
        """The dearest of each step, exactly; counted here anew."""
        for step in STEPS:
            known = [shop.entered[step].percent for shop in shops if step in shop.entered]
            yield max(known, default=Decimal(0)) * price / 100
        tax = {"company": 4, "sole_proprietor": 1, "individual": 1}.get(
            product.partner.legal_form, 0
        )
        yield Decimal(tax) * price / 100


@pytest.mark.parametrize("price", ["1", "99999.99", "0.03"])
@pytest.mark.django_db
def test_every_waterfall_adds_up_to_the_tiyin(price):
    proposal = pricing.propose(
        cost=Decimal("33333.33"),
        currency="UZS",
        shops=[Shop("yandex", {"commission": Rate("commission", Decimal("17.77"), "s", "2026")})],
        legal_form="company",
    )
    steps = pricing.explain(cost=Decimal("33333.33"), price=Decimal(price), proposal=proposal)
    assert sum(step.amount for step in steps if step.amount is not None) == Decimal(price)
    assert [step.step for step in steps if step.amount is not None] == [
        "cost", "commission", "tax", "margin",
    ]  # fmt: skip
