"""Sixteen connections reserve at once, and no piece is promised twice.

The short form takes one seed and fewer of everybody; the long one (`SEEDS=20`) that many.
"""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from marketplaces.models import Operation
from orders.models import Order, OrderLine
from orders.services import intake
from products.models import Reservation, StockLevel
from products.services import stock
from products.services.stock import Figures, NotEnough
from tests import factories
from tests.orders.fakes import line, remote

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
SEEDS = range(int(os.environ.get("SEEDS", "1")))
IS_LONG = "SEEDS" in os.environ
CONNECTIONS = 16
ON_THE_SHELF = 300
BUYERS = 1000 if IS_LONG else 500
ORDERS, LINES, PRODUCTS = 200 if IS_LONG else 64, 5, 12


def wait_long():
    """SQLite lets in who asks first and not who waits longest: of sixteen writers on a busy machine
    one may starve for longer than the 20 seconds of our settings."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 240000")


def share_out(work, call):
    """Sixteen threads, each with a connection of its own, do the work; what each call gave."""
    gate = Barrier(CONNECTIONS)

    def run(place):
        wait_long()
        gate.wait(60)
        try:
            return [call(one) for one in work[place::CONNECTIONS]]
        finally:
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [done for part in pool.map(run, range(CONNECTIONS)) for done in part]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_hundred_pieces_are_promised_three_hundred_times(seed):
    product = factories.make_product(stock=ON_THE_SHELF)
    buyers = [f"order_line:{number}" for number in range(BUYERS)]
    random.Random(seed).shuffle(buyers)

    def buy(source):
        try:
            stock.reserve(partner=product.partner, product=product, quantity=1, source=source)
        except NotEnough:
            return 0
        return 1

    assert sum(share_out(buyers, buy)) == ON_THE_SHELF
    assert stock.figures(product) == Figures(on_hand=ON_THE_SHELF, reserved=ON_THE_SHELF)
    assert Reservation.objects.filter(product=product, state="live").count() == ON_THE_SHELF


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_of_many_products_wait_for_each_other_in_one_order(seed):
    """Two shops tell of orders whose lines come in any order: no deadlock reaches anybody."""
    dice = random.Random(seed)
    partner = factories.make_partner()
    products = [factories.make_product(partner, stock=ON_THE_SHELF) for _ in range(PRODUCTS)]
    shops = [factories.make_connection(partner, marketplace="fake") for _ in range(2)]
    for product in products:
        for shop in shops:
            factories.make_listing(product, shop, state="sent", sent_at=timezone.now())
    coming = [_order(dice, number, products) for number in range(ORDERS)]

    share_out(coming, lambda one: intake.receive_orders(_shop(shops, one), [one]))
    assert Order.objects.count() == ORDERS
    assert set(OrderLine.objects.values_list("stock", flat=True)) == {"reserved"}
    promised = StockLevel.objects.aggregate(sum=Sum("reserved"))["sum"]
    assert promised == ORDERS * LINES
    unsent = Operation.objects.filter(state="pending")
    assert {one.payload["quantity"] for one in unsent} <= {
        stock.figures(product).available for product in products
    }


def _order(dice, number, products):
    chosen = dice.sample(products, LINES)
    lines = [line(one.sku, number=str(place)) for place, one in enumerate(chosen)]
    return remote(str(number), lines=lines)


def _shop(shops, order):
    return shops[int(order.external_id) % len(shops)]
