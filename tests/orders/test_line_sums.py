"""What was paid for a line is kept as it was sent, whatever the price of one piece rounds to."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces.connectors.remote import RemoteOrderLine
from marketplaces.connectors.yandex import mapping_orders
from orders.models import DailyAnalytics
from sellercloudx.lib.money import Money
from tests.marketplaces.yandex.samples import ORDER, as_read

from .fakes import receive, remote

pytestmark = pytest.mark.django_db
SUMS = st.decimals(0, 10**9, places=2)
# Pieces, what the buyer pays for all of them, what Market adds to it.
ITEMS = st.lists(st.tuples(st.integers(0, 999), SUMS, st.none() | SUMS), min_size=1, max_size=5)


def item(number, count, payment, subsidy):
    prices = {"payment": {"value": float(payment), "currencyId": "UZS"}}
    if subsidy is not None:
        prices["subsidy"] = {"value": float(subsidy), "currencyId": "UZS"}
    return {**ORDER["items"][0], "id": number, "offerId": "P", "count": count, "prices": prices}


def sent(items):
    return sum((paid + (added or 0) for count, paid, added in items if count), Decimal(0))


def test_three_for_a_hundred_are_a_hundred(shop, product):
    three = RemoteOrderLine("1", "SKU-1", "Choynak", 3, Money(Decimal("100.00"), "UZS"))
    order = receive(shop, remote(lines=[three]))
    stored = order.lines.get()
    assert (stored.total, stored.unit_price) == (Decimal("100.00"), Decimal("33.33"))
    of_product = DailyAnalytics.objects.get(product_id=product.pk)
    assert of_product.revenue == order.total == Decimal("100.00")


@given(items=ITEMS)
def test_the_lines_sum_up_to_what_was_sent(items):
    known = [item(number, *one) for number, one in enumerate(items, start=1)]
    order = mapping_orders.order(as_read({**ORDER, "items": known}))
    assert sum((line.total.amount for line in order.lines), Decimal(0)) == sent(items)
    assert order.total.amount == sent(items)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(items=ITEMS)
def test_and_so_do_the_stored_ones_and_the_figures(shop, items):
    known = [item(number, *one) for number, one in enumerate(items, start=1)]
    read = mapping_orders.order(as_read({**ORDER, "items": known}))
    with transaction.atomic():
        order = receive(shop, read)
        stored = sum((line.total for line in order.lines.all()), Decimal(0))
        figures = DailyAnalytics.objects.get(product_id=0)
        assert stored == order.total == figures.revenue == sent(items)
        transaction.set_rollback(True)


def test_a_line_taken_out_costs_nothing(shop):
    receive(shop, remote())
    order = receive(shop, remote(minutes=1, lines=[]))
    assert (order.lines.get().quantity, order.lines.get().total) == (0, 0)
