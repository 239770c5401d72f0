from dataclasses import replace
from datetime import timedelta

import pytest

from marketplaces.connectors.remote import OrderStatus
from orders.models import Order, OrderEvent
from orders.services import intake
from partners.models import AuditLog, Notification
from tests import factories

from .fakes import MOMENT, figures, line, receive, remote, told

pytestmark = pytest.mark.django_db


def test_it_stores_what_the_marketplace_says(shop, product):
    order = receive(shop, remote(lines=[line("SKU-1", 2)]))
    assert (order.status, order.vendor_status, order.vendor_substatus) == (
        "confirmed",
        "PROCESSING",
        "CONFIRMED",
    )
    assert (str(order.total), order.currency, order.ordered_at) == ("198000.00", "UZS", MOMENT)
    [stored] = order.lines.all()
    assert (stored.product, stored.stock, stored.quantity) == (product, "reserved", 2)
    assert figures(product) == (5, 2)
    assert told(order) == [("received", "", "confirmed")]


def test_it_tells_the_partner_of_a_new_order_once(shop, product):
    receive(shop, remote())
    receive(shop, remote(minutes=1, status="packing"))
    notice = Notification.objects.get(kind="new_order")
    assert notice.url.startswith("/partner-dashboard/orders/")
    assert notice.data["total"] == "99\u00a0000"


def test_orders_from_before_the_shop_was_connected_are_not_called_new(shop):
    receive(shop, remote(created_at=MOMENT - timedelta(days=20)))
    assert not Notification.objects.exists()


def test_told_twice_it_changes_nothing(shop, product):
    order = receive(shop, remote(), remote())
    receive(shop, remote())
    assert Order.objects.count() == 1
    assert figures(product) == (5, 1)
    assert len(told(order)) == 1


def test_an_older_answer_never_overwrites_a_newer_one(shop, product):
    order = receive(shop, remote(minutes=5, status="shipped"), remote(minutes=1))
    assert order.status == "shipped"
    assert order.changed_at == MOMENT + timedelta(minutes=5)


def test_a_change_of_status_is_kept_on_the_timeline_and_audited(shop, product):
    receive(shop, remote())
    order = receive(shop, remote(minutes=1, status="packing"))
    assert told(order)[-1] == ("status", "confirmed", "packing")
    record = AuditLog.objects.get(action="ORDER_STATUS_CHANGED")
    assert (record.before["status"], record.after["status"]) == ("confirmed", "packing")


def test_a_status_nobody_knows_is_kept_and_shown(shop, product):
    odd = remote(minutes=1, vendor_status="TELEPORTED", vendor_substatus="")
    receive(shop, remote())
    order = receive(shop, replace(odd, status=OrderStatus.UNKNOWN))
    assert (order.status, order.vendor_status) == ("unknown", "TELEPORTED")
    assert figures(product) == (5, 1)
    assert receive(shop, remote(minutes=2)).status == "confirmed"
    assert figures(product) == (5, 1)


def test_an_unknown_product_stops_nothing(shop, product):
    order = receive(shop, remote(lines=[line("NOBODY"), line("SKU-1", number="2")]))
    states = dict(order.lines.values_list("sku", "stock"))
    assert states == {"NOBODY": "unlinked", "SKU-1": "reserved"}


def test_another_partners_product_of_the_same_sku_is_not_taken(shop):
    factories.make_product(sku="SKU-1", stock=5)
    order = receive(shop, remote())
    assert order.lines.get().stock == "unlinked"


def test_it_keeps_the_answer_without_the_people_in_it(shop):
    raw = {
        "orderId": 1,
        "notes": "qoʻngʻiroq qiling +998901234567",
        "buyer": {"firstName": "Aziza"},
        "delivery": {
            "courier": {"address": {"street": "Navoiy"}, "region": {"name": "Toshkent"}},
            "transfer": {"courier": {"fullName": "Ivan Petrov", "phone": "+998907654321"}},
        },
        "items": [{"offerName": "Choynak\x00 \ud800"}],
    }
    order = receive(shop, remote(raw=raw))
    order.refresh_from_db()
    kept = str(order.raw)
    for personal in ("Aziza", "+998", "Navoiy", "Petrov"):
        assert personal not in kept
    assert order.raw["delivery"]["courier"]["region"]["name"] == "Toshkent"
    assert order.raw["items"][0]["offerName"] == "Choynak ?"


def test_words_longer_than_a_column_are_cut(shop):
    order = receive(shop, remote(lines=[line("S" * 400)], vendor_status="V" * 99))
    assert len(order.lines.get().sku) == 255
    assert receive(shop, remote(lines=[line("S" * 400)], vendor_status="V" * 99)) == order


def test_a_changed_line_holds_as_many_pieces_as_it_says_now(shop, product):
    receive(shop, remote(lines=[line("SKU-1", 3), line("SKU-1", 1, number="2")]))
    assert figures(product) == (5, 4)
    order = receive(shop, remote(minutes=1, lines=[line("SKU-1", 2)]))
    assert figures(product) == (5, 2)
    assert dict(order.lines.values_list("external_id", "quantity")) == {"1": 2, "2": 0}


def test_orders_that_may_still_change_are_asked_for_again(shop):
    recent = {"created_at": intake.timezone.now()}
    receive(
        shop,
        remote("1", "confirmed", **recent),
        remote("2", "delivered", **recent),
        remote("3", "unknown", **recent, minutes=-5),
        remote("4", "shipped", created_at=MOMENT - timedelta(days=400)),
    )
    assert intake.open_order_ids(shop) == ["3", "1"]


def test_two_shops_may_use_the_same_number(shop, partner):
    other = factories.make_connection(partner, marketplace="fake")
    assert receive(shop, remote()) != receive(other, remote())


def test_a_seen_order_costs_no_transaction(shop, product, django_assert_num_queries):
    receive(shop, remote("1"), remote("2"))
    with django_assert_num_queries(1):
        intake.receive_orders(shop, [remote("1"), remote("2")])


def test_a_test_order_is_shown_and_touches_nothing(shop, product):
    order = receive(shop, remote(is_test=True))
    assert order.lines.get().stock == "untouched"
    assert figures(product) == (5, 0)
    assert OrderEvent.objects.count() == 1
