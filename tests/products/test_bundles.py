"""A SKU made of pieces of others: it can do what the scarcest part can."""

import pytest
from django.db import IntegrityError, transaction

from partners.models import AuditLog
from products.models import BundlePart, Product, StockMovement
from products.services import stock, stock_parts
from products.services.stock import Figures, HasNoStock, NotEnough
from products.services.stock_parts import CannotBeBundle
from tests import factories
from tests.at_once import ROUNDS, at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def pot(partner):
    return factories.make_product(partner, sku="POT", stock=5)


@pytest.fixture
def bowl(partner):
    return factories.make_product(partner, sku="BOWL", stock=13)


@pytest.fixture
def bundle(partner, pot, bowl):
    """A pot and six bowls."""
    made = factories.make_product(partner, sku="SET")
    stock_parts.set_parts(bundle=made, parts={pot: 1, bowl: 6}, by=partner.owner)
    return made


def reserve(product, quantity=1, source="order_line:1"):
    return stock.reserve(partner=product.partner, product=product, quantity=quantity, source=source)


def numbers(*products):
    return [(stock.figures(one).on_hand, stock.figures(one).reserved) for one in products]


def test_it_can_be_had_as_often_as_its_scarcest_part_allows(bundle, bowl):
    assert stock.figures(bundle) == Figures(on_hand=2)
    reserve(bowl, 2)
    assert stock.figures(bundle) == Figures(on_hand=2, reserved=1)
    assert stock.figures_read(stock.with_figures(Product.objects.all()).get(pk=bundle.pk)) == (
        Figures(on_hand=2, reserved=1)
    )


def test_all_its_parts_are_promised_and_given_back_together(bundle, pot, bowl):
    reserve(bundle, 2)
    assert numbers(pot, bowl) == [(5, 2), (13, 12)]
    assert stock.release(partner=bundle.partner, source="order_line:1")
    assert numbers(pot, bowl) == [(5, 0), (13, 0)]
    assert not stock.release(partner=bundle.partner, source="order_line:1")


def test_none_of_its_parts_is_promised_when_one_is_lacking(bundle, pot, bowl):
    with pytest.raises(NotEnough):
        reserve(bundle, 3)
    assert numbers(pot, bowl) == [(5, 0), (13, 0)]


def test_a_promise_grows_and_shrinks_in_all_parts(bundle, pot, bowl):
    reserve(bundle, 1)
    reserve(bundle, 2)
    assert numbers(pot, bowl) == [(5, 2), (13, 12)]
    with pytest.raises(NotEnough):
        reserve(bundle, 3)
    assert numbers(pot, bowl) == [(5, 2), (13, 12)]
    reserve(bundle, 1)
    assert numbers(pot, bowl) == [(5, 1), (13, 6)]


def test_its_parts_leave_with_the_parcel_once(bundle, pot, bowl):
    reserve(bundle, 2)
    for _ in range(2):
        stock.consume(partner=bundle.partner, source="order_line:1")
    assert numbers(pot, bowl) == [(3, 0), (1, 0)]
    sales = StockMovement.objects.filter(kind="sale").order_by("product")
    assert [(one.product.sku, one.quantity) for one in sales] == [("POT", -2), ("BOWL", -12)]


def test_its_parts_are_written_off_once_per_occasion(bundle, pot, bowl):
    said = {"partner": bundle.partner, "source": "order_line:1", "reason": "broken"}
    for _ in range(2):
        reserve(bundle, 1)
        stock.write_off(**said, occasion="order_line:1:gone:1")
    assert numbers(pot, bowl) == [(4, 1), (7, 6)]


def test_what_left_unpromised_is_taken_in_whole_bundles(bundle, pot, bowl):
    sold = {"partner": bundle.partner, "product": bundle}
    assert stock.take(**sold, up_to=5, source="order_line:1:0") == 2
    assert numbers(pot, bowl) == [(3, 0), (1, 0)]
    assert stock.take(**sold, up_to=3, source="order_line:1:2") == 0


def test_nothing_of_its_own_is_put_on_the_shelf(bundle):
    came = {"partner": bundle.partner, "product": bundle, "quantity": 3, "source": "kirim:1"}
    with pytest.raises(HasNoStock):
        stock.receive(**came)


def test_it_is_no_part_of_itself(partner, pot):
    with pytest.raises(CannotBeBundle) as refused:
        stock_parts.set_parts(bundle=pot, parts={pot: 2})
    assert refused.value.code == "itself"
    with pytest.raises(IntegrityError), transaction.atomic():
        BundlePart.objects.create(partner=partner, bundle=pot, part=pot, quantity=1)


def test_no_bundle_is_a_part_so_none_comes_to_hold_itself(partner, bundle, pot):
    other = factories.make_product(partner)
    with pytest.raises(CannotBeBundle) as refused:
        stock_parts.set_parts(bundle=other, parts={bundle: 1})
    assert (refused.value.code, refused.value.sku) == ("bundle", "SET")
    with pytest.raises(CannotBeBundle) as refused:
        stock_parts.set_parts(bundle=pot, parts={other: 1})
    assert refused.value.code in ("part", "stock")
    assert BundlePart.objects.count() == 2


@pytest.mark.parametrize("quantity", [0, 1001])
def test_a_part_is_at_least_one_piece_and_at_most_a_thousand(partner, pot, quantity):
    made = factories.make_product(partner)
    with pytest.raises(IntegrityError), transaction.atomic():
        BundlePart.objects.create(partner=partner, bundle=made, part=pot, quantity=quantity)


def test_what_has_stock_of_its_own_or_is_promised_is_no_bundle(pot, bowl):
    with pytest.raises(CannotBeBundle) as refused:
        stock_parts.set_parts(bundle=pot, parts={bowl: 2})
    assert refused.value.code == "stock"
    reserve(pot)
    with pytest.raises(CannotBeBundle) as refused:
        stock_parts.set_parts(bundle=pot, parts={bowl: 2})
    assert refused.value.code == "promised"


def test_a_change_is_audited_and_the_same_again_is_none(bundle, pot, bowl, partner):
    assert not stock_parts.set_parts(bundle=bundle, parts={pot: 1, bowl: 6})
    assert stock_parts.set_parts(bundle=bundle, parts={pot: 1, bowl: 4}, by=partner.owner)
    row = AuditLog.objects.filter(action="BUNDLE_CHANGED").latest("pk")
    assert (row.before, row.after) == (
        {"parts": {"POT": 1, "BOWL": 6}},
        {"parts": {"POT": 1, "BOWL": 4}},
    )
    assert stock.figures(bundle).available == 3


def test_what_was_promised_before_a_change_is_given_back_as_it_was(bundle, pot, bowl):
    reserve(bundle, 1)
    stock_parts.set_parts(bundle=bundle, parts={pot: 2})
    stock.release(partner=bundle.partner, source="order_line:1")
    assert numbers(pot, bowl) == [(5, 0), (13, 0)]


@pytest.mark.django_db(transaction=True)
def test_two_made_bundles_of_each_other_at_once_are_one(partner):
    for _ in range(ROUNDS):
        first, second = factories.make_product(partner), factories.make_product(partner)
        came = at_once(
            lambda: stock_parts.set_parts(bundle=first, parts={second: 1}),  # noqa: B023
            lambda: stock_parts.set_parts(bundle=second, parts={first: 1}),  # noqa: B023
        )
        assert sorted(str(type(one).__name__) for one in came) == ["CannotBeBundle", "bool"]
