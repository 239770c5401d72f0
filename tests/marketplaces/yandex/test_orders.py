"""Reading orders: what is asked, how pages end, what an order becomes."""

import logging
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import time_machine

from marketplaces.connectors import errors
from marketplaces.connectors.remote import OrderStatus
from marketplaces.connectors.yandex import calls, mapping_orders, statuses
from tests.marketplaces.script import refusal
from tests.marketplaces.yandex.samples import ORDER, as_read, page, uzs, without, yandex


def read(data):
    return mapping_orders.order(as_read(data))


NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@time_machine.travel(NOW, tick=False)
def test_it_asks_for_changes_of_the_chosen_shop():
    connector = yandex(page(orders=[ORDER]))
    found = list(connector.iter_orders(updated_since=NOW - timedelta(minutes=10)))
    assert [order.external_id for order in found] == ["5001"]
    assert connector.sent[0].method == "POST"
    assert connector.sent[0].url.raw_path == b"/v1/businesses/900/orders?limit=50"
    assert connector.body() == {
        "campaignIds": [700],
        "dates": {"updateDateFrom": "2026-11-23T09:50:00+00:00"},
    }


@time_machine.travel(NOW, tick=False)
def test_after_a_long_pause_it_reads_what_was_made_since_within_the_bounds():
    connector = yandex(*[page(orders=[])] * 3)
    assert list(connector.iter_orders(updated_since=NOW - timedelta(days=70))) == []
    dates = [connector.body(index)["dates"] for index in range(3)]
    assert dates == [
        {"creationDateFrom": "2026-09-14", "creationDateTo": "2026-10-13"},
        {"creationDateFrom": "2026-10-13", "creationDateTo": "2026-11-11"},
        {"creationDateFrom": "2026-11-11", "creationDateTo": "2026-11-25"},
    ]


def test_it_asks_for_exact_orders_fifty_at_a_time_and_each_once():
    connector = yandex(page(orders=[]), page(orders=[]))
    list(connector.iter_orders(ids=[str(n) for n in range(1, 61)] + ["1"]))
    assert [len(connector.body(index)["orderIds"]) for index in range(2)] == [50, 10]


def test_it_follows_the_pages_to_their_end():
    second = {**ORDER, "orderId": 5002}
    connector = yandex(page("p2", orders=[ORDER]), page("p3", orders=[]), page(orders=[second]))
    assert [order.external_id for order in connector.iter_orders()] == ["5001", "5002"]
    assert [r.url.params.get("pageToken") for r in connector.sent] == [None, "p2", "p3"]


def test_it_does_not_begin_anew_for_one_page_in_the_middle():
    html, naps = httpx.Response(200, html="<html>"), []
    connector = yandex(
        *(page("p2", orders=[ORDER]), html, html, page(orders=[{**ORDER, "orderId": 5002}])),
        naps=naps,
    )
    assert [order.external_id for order in connector.iter_orders()] == ["5001", "5002"]
    assert naps == list(calls.PAGE_PAUSES)
    with pytest.raises(errors.BadResponse):
        list(yandex(html, page(orders=[])).iter_orders())
    late = refusal(420, headers={"Retry-After": "60"})
    with pytest.raises(errors.RateLimited):
        list(yandex(page("p2", orders=[]), late, page(orders=[])).iter_orders())


def test_it_stops_at_a_page_token_it_has_seen():
    connector = yandex(*[page("same", orders=[ORDER])] * 3)
    with pytest.raises(errors.BadResponse) as caught:
        list(connector.iter_orders())
    assert caught.value.code == "page"
    assert len(connector.sent) == 2


def test_it_stops_when_the_pages_do_not_end(monkeypatch):
    monkeypatch.setattr(calls, "PAGES", 5)
    connector = yandex(*[page(f"p{n}", orders=[]) for n in range(10)])
    with pytest.raises(errors.BadResponse) as caught:
        list(connector.iter_orders())
    assert caught.value.code == "page"
    assert len(connector.sent) == 5


