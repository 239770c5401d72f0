"""Quantities that no order can have stop neither it nor the others of its answer."""

import pytest

from orders.models import Order, OrderLine
from orders.services import intake

from .fakes import figures, line, receive, remote

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("quantity", [-1, -(2**31), 2**31, 2**53 + 1, 2**63, 10**30])
def test_such_an_order_is_left_out_and_the_next_is_taken(shop, product, quantity):
    good = line("SKU-1", 2)
    odd = line("SKU-1", 1)
    object.__setattr__(odd, "quantity", quantity)
    intake.receive_orders(shop, [remote("1", lines=[odd]), remote("2", lines=[good])])
    assert not OrderLine.objects.filter(order__external_id="1", stock="reserved").exists()
    assert Order.objects.get(external_id="2").lines.get().stock == "reserved"
    assert figures(product) == (5, 2)


def test_more_than_can_be_true_waits_like_anything_that_is_not_there(shop, product):
    order = receive(shop, remote(lines=[line("SKU-1", 1_000_001)]))
    assert (order.lines.get().stock, figures(product)) == ("short", (5, 0))
