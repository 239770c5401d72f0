"""What a marketplace changes of an order is kept on its timeline, audited, and shown."""

import pytest

from orders.models import OrderEvent
from orders.services import fulfilment
from partners.models import AuditLog, Notification

from .fakes import line, receive, remote

pytestmark = pytest.mark.django_db
LIST = "/partner-dashboard/orders/"


@pytest.fixture
def order(shop, product):
    return receive(shop, remote(lines=[line("SKU-1", 3)]))


def events(order, *kinds):
    found = order.events.filter(kind__in=kinds).order_by("pk")
    return list(found.values_list("kind", "before", "after", "detail"))


def test_a_smaller_order_says_what_it_was(order, shop):
    receive(shop, remote(minutes=1, lines=[line("SKU-1", 1)], cancel_requested=True))
    assert events(order, "goods", "total", "cancel_ask") == [
        ("goods", "3", "1", "SKU-1"),
        ("total", "297000.00", "99000.00", ""),
        ("cancel_ask", "", "asked", ""),
    ]
    row = AuditLog.objects.get(action="ORDER_CHANGED")
    assert row.before["changes"] == [
        ["goods", "SKU-1", "3"],
        ["total", "", "297000.00"],
        ["cancel_ask", "", ""],
    ]
    assert [after for *_, after in row.after["changes"]] == ["1", "99000.00", "asked"]
    assert row.entity_id == str(order.pk)


def test_lines_that_come_and_go_are_said(order, shop):
    receive(shop, remote(minutes=1, lines=[line("X", 2, number="2")]))
    assert events(order, "goods") == [("goods", "3", "0", "SKU-1"), ("goods", "0", "2", "X")]


def test_a_changed_sum_of_the_same_goods_is_said(order, shop):
    receive(shop, remote(minutes=1, lines=[line("SKU-1", 3, "90000")]))
    assert events(order, "goods", "sum") == [("sum", "297000.00", "270000.00", "SKU-1")]


def test_news_of_the_status_alone_change_nothing_else(order, shop):
    receive(shop, remote(minutes=1, status="packing", lines=[line("SKU-1", 3)]))
    assert not AuditLog.objects.filter(action="ORDER_CHANGED").exists()
    assert events(order, "goods", "sum", "total", "cancel_ask") == []


def ask(shop, minutes, **fields):
    fields = {"cancel_requested": True, "lines": [line("SKU-1", 3)]} | fields
    return receive(shop, remote(minutes=minutes, **fields))


def test_a_request_to_cancel_is_told_to_people_each_time_it_is_made(order, shop):
    ask(shop, 1)
    ask(shop, 2, status="packing")
    notice = Notification.objects.get(kind="order_cancel_asked")
    assert (notice.data["number"], notice.url) == ("5001", f"{LIST}{order.pk}/")
    ask(shop, 3, cancel_requested=False)
    ask(shop, 4)
    assert Notification.objects.filter(kind="order_cancel_asked").count() == 2
    assert [after for _, _, after, _ in events(order, "cancel_ask")] == [
        "asked",
        "withdrawn",
        "asked",
    ]


def test_an_order_may_come_with_the_request(shop, product):
    order = receive(shop, remote(cancel_requested=True))
    assert events(order, "cancel_ask") == [("cancel_ask", "", "asked", "")]
    assert Notification.objects.filter(kind="order_cancel_asked").exists()


def test_a_closed_order_asks_nobody(shop, product):
    receive(shop, remote(status="cancelled", cancel_requested=True))
    assert not Notification.objects.filter(kind="order_cancel_asked").exists()


def test_the_list_has_a_view_of_those_who_ask(order, shop, partner_client, partner):
    receive(shop, remote("5002"))
    ask(shop, 1)
    response = partner_client.get(LIST, {"tab": "asked"})
    assert [found.external_id for found in response.context["orders"]] == ["5001"]
    assert response.context["tabs"][2]["count"] == 1
    fulfilment.cancel(order=order, by=partner.owner, reason="damaged")
    assert partner_client.get(LIST, {"tab": "asked"}).context["orders"] == []


def test_the_list_marks_them(order, shop, partner_client):
    partner_client.cookies["django_language"] = "en"
    # Once for the tab and once for the row.
    assert "Asked to cancel" not in partner_client.get(LIST).content.decode()
    ask(shop, 1)
    assert partner_client.get(LIST).content.decode().count("Asked to cancel") == 2


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_each_change_is_worded(order, shop, partner_client, language):
    goods = [line("SKU-1", 1), line("X", 2, number="2")]
    ask(shop, 1, lines=goods)
    ask(shop, 2, lines=[line("SKU-1", 1, "1.50")], cancel_requested=False)
    partner_client.cookies["django_language"] = language
    response = partner_client.get(f"{LIST}{order.pk}/")
    said = [happening.text for happening in response.context["timeline"]]
    changes = OrderEvent.objects.filter(kind__in=["goods", "sum", "total", "cancel_ask"])
    assert changes.count() == 7
    assert len(set(said)) == len(said) == order.events.count()
