"""An order we cannot read: it holds nothing back, is told of once, and is asked for again."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import inbound, unreadable
from marketplaces.connectors import registry
from marketplaces.connectors.errors import Unreadable
from marketplaces.connectors.remote import UnreadableRow as Row
from marketplaces.connectors.yandex.connector import Yandex
from marketplaces.models import Connection, Stream, UnreadableRow
from orders.models import Order
from partners.models import Notification
from tests import factories
from tests.fake_marketplace import FakeMarketplace
from tests.marketplaces.script import Script
from tests.marketplaces.yandex.samples import ORDER, page, without

pytestmark = pytest.mark.django_db


class Odd(FakeMarketplace):
    """Some of its orders are not what its document says."""

    odd: dict = {}

    def iter_orders(self, *, ids=(), **asked):
        yield from super().iter_orders(ids=ids, **asked)
        rows = [row for key, row in self.odd.items() if not ids or key in ids]
        if rows:
            raise Unreadable("odd", operation="orders", rows=rows)


@pytest.fixture
def shop(fake, monkeypatch, partner):
    monkeypatch.setitem(registry.CONNECTORS, "fake", f"{__name__}.Odd")
    Odd.reset()
    Odd.odd = {"77": Row("77", "KeyError: 'status'", {"orderId": "int"})}
    connection = factories.make_connection(partner, marketplace="fake")
    inbound.open_streams(connection)
    return connection


def poll(shop, name="orders"):
    Stream.objects.update(due_at=timezone.now())
    return inbound.poll(shop.pk, name)


def numbers():
    return set(Order.objects.values_list("external_id", flat=True))


def test_the_others_are_stored_and_the_cursor_moves(shop, remote_order):
    newest = timezone.now() - timedelta(minutes=5)
    Odd.orders = [remote_order("1", updated_at=newest), remote_order("2", updated_at=newest)]
    assert poll(shop)
    assert numbers() == {"1", "2"}
    stream = Stream.objects.get(name="orders")
    assert (stream.cursor, stream.failures) == (newest, 0)
    shop.refresh_from_db()
    assert shop.state == Connection.State.ACTIVE


def test_it_is_kept_logged_and_told_of_once(shop, caplog, staff):
    with caplog.at_level(logging.ERROR, "marketplaces"):
        for _ in range(3):
            poll(shop)
    kept = UnreadableRow.objects.get()
    assert (kept.key, kept.reason, kept.shape) == ("77", "KeyError: 'status'", {"orderId": "int"})
    assert caplog.text.count("orders 77") == 1
    to_partner = Notification.objects.get(kind="order_unreadable")
    assert to_partner.data == {"shop": shop.name, "numbers": "77"}
    assert Notification.objects.get(kind="answer_unreadable").user == staff


def test_many_at_once_are_one_notice(shop):
    Odd.odd = {str(n): Row(str(n), "KeyError: 'status'") for n in range(10, 30)}
    poll(shop)
    told = Notification.objects.get(kind="order_unreadable")
    assert told.data["numbers"] == "10, 11, 12, 13, 14 + 15"


def test_open_orders_are_read_again_past_an_unreadable_one(shop, remote_order):
    Odd.odd = {}
    Odd.orders = [remote_order(str(n)) for n in range(100, 220)]
    poll(shop)
    Odd.odd = {"100": Row("100", "KeyError: 'status'")}
    later = timezone.now()
    Odd.orders = [remote_order(str(n), updated_at=later) for n in range(101, 220)]
    assert poll(shop, "open_orders")
    assert Order.objects.filter(changed_at=later).count() == 119


def test_it_is_asked_for_by_number_until_it_can_be_read(shop, remote_order):
    poll(shop)
    Odd.odd = {}
    Odd.orders = [remote_order("77")]
    assert poll(shop, "open_orders")
    assert numbers() == {"77"}
    assert not UnreadableRow.objects.exists()
    assert unreadable.numbers(shop, unreadable.ORDERS) == []


def test_what_has_no_number_is_kept_and_not_asked_for(shop):
    Odd.odd = {"": Row("", "KeyError: 'orderId'")}
    assert poll(shop)
    assert UnreadableRow.objects.get().key == ""
    assert not Notification.objects.filter(kind="order_unreadable").exists()
    assert poll(shop, "open_orders")


class ScriptedYandex(Yandex):
    def __init__(self, http, credentials):
        super().__init__(http, credentials)
        unpriced = without(ORDER, "items.0.prices")
        broken = without({**ORDER, "orderId": 5002}, "status")
        http.client._transport = Script(page(orders=[broken, unpriced]), page(orders=[]))


def test_an_order_of_yandex_without_prices_is_stored(partner, monkeypatch):
    monkeypatch.setitem(registry.CONNECTORS, "yandex", f"{__name__}.ScriptedYandex")
    connection = factories.make_connection(
        partner,
        credentials={"api_key": "ACMA:x", "business_id": "900", "campaign_id": "700"},
    )
    inbound.open_streams(connection)
    assert poll(connection)
    order = Order.objects.get()
    assert (order.external_id, order.total, order.currency) == ("5001", None, "UZS")
    assert [line.unit_price for line in order.lines.order_by("pk")] == [None, 120_000.5]
    assert UnreadableRow.objects.get().key == "5002"
