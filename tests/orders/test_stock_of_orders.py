import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from orders.services import filling
from partners.models import Notification
from products.models import Product, StockLevel, StockMovement
from products.services import stock
from tests import factories

from .fakes import MOMENT, figures, line, put_on_shelf, receive, remote, told

pytestmark = pytest.mark.django_db


def state_of(order):
    return order.lines.get().stock


def test_pieces_are_given_back_when_the_marketplace_cancels(shop, product):
    receive(shop, remote())
    order = receive(shop, remote(minutes=1, status="cancelled"))
    assert (state_of(order), figures(product)) == ("released", (5, 0))


@pytest.mark.django_db(transaction=True)
def test_those_who_wait_get_their_pieces_as_soon_as_these_are_committed(shop, product):
    receive(shop, remote("1", lines=[line("SKU-1", 5)]))
    waiting = receive(shop, remote("2"))
    receive(shop, remote("1", "cancelled", minutes=1, lines=[line("SKU-1", 5)]))
    assert (state_of(waiting), figures(product)) == ("reserved", (5, 1))


def test_the_clock_finds_those_who_wait_although_there_are_pieces(shop, product):
    enough = receive(shop, remote("1", lines=[line("SKU-1", 6)]))
    too_many = receive(shop, remote("2", lines=[line("SKU-1", 9)]))
    with transaction.atomic():
        stock.receive(partner=product.partner, product=product, quantity=2, source="kirim:1")
    assert state_of(enough) == "short"
    assert filling.fill_due() == 1
    assert (state_of(enough), state_of(too_many)) == ("reserved", "short")


@pytest.mark.parametrize("status", ["shipped", "delivered", "returned"])
def test_pieces_leave_the_stock_with_the_parcel(shop, product, status):
    receive(shop, remote(lines=[line("SKU-1", 2)]))
    order = receive(shop, remote(minutes=1, status=status, lines=[line("SKU-1", 2)]))
    assert (state_of(order), figures(product)) == ("shipped", (3, 0))
    assert StockMovement.objects.get(kind="sale").quantity == -2


def test_they_leave_once(shop, product):
    receive(shop, remote())
    for minute, status in enumerate(["shipped", "delivered", "returned"], start=1):
        receive(shop, remote(minutes=minute, status=status))
    assert figures(product) == (4, 0)


def test_ready_parcels_are_still_on_the_shelf(shop, product):
    receive(shop, remote(status="ready"))
    assert figures(product) == (5, 1)


@pytest.mark.parametrize("status", ["delivered", "cancelled", "shipped"])
def test_an_order_closed_before_we_counted_touches_nothing(shop, product, status):
    order = receive(shop, remote(status=status, created_at=MOMENT - timedelta(days=9)))
    assert (state_of(order), figures(product)) == ("untouched", (5, 0))


def test_an_order_shipped_while_we_were_away_is_taken_off(shop, product):
    order = receive(shop, remote(status="shipped"))
    assert (state_of(order), figures(product)) == ("shipped", (4, 0))


def test_a_product_counted_after_the_parcel_left_is_not_touched(shop, product):
    Product.objects.update(created_at=MOMENT + timedelta(days=1))
    assert state_of(receive(shop, remote(status="shipped"))) == "untouched"


def test_too_few_pieces_are_said_loudly_and_stop_nothing(shop, product):
    order = receive(shop, remote(lines=[line("SKU-1", 6)]))
    assert (state_of(order), figures(product)) == ("short", (5, 0))
    assert ("stock", "", "short") in told(order)
    assert Notification.objects.filter(kind="order_short").count() == 1
    receive(shop, remote(minutes=1, status="packing", lines=[line("SKU-1", 6)]))
    assert Notification.objects.filter(kind="order_short").count() == 1


def test_pieces_that_arrive_go_to_the_nearest_deadline_first(shop, product):
    late, soon = MOMENT + timedelta(days=3), MOMENT + timedelta(days=1)
    receive(shop, remote("1", lines=[line("SKU-1", 5)]))
    second = receive(shop, remote("2", lines=[line("SKU-1", 2)], ship_by=late))
    third = receive(shop, remote("3", lines=[line("SKU-1", 2)], ship_by=soon))
    put_on_shelf(product, 3, "kirim:1")
    assert (state_of(third), state_of(second)) == ("reserved", "short")
    assert figures(product) == (8, 7)
    put_on_shelf(product, 1, "kirim:2")
    assert (state_of(second), figures(product)) == ("reserved", (9, 9))
    assert told(second)[-1] == ("stock", "", "reserved")


def test_a_cancelled_order_leaves_its_pieces_to_those_who_wait(shop, product):
    receive(shop, remote("1", lines=[line("SKU-1", 5)]))
    waiting = receive(shop, remote("2"))
    receive(shop, remote("1", "cancelled", minutes=1, lines=[line("SKU-1", 5)]))
    filling.fill_due()
    assert (state_of(waiting), figures(product)) == ("reserved", (5, 1))


def test_a_short_parcel_that_left_all_the_same_is_taken_off_when_counted(shop, product):
    receive(shop, remote(lines=[line("SKU-1", 6)]))
    put_on_shelf(product, 1, "kirim:1")
    order = receive(shop, remote(minutes=1, status="shipped", lines=[line("SKU-1", 6)]))
    assert (state_of(order), figures(product)) == ("shipped", (0, 0))


def test_what_the_marketplace_packs_itself_is_not_ours_to_promise(shop, product):
    order = receive(shop, remote(fulfilment="FBO"))
    assert (state_of(order), figures(product)) == ("untouched", (5, 0))


@pytest.mark.parametrize("status", ["confirmed", "shipped", "cancelled"])
def test_lines_are_settled_in_the_order_of_their_products(shop, partner, status):
    """Two orders of the same goods in another order do not wait for each other in a circle."""
    made = [factories.make_product(partner, sku=f"P{n}", stock=9) for n in range(4)]
    Product.objects.update(created_at=MOMENT - timedelta(days=1))
    levels = [product.levels.get().pk for product in made]
    assert levels == sorted(levels)
    turned = [line(product.sku, number=str(n)) for n, product in enumerate(reversed(made))]
    # A new order's lines are held by one statement: see test_at_once.
    known = {"confirmed": "unknown", "cancelled": "confirmed"}
    if status in known:
        receive(shop, remote(lines=turned, status=known[status]))
    with CaptureQueriesContext(connection) as queries:
        receive(shop, remote(minutes=1, status=status, lines=turned))
    assert changed_levels(queries) == levels


def test_changed_lines_are_settled_in_that_order_too(shop, partner):
    made = [factories.make_product(partner, sku=f"P{n}", stock=9) for n in range(4)]
    turned = [product.sku for product in reversed(made)]
    receive(shop, remote(lines=[line(sku, 3, number=sku) for sku in turned]))
    with CaptureQueriesContext(connection) as queries:
        fewer = [line(sku, 2, number=sku) for sku in turned[:3]]
        receive(shop, remote(minutes=1, lines=fewer))
    assert changed_levels(queries) == [product.levels.get().pk for product in made]


def changed_levels(queries):
    """The stock levels in the order in which they were first changed."""
    by_number = re.compile(r'UPDATE "stock_levels" .* WHERE .*"stock_levels"."id" = (\d+)')
    by_product = re.compile(r'UPDATE "stock_levels" .* WHERE .*"product_id" = (\d+)')
    found = []
    for query in queries:
        if match := by_number.search(query["sql"]):
            found.append(int(match[1]))
        elif match := by_product.search(query["sql"]):
            found.append(StockLevel.objects.get(product=int(match[1])).pk)
    return list(dict.fromkeys(found))
