from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.models import Product
from sellercloudx.lib.money import LARGEST, Money, round_money, to_minor
from tests import factories

amounts = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2)
positive = st.decimals(min_value="0.01", max_value=LARGEST, places=2)
with_the_database = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def product(partner):
    return factories.make_product(partner)


@pytest.fixture
def three(partner):
    return [factories.make_product(partner) for _ in range(3)]


@with_the_database
@given(amount=positive)
def test_an_amount_comes_back_from_the_database_as_it_went_in(product, amount):
    Product.objects.filter(pk=product.pk).update(cost=amount)
    read = Product.objects.values_list("cost", flat=True).get(pk=product.pk)
    assert isinstance(read, Decimal)
    assert (read, str(read)) == (amount, f"{amount:.2f}")


@with_the_database
@given(costs=st.lists(positive, min_size=3, max_size=3))
def test_the_database_adds_up_exactly(partner, three, costs):
    for product, cost in zip(three, costs, strict=True):
        Product.objects.filter(pk=product.pk).update(cost=cost)
    total = Product.objects.for_partner(partner).aggregate(total=Sum("cost"))["total"]
    assert total == sum(costs)


def test_the_largest_amount_is_found_by_comparison(product):
    Product.objects.filter(pk=product.pk).update(cost=LARGEST)
    assert Product.objects.filter(cost=LARGEST, cost__gt=LARGEST - Decimal("0.01")).exists()


@pytest.mark.parametrize("amount", ["0.001", "99.999", "1e-9"])
def test_it_refuses_to_lose_digits(amount):
    with pytest.raises(ValueError, match="more than two decimals"):
        to_minor(Decimal(amount))


@pytest.mark.parametrize("amount", ["1000000000000.01", "1e30", "-1e13", "1.234"])
def test_it_refuses_what_a_form_must_not_let_through(amount):
    with pytest.raises(ValidationError):
        Product._meta.get_field("cost").run_validators(Decimal(amount))


@given(amounts, st.decimals(min_value="0", max_value="1", places=6))
def test_rounding_moves_by_half_a_tiyin_at_most(amount, share):
    assert abs(round_money(amount * share) - amount * share) <= Decimal("0.005")


def test_two_currencies_are_never_added():
    assert Money(Decimal("1.10"), "UZS") + Money(Decimal("2.20"), "UZS") == Money(
        Decimal("3.30"), "UZS"
    )
    with pytest.raises(ValueError, match="cannot be added"):
        Money(Decimal(1), "UZS") + Money(Decimal(1), "RUB")
