"""A shop that is disconnected and connected again is the shop it was."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from marketplaces import connecting, inbound
from marketplaces.models import Connection, Operation, Stream
from orders.models import DailyAnalytics, Order
from orders.services import fulfilment
from products.models import Listing, Reservation
from tests import factories
from tests.fake_marketplace import remote_shop

from .fakes import MOMENT, figures, put_on_shelf, remote

pytestmark = pytest.mark.django_db
KEY = {"api_key": "first"}


def connect(partner, number="7001", key=KEY):
    unfinished = connecting.save_key(
        partner=partner, by=partner.owner, marketplace="fake", credentials=key
    )
    assert connecting.test(connection=unfinished, by=partner.owner)
    return connecting.choose_shop(connection=unfinished, by=partner.owner, shop_id=number)


def disconnect(connection, partner):
    connecting.disconnect(connection=connection, by=partner.owner)


@pytest.fixture
def shop(fake, partner, product):
    """With one open order, and a product of which five were counted before it came."""
    fake.opens = [remote_shop()]
    connection = connect(partner)
    Connection.objects.update(created_at=MOMENT - timedelta(days=1))
    fake.orders = [remote()]
    assert inbound.poll(connection.pk, "orders")
    return connection


def standing():
    """Everything that must not be counted twice."""
    return {
        "orders": list(Order.objects.values_list("pk", "connection_id", "status")),
        "reservations": list(Reservation.objects.values_list("pk", "state", "quantity")),
        "analytics": list(
            DailyAnalytics.objects.order_by("pk").values_list("pk", "orders", "revenue")
        ),
        "listings": list(Listing.objects.values_list("pk", "connection_id", "product_id")),
    }


def test_nothing_is_counted_twice(shop, partner, product):
    before = standing()
    assert all(before.values())
    assert figures(product) == (5, 1)
    disconnect(shop, partner)
    again = connect(partner, key={"api_key": "second"})
    assert inbound.poll(again.pk, "orders")
    assert standing() == before
    assert figures(product) == (5, 1)


def test_it_is_the_same_row_with_the_new_key(shop, partner):
    disconnect(shop, partner)
    again = connect(partner, key={"api_key": "second"})
    again.refresh_from_db()
    assert (again.pk, again.state, again.credentials["api_key"]) == (shop.pk, "active", "second")
    assert Connection.objects.count() == 1


def test_it_goes_on_reading_from_where_it_was_left(shop, partner):
    cursor = Stream.objects.get(name="orders").cursor
    Stream.objects.update(failures=5, due_at=MOMENT + timedelta(days=900), error_kind="transient")
    disconnect(shop, partner)
    connect(partner)
    stream = Stream.objects.get(name="orders")
    assert (stream.cursor, stream.failures, stream.error_kind) == (cursor, 0, "")
    assert inbound.poll(shop.pk, "orders")


def test_its_open_orders_can_be_finished(shop, partner):
    disconnect(shop, partner)
    connect(partner)
    order = Order.objects.select_related("connection", "partner").get()
    assert fulfilment.mark_ready(order=order, by=partner.owner).status == "ready"


def test_another_shop_of_the_same_key_is_another_row(shop, partner, fake):
    fake.opens = [remote_shop(), remote_shop("7002")]
    disconnect(shop, partner)
    assert connect(partner, "7002").pk != shop.pk


def test_a_shop_of_the_sandbox_is_not_the_shop_with_the_same_number(shop, partner):
    disconnect(shop, partner)
    Connection.objects.update(is_sandbox=False)
    assert connect(partner).pk != shop.pk


def test_the_database_keeps_one_row_for_a_shop_in_every_state(shop, partner):
    disconnect(shop, partner)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_connection(partner, marketplace="fake", account=shop.account)


def test_choosing_twice_is_choosing_once(shop, partner):
    disconnect(shop, partner)
    unfinished = connecting.save_key(
        partner=partner, by=partner.owner, marketplace="fake", credentials=KEY
    )
    connecting.test(connection=unfinished, by=partner.owner)
    for _ in range(2):
        chosen = connecting.choose_shop(
            connection=unfinished, by=partner.owner, shop_id=shop.account
        )
        assert chosen.pk == shop.pk


def test_it_hears_what_has_changed_while_it_was_away(shop, partner, product):
    listing = Listing.objects.get()
    Listing.objects.update(sent_at=MOMENT, sent_stock=4, sent_price=product.price)
    disconnect(shop, partner)
    put_on_shelf(product, 3, "test:more")
    assert not Operation.objects.exists()
    connect(partner)
    told = Operation.objects.get()
    assert (told.kind, told.subject) == ("push_stock", f"listing:{listing.pk}")
    assert told.payload["quantity"] == 7


def test_it_is_told_nothing_when_nothing_has_changed(shop, partner, product):
    Listing.objects.update(sent_at=MOMENT, sent_stock=4, sent_price=product.price)
    disconnect(shop, partner)
    connect(partner)
    assert not Operation.objects.exists()


def test_the_page_says_what_becomes_of_open_orders(shop, partner_client):
    partner_client.cookies["django_language"] = "en"
    page = partner_client.get(f"/partner-dashboard/marketplaces/{shop.pk}/").content.decode()
    assert "Orders that are still open cannot be finished from here any more" in page
    assert "What is reserved for them stays reserved." in page
