"""A connection is slowed down while something of it is failing, and no longer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplaces import connecting, inbound, outbox, payloads
from marketplaces.connectors import errors
from marketplaces.connectors.remote import StockUpdate
from marketplaces.models import Connection, Operation, Stream
from sellercloudx import wiring
from tests import factories
from tests.fake_marketplace import remote_shop

pytestmark = pytest.mark.django_db
DOWN = errors.Unavailable("502", code="http_502", words="Bad gateway")


def nothing(*args):
    return []


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    """Nothing to ask about cards or open orders; whatever comes is taken."""
    for table in (wiring.INBOUND, wiring.INBOUND_WANTED, wiring.OPERATION_RESULT):
        for name in table:
            monkeypatch.setitem(table, name, f"{__name__}.nothing")


@pytest.fixture
def shop(fake, partner):
    fake.opens = [remote_shop()]
    connection = factories.make_connection(partner, marketplace="fake", account="7001")
    inbound.open_streams(connection)
    return connection


def poll(shop, name="orders"):
    Stream.objects.filter(name=name).update(due_at=timezone.now())
    return inbound.poll(shop.pk, name)


def slow_down(shop, fake):
    for _ in range(3):
        fake.failing = [(DOWN, False)]
        assert not poll(shop)
    assert now(shop).state == Connection.State.DEGRADED


def now(shop) -> Connection:
    return Connection.objects.get(pk=shop.pk)


def hold_up_an_operation(shop, fake) -> Operation:
    fake.failing = [(DOWN, False)]
    update = StockUpdate("A", 3, timezone.now())
    operation = outbox.add(
        connection=shop, kind="push_stock", target="A", payload=payloads.dump(update), dedupe="a"
    )
    outbox.drain(shop.pk)
    assert now(shop).state == Connection.State.DEGRADED
    return operation


@pytest.mark.parametrize("name", ["cards", "open_orders"])
def test_a_poll_that_calls_nobody_mends_nothing(shop, fake, name):
    slow_down(shop, fake)
    assert poll(shop, name)
    row = now(shop)
    assert (row.state, row.error_reason, row.error_message) == (
        Connection.State.DEGRADED,
        "unavailable",
        "Bad gateway",
    )


def test_the_stream_that_failed_mends_it(shop, fake):
    slow_down(shop, fake)
    assert poll(shop)
    row = now(shop)
    assert (row.state, row.error_kind, row.error_reason, row.error_message) == ("active", *[""] * 3)


def test_a_message_that_got_through_does_not_mend_the_reading(shop, fake):
    slow_down(shop, fake)
    update = StockUpdate("A", 3, timezone.now())
    outbox.add(
        connection=shop, kind="push_stock", target="A", payload=payloads.dump(update), dedupe="a"
    )
    assert outbox.drain(shop.pk) == 1
    assert now(shop).state == Connection.State.DEGRADED


def test_reading_does_not_mend_a_message_that_is_held_up(shop, fake):
    hold_up_an_operation(shop, fake)
    assert poll(shop)
    assert now(shop).state == Connection.State.DEGRADED
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        assert outbox.drain(shop.pk) == 1
    assert now(shop).state == Connection.State.ACTIVE


def test_a_message_that_waits_for_a_person_does_not_hold_it_down(shop, fake):
    hold_up_an_operation(shop, fake)
    Operation.objects.update(state=Operation.State.PARKED)
    assert poll(shop)
    assert now(shop).state == Connection.State.ACTIVE


def test_a_good_key_does_not_mend_the_reading(shop, fake, partner):
    slow_down(shop, fake)
    assert connecting.test(connection=now(shop), by=partner.owner)
    row = now(shop)
    assert (row.state, row.error_reason) == (Connection.State.DEGRADED, "unavailable")
    assert poll(shop)
    assert now(shop).state == Connection.State.ACTIVE


@pytest.fixture
def fail_a_test(shop, fake, partner):
    def fail(error):
        fake.failing = [(error, False)]
        assert not connecting.test(connection=now(shop), by=partner.owner)
        assert (now(shop).state, now(shop).error_reason) == ("active", error.reason)

    return fail


@pytest.mark.parametrize("error", [errors.RateLimited("420"), errors.AuthFailed("401")])
def test_what_a_test_met_is_forgotten_once_orders_are_read(shop, fail_a_test, error):
    fail_a_test(error)
    assert poll(shop, "cards")
    assert now(shop).error_kind
    assert poll(shop)
    assert not now(shop).error_kind


def test_what_a_test_met_is_forgotten_by_a_good_test(shop, fail_a_test, partner):
    fail_a_test(errors.RateLimited("420"))
    assert connecting.test(connection=now(shop), by=partner.owner)
    assert not now(shop).error_kind


def test_orders_read_before_the_test_say_nothing_of_it(shop, fail_a_test):
    assert poll(shop)
    fail_a_test(errors.RateLimited("420"))
    assert poll(shop, "cards")
    assert now(shop).error_kind


def test_reading_orders_does_not_prove_a_right_that_is_lacking(shop, fail_a_test):
    fail_a_test(errors.ScopeMissing("lacks PRICING"))
    assert poll(shop)
    assert now(shop).error_reason == "scope_missing"


def test_the_list_tells_when_orders_were_read_not_when_nobody_was_asked(shop, fake, partner_client):
    partner_client.cookies["django_language"] = "en"
    poll(shop, "cards")
    assert "Not read yet" in partner_client.get("/partner-dashboard/marketplaces/").content.decode()
    poll(shop)
    assert "Last read:" in partner_client.get("/partner-dashboard/marketplaces/").content.decode()