def test_one_order_that_cannot_be_read_keeps_no_other_back():
    broken = without({**ORDER, "orderId": 1}, "status")
    third = {**ORDER, "orderId": 5003}
    connector = yandex(page("p2", orders=[broken, ORDER]), page(orders=[third]))
    found = []
    with pytest.raises(errors.Unreadable) as caught:
        for order in connector.iter_orders():
            found.append(order.external_id)
    assert found == ["5001", "5003"]
    assert caught.value.code == "schema"
    (row,) = caught.value.rows
    assert (row.key, row.reason) == ("1", "KeyError: 'status'")


@time_machine.travel(NOW, tick=False)
def test_nor_does_it_keep_back_the_dates_that_follow():
    broken = without({**ORDER, "orderId": 1}, "status")
    connector = yandex(page(orders=[broken]), page(orders=[ORDER]), page(orders=[]))
    found = []
    with pytest.raises(errors.Unreadable):
        for order in connector.iter_orders(updated_since=NOW - timedelta(days=70)):
            found.append(order.external_id)
    assert found == ["5001"]


def test_of_what_cannot_be_read_only_the_form_is_kept():
    broken = without({**ORDER, "notes": "Call Aziza +998901234567"}, "status")
    with pytest.raises(errors.Unreadable) as caught:
        list(yandex(page(orders=[broken])).iter_orders())
    shape = caught.value.rows[0].shape
    assert (shape["notes"], shape["items"][0]["count"]) == ("str", "int")
    assert "Aziza" not in str(shape)


@pytest.mark.parametrize(
    "path", ["items.0.prices", "items.0.prices.payment", "items.1.prices.payment"]
)
def test_a_sum_the_document_does_not_ask_for_may_be_missing(path):
    order = read(without(ORDER, path))
    assert order.total is None
    priced = [line.unit_price for line in order.lines]
    assert priced == [None, uzs("120000.50")] or priced == [uzs("33333.33"), None]


@pytest.mark.parametrize(
    "path",
    ["programType", "updateDate", "prices", "sourcePlatform", "delivery.shipment"],
)
def test_nothing_is_asked_for_that_the_document_does_not_ask_for(path):
    order = read(without(ORDER, path))
    assert order.total == uzs("220000.50")


def test_an_order_without_goods_is_an_order_of_an_unknown_sum():
    order = read({**ORDER, "items": []})
    assert (order.lines, order.total) == ((), None)


def test_it_reads_an_order():
    order = read(ORDER)
    assert (order.external_id, order.shop_id) == ("5001", "700")
    assert (order.status, order.vendor_status, order.vendor_substatus) == (
        OrderStatus.CONFIRMED,
        "PROCESSING",
        "STARTED",
    )
    assert order.created_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 20, 9, 5, 30, tzinfo=UTC)
    assert (order.fulfilment, order.payment, order.is_test) == ("FBS", "paid", False)
    # The end of the shipment day in Tashkent.
    assert order.ship_by == datetime(2026, 11, 21, 18, 59, 59, tzinfo=UTC)
    assert order.total == uzs("220000.50")
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("MUG-1", 3, uzs("33333.33")),
        ("POT-1", 1, uzs("120000.50")),
    ]
    assert order.raw["items"][1]["prices"]["payment"]["value"] == 120000.5


def test_it_takes_the_hour_of_an_express_shipment():
    shipment = {"shipmentDate": "2026-11-21", "shipmentTime": "14:30"}
    order = read({**ORDER, "delivery": {**ORDER["delivery"], "shipment": shipment}})
    assert order.ship_by == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_a_line_taken_out_of_the_order_is_no_line():
    gone = {
        **ORDER["items"][1],
        "count": 0,
        "prices": {"payment": {"value": 0, "currencyId": "UZS"}},
    }
    order = read({**ORDER, "items": [ORDER["items"][0], gone]})
    assert [line.sku for line in order.lines] == ["MUG-1"]
    assert order.total == uzs("100000")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orderId", "5001"),
        ("orderId", True),
        ("creationDate", "2026-11-20T14:00:00"),
        ("creationDate", "yesterday"),
        ("items", {}),
        ("fake", "no"),
        ("delivery", None),
        ("items.0.count", -1),
        ("items.0.count", 2**31),
        ("items.0.prices.payment.value", "90000"),
        ("items.0.prices.payment.value", 10**13),
        ("items.0.prices.payment.currencyId", "USD"),
    ],
)
def test_a_wrong_value_is_a_defect_and_never_an_order(path, value):
    data = deepcopy(ORDER)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = data
    for step in way:
        inner = inner[step]
    inner[last] = value
    with pytest.raises(errors.BadResponse):
        list(yandex(page(orders=[data])).iter_orders())


