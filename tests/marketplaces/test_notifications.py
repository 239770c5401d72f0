"""What a marketplace brings is a hint where to look: forged, late or twice, it harms nothing."""

import json
import os
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import time_machine
import yaml
from django.utils import timezone
from openapi_schema_validator import OAS30Validator

from marketplaces import inbound, notifications
from marketplaces.connectors import errors
from marketplaces.connectors.registry import CONNECTORS
from marketplaces.connectors.yandex.connector import Yandex
from marketplaces.models import Connection, NotifiedOrder, Stream
from partners.models import Member
from sellercloudx import wiring
from sellercloudx.lib.redact import scrub
from tests import factories
from tests.fake_marketplace import FakeMarketplace

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)
received: list[str] = []


def receive(connection, orders):
    received.extend(order.external_id for order in orders)


class Talkative(FakeMarketplace):
    """The fake marketplace, which brings what Yandex brings."""

    notification_sources = Yandex.notification_sources
    read_notification = Yandex.read_notification
    notification_answer = Yandex.notification_answer


@pytest.fixture
def shop(fake, partner, monkeypatch):
    received.clear()
    monkeypatch.setitem(CONNECTORS, "fake", f"{__name__}.Talkative")
    monkeypatch.setitem(wiring.INBOUND, "orders", f"{__name__}.receive")
    connection = factories.make_connection(partner, marketplace="fake", account="701")
    inbound.open_streams(connection)
    Stream.objects.update(due_at=timezone.now() + LATER)
    return notifications.turn_on(connection=connection, by=factories.make_user())


def order(number=5001, shop=701, kind="ORDER_STATUS_UPDATED") -> dict:
    return {"notificationType": kind, "orderId": number, "campaignId": shop}


def bring(client, shop, body, *, source="127.0.0.1", token=None, **headers):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        f"/marketplace-news/{token or shop.news_token}/notification",
        sent,
        content_type="application/json",
        REMOTE_ADDR=source,
        **headers,
    )


def is_due(name) -> bool:
    return Stream.objects.filter(name=name, due_at__lte=timezone.now()).exists()


