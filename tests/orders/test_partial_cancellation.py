"""The buyer or the marketplace changes how many pieces of a line are wanted."""

import pytest

from orders.services import filling, fulfilment
from products.models import Reservation

from .fakes import figures, line, put_on_shelf, receive, remote, told

pytestmark = pytest.mark.django_db


def change(shop, quantity, *, minutes=1, **fields):
    return receive(shop, remote(minutes=minutes, lines=[line("SKU-1", quantity)], **fields))


def state(order):
    stored = order.lines.get()
    return stored.stock, stored.covered


@pytest.fixture
def order(shop, product):
    """Everything there is, so that whoever else wants a piece waits."""
    return receive(shop, remote(lines=[line("SKU-1", 5)]))


def test_the_order_keeps_what_is_left_of_it(order, shop, product):
    waiting = receive(shop, remote("5002", lines=[line("SKU-1", 5)]))
    change(shop, 3)
    filling.fill_due()
    assert (state(order), figures(product)) == (("reserved", 3), (5, 3))
    assert state(waiting) == ("short", 0)
    assert Reservation.objects.count() == 1


def test_what_is_taken_out_goes_to_those_who_wait(order, shop, product):
    waiting = receive(shop, remote("5002", lines=[line("SKU-1", 2)]))
    change(shop, 3)
    filling.fill_due()
    assert (state(order), state(waiting)) == (("reserved", 3), ("reserved", 2))
    assert figures(product) == (5, 5)


def test_a_line_that_grows_beyond_the_stock_keeps_what_it_holds(order, shop, product):
    change(shop, 7)
    assert (state(order), figures(product)) == (("short", 5), (5, 5))
    assert order.lines.get().missing == 2
    assert told(order)[-1] == ("stock", "", "short")
    put_on_shelf(product, 2, "kirim:1")
    assert (state(order), figures(product)) == (("reserved", 7), (7, 7))


def test_a_grown_line_that_shrinks_again_is_no_longer_short(order, shop, product):
    change(shop, 7)
    change(shop, 4, minutes=2)
    assert (state(order), figures(product)) == (("reserved", 4), (5, 4))


def test_a_grown_line_that_leaves_takes_what_it_holds(order, shop, product):
    change(shop, 7)
    change(shop, 7, minutes=2, status="shipped")
    assert (state(order), figures(product)) == (("owing", 5), (0, 0))


def test_a_line_taken_out_gives_everything_back(order, shop, product):
    change(shop, 0)
    assert (state(order), figures(product)) == (("released", 0), (5, 0))
    change(shop, 2, minutes=2)
    assert (state(order), figures(product)) == (("reserved", 2), (5, 2))


def test_a_cancelled_order_that_has_shrunk_meanwhile_gives_all_back(order, shop, product, partner):
    fulfilment.cancel(order=order, by=partner.owner, reason="damaged")
    change(shop, 3)
    assert figures(product) == (5, 5)
    change(shop, 3, minutes=2, status="cancelled")
    assert (state(order), figures(product)) == (("released", 0), (5, 0))
