from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories

from .fakes import line, receive, remote

pytestmark = pytest.mark.django_db
URL = reverse("orders:analytics")


def sell(shop, number, *, days_ago=0, price="1000", status="confirmed", currency="UZS"):
    placed = timezone.now() - timedelta(days=days_ago)
    goods = [line("SKU-1", 1, price, currency=currency)]
    return receive(shop, remote(number, status, created_at=placed, lines=goods))


def test_it_compares_with_the_period_before(partner_client, shop, product):
    sell(shop, "1", price="3000")
    sell(shop, "2", days_ago=6, status="cancelled")
    sell(shop, "3", days_ago=7, price="2000")
    sell(shop, "4", days_ago=14)
    [block] = partner_client.get(URL, {"days": "7"}).context["blocks"]
    assert (block.total.now.orders, block.total.now.cancelled) == (1, 1)
    assert (block.total.now.revenue, block.total.before.revenue) == (3000, 2000)
    assert block.total.average == Decimal(3000)
    assert [point["value"] for point in block.revenue_points] == [0, 0, 0, 0, 0, 0, 3000]
    assert [point["before"] for point in block.revenue_points] == [0, 0, 0, 0, 0, 0, 2000]


@pytest.mark.parametrize(("asked", "days"), [("7", 7), ("90", 90), ("", 30), ("8", 30), ("x", 30)])
def test_the_period_stands_in_the_address(partner_client, shop, asked, days):
    assert partner_client.get(URL, {"days": asked}).context["period"].days == days


def test_currencies_are_never_mixed(partner_client, shop, product):
    sell(shop, "1")
    sell(shop, "2", currency="RUB")
    blocks = partner_client.get(URL).context["blocks"]
    assert {block.currency: block.total.now.revenue for block in blocks} == {
        "UZS": 1000,
        "RUB": 1000,
    }
    assert [[row["sum_orders"] for row in block.best] for block in blocks] == [[1], [1]]


def test_shops_stand_side_by_side(partner_client, shop, product, partner):
    other = factories.make_connection(partner, marketplace="fake", name="Boshqa")
    sell(shop, "1")
    sell(other, "1", price="5000")
    [block] = partner_client.get(URL).context["blocks"]
    assert [name for name, _ in block.named_groups] == ["Fake · Boshqa", "Fake · Yulduz Market"]
    assert len(block.named_cells) == 2


def test_without_orders_it_says_the_next_step(partner_client, partner, fake):
    assert reverse("marketplaces:list").encode() in partner_client.get(URL).content
    factories.make_connection(partner, marketplace="fake")
    content = partner_client.get(URL).content
    assert reverse("products:list").encode() in content
    assert b'<svg class="plot"' not in content


def test_another_partners_sales_are_not_shown(partner_client, fake):
    sell(factories.make_connection(marketplace="fake"), "1")
    assert partner_client.get(URL).context["blocks"] == []


def test_staff_sees_everybody(staff_client, shop, product):
    theirs = factories.make_connection(marketplace="fake", is_sandbox=False)
    factories.make_partner(state="pending")
    sell(shop, "1")
    sell(theirs, "1", price="5000")
    context = staff_client.get(reverse("orders:staff_analytics")).context
    [block] = context["blocks"]
    assert (block.total.now.orders, block.total.now.revenue) == (2, 6000)
    assert [row["name"] for row in block.best] == [
        theirs.partner.company_name,
        shop.partner.company_name,
    ]
    assert [state["count"] for state in context["states"]] == [1, 2, 0, 0, 0]


def test_staff_may_leave_the_sandbox_out(staff_client, shop, product):
    sell(shop, "1")
    url = reverse("orders:staff_analytics")
    assert staff_client.get(url, {"sandbox": "without"}).context["blocks"] == []
    assert len(staff_client.get(url).context["blocks"]) == 1