def test_an_order_they_tell_of_is_asked_for_at_once_and_once(client, shop, fake, remote_order):
    fake.orders = [remote_order("5001"), remote_order("5002")]
    answers = [bring(client, shop, order()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert is_due("told_orders")
    assert not is_due("orders")
    inbound.poll(shop.pk, "told_orders")
    assert received == ["5001"]
    assert not NotifiedOrder.objects.exists()


def test_what_comes_while_we_read_is_asked_for_once_more(client, shop, fake, remote_order):
    bring(client, shop, order())
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        NotifiedOrder.objects.update(told_at=timezone.now() + timedelta(seconds=1))
        inbound.poll(shop.pk, "told_orders")
    assert NotifiedOrder.objects.exists()


def test_an_order_nobody_knows_changes_nothing_and_is_not_asked_for_again(client, shop):
    bring(client, shop, order(number=2**62))
    assert inbound.poll(shop.pk, "told_orders")
    assert received == []
    assert not NotifiedOrder.objects.exists()


def test_while_they_do_not_answer_it_stays_to_be_asked_for(client, shop, fake):
    bring(client, shop, order())
    fake.failing = [(errors.Unavailable("away"), None)]
    assert not inbound.poll(shop.pk, "told_orders")
    assert NotifiedOrder.objects.exists()
    bring(client, shop, order(number=5002))
    assert not is_due("told_orders"), "the pause after a failure is kept"


def test_one_address_serves_all_shops_of_the_partner_and_nobody_else(client, shop):
    other = factories.make_connection(shop.partner, marketplace="fake", account="702")
    foreign = factories.make_connection(marketplace="fake", account="703")
    for one in (other, foreign):
        inbound.open_streams(one)
    assert bring(client, shop, order(shop=702)).status_code == 200
    assert bring(client, shop, order(shop=703)).status_code == 200
    assert list(NotifiedOrder.objects.values_list("connection", flat=True)) == [other.pk]


def test_a_ping_is_answered_as_their_document_says(client, shop, django_assert_max_num_queries):
    ping = {"notificationType": "PING", "time": "2026-11-26T09:00:00.000Z"}
    # Within a second: a look at the address, and the moment written down.
    with django_assert_max_num_queries(6):
        answer = bring(client, shop, ping)
    assert answer.status_code == 200
    assert set(answer.json()) == {"version", "name", "time"}
    assert Connection.objects.get(pk=shop.pk).notified_at


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 50_000,
        [],
        {},
        {"notificationType": 7},
        order(number="5001"),
        order(number=True),
        order(number=-1),
        order(number=2**63),
        order(shop=None),
        {"notificationType": "CHAT_MESSAGE_SENT"},
    ],
)
def test_what_is_no_notification_is_refused_as_their_document_says(client, shop, body):
    answer = bring(client, shop, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "WRONG_EVENT_FORMAT"
    assert not NotifiedOrder.objects.exists()


def test_a_type_of_tomorrow_is_taken_and_means_nothing(client, shop):
    assert bring(client, shop, {"notificationType": "MOON_LANDED"}).status_code == 200


def test_a_body_too_large_is_not_read(client, shop):
    answer = bring(client, shop, order(), headers={"Content-Length": str(10 * 1024 * 1024)})
    assert answer.status_code == 413


def test_only_their_networks_may_bring_to_a_real_shop(client, shop):
    Connection.objects.update(is_sandbox=False)
    assert bring(client, shop, order(), source="203.0.113.9").status_code == 403
    assert bring(client, shop, order(), source="127.0.0.1").status_code == 403
    assert not NotifiedOrder.objects.exists()
    assert bring(client, shop, order(), source="5.45.207.11").status_code == 200


def test_networks_they_moved_to_are_told_by_a_variable(client, shop, settings):
    Connection.objects.update(is_sandbox=False)
    settings.NOTIFICATION_SOURCES = {"fake": (IPv4Network("203.0.113.0/28"),)}
    assert bring(client, shop, order(), source="203.0.113.9").status_code == 200
    assert bring(client, shop, order(), source="5.45.207.11").status_code == 403


def test_a_flood_of_numbers_ends_in_reading_the_stream(client, shop, monkeypatch):
    monkeypatch.setattr(notifications, "MOST_WAITING", 2)
    for number in range(1, 5):
        bring(client, shop, order(number=number))
    assert NotifiedOrder.objects.count() == 2
    assert is_due("orders")


def test_an_old_address_a_guess_and_a_shop_that_left_are_nobody(client, shop):
    old = shop.news_token
    notifications.turn_on(connection=shop, by=factories.make_user())
    assert bring(client, shop, order(), token=old).status_code == 404
    assert bring(client, shop, order(), token="x" * 43).status_code == 404
    assert client.get(f"/marketplace-news/{shop.news_token}").status_code == 405
    Connection.objects.update(state="disconnected")
    assert bring(client, shop, order()).status_code == 404


def test_the_address_is_shown_to_managers_alone_and_in_no_log(client, shop, partner_client):
    page = f"/partner-dashboard/marketplaces/{shop.pk}/"
    assert shop.news_token in partner_client.get(page).content.decode()
    operator = factories.make_user()
    Member.objects.create(partner=shop.partner, user=operator, role=Member.Role.OPERATOR)
    client.force_login(operator)
    assert shop.news_token not in client.get(page).content.decode()
    assert shop.news_token not in scrub(f"Not Found: /marketplace-news/{shop.news_token}/")


def test_every_type_of_their_document_is_read(shop):
    if not (specs := os.environ.get("SPECS_DIR")):
        pytest.skip("SPECS_DIR does not say where the official documents are")
    path = Path(specs) / "yandex-market" / "notifications-openapi.yaml"
    schemas = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)["components"]["schemas"]
    kinds = schemas["NotificationType"]["enum"]
    streams = {kind: Yandex.read_notification(json.dumps(whole(kind)).encode()) for kind in kinds}
    assert {kind for kind, told in streams.items() if not told.stream} == {"PING"}
    answer = schemas["SendNotificationResponse"]
    OAS30Validator(answer).validate(Yandex.notification_answer())


def whole(kind) -> dict:
    return order(kind=kind) | {"businessId": 900}
