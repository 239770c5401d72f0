"""An order whose money the marketplace does not state: kept, shown as unknown, and never as 0."""

from dataclasses import replace

import pytest
from django.urls import reverse

from orders.models import DailyAnalytics, Order
from orders.services import analytics
from partners.models import Notification

from .fakes import figures, line, receive, remote

pytestmark = pytest.mark.django_db


def unpriced(**fields):
    lines = [replace(line("SKU-1"), total=None)]
    return replace(remote(**fields), total=None, lines=tuple(lines))


def test_it_is_stored_with_what_is_known(shop, product):
    order = receive(shop, unpriced())
    assert (order.total, order.currency) == (None, shop.currency)
    assert order.lines.get().total is None
    assert figures(product) == (5, 1)
    assert Notification.objects.get(kind="new_order").data["total"] == "—"


def test_it_counts_as_an_order_and_adds_no_revenue(shop, product, partner):
    order = receive(shop, unpriced())
    whole = DailyAnalytics.objects.get(product_id=0)
    assert (whole.orders, whole.units, whole.revenue) == (1, 1, 0)
    day = analytics.day_of(order.ordered_at)
    assert analytics.recount(partner, day, day) == 0


def test_the_sum_comes_with_a_later_answer_and_stays(shop, product):
    receive(shop, unpriced())
    order = receive(shop, remote(minutes=1))
    assert (order.total, order.lines.get().unit_price) == (99_000, 99_000)
    assert DailyAnalytics.objects.get(product_id=0).revenue == 99_000
    order = receive(shop, unpriced(minutes=2))
    assert (order.total, order.lines.get().unit_price) == (99_000, 99_000)


@pytest.mark.parametrize("name", ["detail", "cancel"])
def test_its_pages_say_that_it_is_not_known(partner_client, shop, product, name):
    order = receive(shop, unpriced())
    content = partner_client.get(reverse(f"orders:{name}", args=[order.pk])).content.decode()
    assert "—" in content
    assert ">0<" not in content


def test_the_list_says_so_too(partner_client, shop, product):
    receive(shop, unpriced())
    assert Order.objects.get().total is None
    assert "—" in partner_client.get(reverse("orders:list")).content.decode()