def test_what_comes_beside_the_order_is_kept_and_harms_nothing():
    deep = "x"
    for _ in range(600):
        deep = [deep]
    odd = as_read(ORDER)
    odd["delivery"]["gps"] = {"latitude": Decimal("1e400")}
    assert mapping_orders.order(odd).raw["delivery"]["gps"] == {"latitude": "1E+400"}
    connector = yandex(page(orders=[{**ORDER, "notes": deep}, ORDER]))
    found = []
    with pytest.raises(errors.BadResponse):
        for order in connector.iter_orders():
            found.append(order)
    assert len(found) == 1


def test_an_unknown_status_is_shown_as_unknown_and_logged_once(caplog):
    statuses._report_unknown.cache_clear()
    strange = {**ORDER, "status": "TELEPORTED", "substatus": "NOW"}
    with caplog.at_level(logging.WARNING, "marketplaces"):
        found = [read(strange) for _ in range(3)]
    assert {order.status for order in found} == {OrderStatus.UNKNOWN}
    assert found[0].vendor_status == "TELEPORTED"
    assert caplog.text.count("TELEPORTED/NOW") == 1


@pytest.mark.parametrize(
    ("status", "substatus", "ours", "payment"),
    [
        ("UNPAID", "AWAIT_PAYMENT", OrderStatus.NEW, "pending"),
        ("PENDING", "AWAIT_CONFIRMATION", OrderStatus.NEW, "pending"),
        ("PROCESSING", "READY_TO_SHIP", OrderStatus.READY, "paid"),
        ("PROCESSING", "ANTIFRAUD", OrderStatus.UNKNOWN, "paid"),
        ("DELIVERY", "DELIVERY_SERVICE_RECEIVED", OrderStatus.SHIPPED, "paid"),
        ("PICKUP", "PICKUP_SERVICE_RECEIVED", OrderStatus.SHIPPED, "paid"),
        ("DELIVERED", "DELIVERED_USER_RECEIVED", OrderStatus.DELIVERED, "paid"),
        ("CANCELLED", "SHOP_FAILED", OrderStatus.CANCELLED, "refunded"),
        ("CANCELLED", "USER_NOT_PAID", OrderStatus.CANCELLED, "failed"),
        ("RETURNED", "UNKNOWN", OrderStatus.RETURNED, "refunded"),
    ],
)
def test_it_translates_statuses_by_the_document(status, substatus, ours, payment):
    order = read({**ORDER, "status": status, "substatus": substatus})
    assert (order.status, order.payment) == (ours, payment)


def test_an_order_paid_on_delivery_is_paid_when_delivered():
    postpaid = {**ORDER, "paymentType": "POSTPAID"}
    assert read(postpaid).payment == "pending"
    assert read({**postpaid, "status": "DELIVERED"}).payment == "paid"
    assert read({**postpaid, "status": "CANCELLED"}).payment == "failed"


def test_an_error_of_the_marketplace_is_raised():
    with pytest.raises(errors.NotFound):
        list(yandex(refusal(404, "NOT_FOUND", "no such business")).iter_orders())


@pytest.mark.parametrize("name", ["business_id", "campaign_id"])
@pytest.mark.parametrize("value", ["", "x", "1/../2", "１２"])
def test_an_account_that_is_not_chosen_is_a_matter_of_configuration(name, value):
    connector = yandex(
        credentials={"api_key": "k", "business_id": "1", "campaign_id": "1", name: value}
    )
    with pytest.raises(errors.AuthFailed) as caught:
        list(connector.iter_orders())
    assert caught.value.code == name
