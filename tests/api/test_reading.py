"""What a program reads: the partner's own rows, exact, page by page."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import DailyAnalytics, Order, OrderLine
from products.models import Listing
from sellercloudx.demo import scale
from tests import factories

from .conftest import make_token, program

pytestmark = pytest.mark.django_db
LISTS = ["products", "stock", "prices", "orders", "analytics"]
# With the key, its partner and its last use; a page of one row takes as many as one of 200.
QUERIES = {"products": 5, "stock": 4, "prices": 3, "orders": 3, "analytics": 2}


def walk(reader, name: str, *, limit: int) -> list[dict]:
    found, cursor = [], ""
    while cursor is not None:
        asked = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = reader.get(f"/api/v1/{name}", asked).json()
        found += page["items"]
        cursor = page["next"]
    return found


def test_a_product_tells_stock_price_and_where_it_stands(partner, reader):
    product = factories.make_product(partner, stock=7, price=Decimal("99000.50"))
    listing = factories.make_listing(product, state=Listing.State.REFUSED, price_refusal="Дорого")
    listing.vendor_messages = ["Нет фото"]
    listing.save()
    told = reader.get(f"/api/v1/products/{product.pk}").json()
    assert (told["id"], told["sku"], told["name"]) == (product.pk, product.sku, product.name)
    assert told["price"] == {"amount": "99000.50", "currency": "UZS"}
    assert told["stock"] == {"on_hand": 7, "reserved": 0, "available": 7, "incoming": 0}
    assert told["listings"][0]["state"] == "refused"
    assert told["listings"][0]["messages"] == ["Нет фото", "Дорого"]
    assert told["created_at"].endswith("+05:00")


def test_what_a_piece_cost_is_told_nowhere(partner, reader):
    factories.make_product(partner, cost=Decimal("61234.56"))
    for name in ("products", "stock", "prices"):
        assert b"61234.56" not in reader.get(f"/api/v1/{name}").content


def test_an_unknown_price_is_null_and_not_zero(partner, reader):
    product = factories.make_product(partner, price=None)
    assert reader.get(f"/api/v1/products/{product.pk}").json()["price"] is None


def test_an_order_has_its_lines_and_nothing_of_the_raw_answer(partner, shop, reader):
    order = Order.objects.for_partner(partner).first()
    Order.objects.filter(pk=order.pk).update(raw={"buyer": {"phone": "+998901112233"}})
    response = reader.get(f"/api/v1/orders/{order.pk}")
    line = OrderLine.objects.get(order=order)
    told = response.json()
    assert told["number"] == order.external_id
    assert [(one["product_id"], one["quantity"]) for one in told["lines"]] == [(line.product_id, 1)]
    assert told["total"] == {"amount": "99000.00", "currency": "UZS"}
    assert b"998901112233" not in response.content


def test_orders_narrow_as_on_their_page(shop, reader):
    def numbers(**asked):
        return [one["number"] for one in reader.get("/api/v1/orders", asked).json()["items"]]

    assert len(numbers(tab="pack")) == 4
    assert numbers(q=f"{shop.pk}-11") == [f"{shop.pk}-11"]
    assert numbers(shop=shop.pk + 1) == []
    assert len(numbers(shop=shop.pk)) == 12


def test_products_narrow_as_on_their_page(partner, shop, reader):
    empty = factories.make_product(partner, name="Piyola")

    def ids(**asked):
        return [one["id"] for one in reader.get("/api/v1/products", asked).json()["items"]]

    assert ids(q="PIYOLA") == ids(tab="empty") == [empty.pk]
    assert len(ids(tab="sale")) == 12


def test_days_are_summed_by_marketplace_and_never_across_currencies(partner, reader):
    today = timezone.localdate()
    for currency, amount in (("UZS", "100.10"), ("UZS", "200.20"), ("RUB", "5")):
        shop = factories.make_connection(partner, currency=currency)
        row = {"partner": partner, "connection": shop, "currency": currency, "day": today}
        DailyAnalytics.objects.create(**row, orders=1, units=1, revenue=Decimal(amount))
        DailyAnalytics.objects.create(**row, product_id=5, orders=1, revenue=Decimal(amount))
    days = reader.get("/api/v1/analytics").json()["items"]
    assert [(day["orders"], day["revenue"]) for day in days] == [
        (1, {"amount": "5.00", "currency": "RUB"}),
        (2, {"amount": "300.30", "currency": "UZS"}),
    ]


def test_a_period_of_days_is_taken_as_asked(shop, reader):
    today = timezone.localdate()
    asked = {"from": str(today - timedelta(days=3)), "to": str(today - timedelta(days=1))}
    days = reader.get("/api/v1/analytics", asked).json()["items"]
    assert [day["day"] for day in days] == [str(today - timedelta(days=n)) for n in (1, 2, 3)]


@pytest.mark.parametrize("name", LISTS)
def test_walking_by_next_meets_every_row_once(shop, reader, name):
    whole = reader.get(f"/api/v1/{name}").json()
    assert (len(whole["items"]), whole["next"]) == (12, None)
    for limit in (1, 5, 12):
        assert walk(reader, name, limit=limit) == whole["items"]


def test_days_of_several_shops_and_currencies_are_walked_too(partner, shop, reader):
    for currency in ("RUB", "UZS"):
        other = factories.make_connection(partner, marketplace="ozon", currency=currency)
        scale.fill(connection=other, owner=partner.owner, rows=0)
        for row in scale._days(other, 12):
            row.save()
    whole = reader.get("/api/v1/analytics").json()["items"]
    assert len(whole) == 36
    assert walk(reader, "analytics", limit=5) == whole


@pytest.mark.parametrize("name", LISTS)
def test_nobody_reads_another_partners_rows(shop, name):
    stranger = factories.make_partner()
    reader = program(make_token(stranger))
    assert reader.get(f"/api/v1/{name}").json()["items"] == []


@pytest.mark.parametrize("name", LISTS)
def test_a_longer_page_takes_no_more_queries(shop, reader, name):
    reader.get(f"/api/v1/{name}")
    for limit in (1, 200):
        with CaptureQueriesContext(database) as asked:
            assert reader.get(f"/api/v1/{name}", {"limit": limit}).status_code == 200
        assert len(asked) == QUERIES[name], "\n".join(one["sql"] for one in asked)
