"""Quantities that cannot be: refused, and nothing has moved."""

import pytest

from products.models import Reservation, StockMovement
from products.services import stock
from products.services.stock import Figures, NotAQuantity, NotEnough, TooMany
from tests import factories

pytestmark = pytest.mark.django_db
HUGE = 10**30


@pytest.fixture
def product(partner):
    return factories.make_product(partner, stock=10)


def who(product):
    return {"partner": product.partner, "product": product}


REFUSED = [
    (0, NotAQuantity),
    (-1, NotAQuantity),
    (-HUGE, NotAQuantity),
    (1_000_001, TooMany),
    (2**31, TooMany),
    (2**63, TooMany),
    (HUGE, TooMany),
]


@pytest.mark.parametrize(("quantity", "error"), REFUSED)
def test_such_a_number_is_not_promised(product, quantity, error):
    with pytest.raises(error):
        stock.reserve(**who(product), quantity=quantity, source="order_line:1")
    assert stock.figures(product) == Figures(on_hand=10)
    assert not Reservation.objects.exists()


@pytest.mark.parametrize(("quantity", "error"), REFUSED)
def test_such_a_number_does_not_arrive(product, quantity, error):
    with pytest.raises(error):
        stock.receive(**who(product), quantity=quantity, source="kirim:1")
    assert stock.figures(product) == Figures(on_hand=10)
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize(
    ("quantity", "error"), [(-HUGE, NotEnough), (-11, NotEnough), (HUGE, TooMany), (2**63, TooMany)]
)
def test_a_count_is_not_corrected_by_such_a_number(product, quantity, error):
    with pytest.raises(error):
        stock.adjust(**who(product), quantity=quantity, reason="counted", source="a:1")
    assert stock.figures(product) == Figures(on_hand=10)
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize("quantity", [0, -5])
def test_nothing_leaves_by_such_a_number(product, quantity):
    assert stock.take(**who(product), up_to=quantity, source="order_line:1:0") == 0
    assert stock.figures(product) == Figures(on_hand=10)
