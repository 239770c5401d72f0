from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from marketplaces import outbox, payloads
from marketplaces.connectors import errors
from marketplaces.connectors.remote import PriceUpdate, StockUpdate
from marketplaces.models import Connection, Operation
from partners.models import Notification
from sellercloudx import wiring
from sellercloudx.lib.money import Money
from tests import factories

pytestmark = pytest.mark.django_db
results: list = []


def remember(operation, result):
    results.append((operation.target, result.ok, result.message))


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    results.clear()
    for kind in wiring.OPERATION_RESULT:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.remember")


@pytest.fixture
def shop(fake):
    return factories.make_connection(marketplace="fake")


def tell_stock(shop, sku, quantity):
    update = StockUpdate(sku, quantity, datetime(2026, 11, 20, tzinfo=UTC))
    with transaction.atomic():
        return outbox.add(
            connection=shop,
            kind="push_stock",
            target=sku,
            payload=payloads.dump(update),
            dedupe=f"{sku}:{quantity}",
        )


def ship(shop, number="77"):
    with transaction.atomic():
        return outbox.add(
            connection=shop,
            kind="ship_order",
            target=number,
            payload={"order_id": number},
            dedupe=f"ship:{number}",
        )


def later(seconds):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_it_says_what_is_due_once_and_tells_the_owner(shop, fake):
    tell_stock(shop, "A", 3)
    assert outbox.drain(shop.pk) == 1
    assert outbox.drain(shop.pk) == 0
    assert fake.said == [("stock", "A", 3)]
    assert results == [("A", True, "")]


def test_the_same_dedupe_is_written_once(shop):
    assert tell_stock(shop, "A", 3).pk == tell_stock(shop, "A", 3).pk


def test_a_newer_stock_supersedes_an_unsent_older_one(shop, fake):
    older = tell_stock(shop, "A", 3)
    tell_stock(shop, "A", 2)
    outbox.drain(shop.pk)
    assert fake.said == [("stock", "A", 2)]
    older.refresh_from_db()
    assert older.state == Operation.State.SUPERSEDED


def test_a_refusal_is_kept_in_the_marketplaces_words_and_not_repeated(shop, fake):
    fake.refused["A"] = "Товар в архиве"
    operation = tell_stock(shop, "A", 3)
    tell_stock(shop, "B", 1)
    outbox.drain(shop.pk)
    operation.refresh_from_db()
    assert (operation.state, operation.error_message) == ("rejected", "Товар в архиве")
    assert fake.said == [("stock", "B", 1)]
    assert outbox.drain(shop.pk) == 0


def test_one_bad_item_does_not_hold_back_its_batch(shop, fake):
    fake.failing = [
        (errors.Rejected("bad batch", code="400"), False),
        (errors.Rejected("bad item", code="400"), False),
    ]
    for sku in "ABC":
        tell_stock(shop, sku, 1)
    outbox.drain(shop.pk)
    states = dict(Operation.objects.values_list("target", "state"))
    assert states == {"A": "rejected", "B": "done", "C": "done"}


def test_trouble_is_waited_out_and_tried_again(shop, fake):
    fake.failing = [(errors.Unavailable("502", code="http_502"), False)]
    operation = tell_stock(shop, "A", 3)
    assert outbox.drain(shop.pk) == 0
    operation.refresh_from_db()
    shop.refresh_from_db()
    assert (operation.state, shop.state) == ("waiting", "degraded")
    with later(6):
        assert outbox.drain(shop.pk) == 1
    shop.refresh_from_db()
    assert (fake.said, shop.state) == ([("stock", "A", 3)], "active")


def test_it_waits_as_long_as_it_is_asked_to(shop, fake):
    fake.failing = [(errors.RateLimited("slow down", retry_after=120), False)]
    tell_stock(shop, "A", 3)
    outbox.drain(shop.pk)
    with later(100):
        assert outbox.drain(shop.pk) == 0
    with later(121):
        assert outbox.drain(shop.pk) == 1


def test_a_refused_key_parks_the_connection_and_tells_the_partner(shop, fake):
    fake.failing = [(errors.AuthFailed("revoked", code="UNAUTHORIZED"), False)]
    tell_stock(shop, "A", 3)
    outbox.drain(shop.pk)
    shop.refresh_from_db()
    assert shop.state == Connection.State.PARKED
    assert Notification.objects.get().kind == "key_refused"
    with later(3600):
        assert outbox.drain(shop.pk) == 0
        Connection.objects.update(state=Connection.State.ACTIVE)
        assert outbox.drain(shop.pk) == 1


def test_a_transition_whose_answer_was_lost_is_looked_up_first(shop, fake, remote_order):
    fake.orders = [remote_order("77")]
    fake.failing = [(errors.Unavailable("timeout", code="timeout"), True)]
    operation = ship(shop)
    outbox.drain(shop.pk)
    with later(6):
        outbox.drain(shop.pk)
    operation.refresh_from_db()
    assert operation.state == Operation.State.DONE
    assert fake.said == [("ship", "77", None)]


def test_what_a_dead_worker_was_sending_is_found_again(shop, fake):
    tell_stock(shop, "A", 3)
    Operation.objects.update(state="sending", fence=1, attempts=1)
    assert outbox.drain(shop.pk) == 1
    assert fake.said == [("stock", "A", 3)]


def test_money_goes_out_exactly(shop, fake):
    price = Money(Decimal("1234567.89"), "UZS")
    payload = payloads.dump(PriceUpdate("A", price))
    with transaction.atomic():
        outbox.add(connection=shop, kind="push_price", target="A", payload=payload, dedupe="p")
    outbox.drain(shop.pk)
    assert str(fake.said[0][2]) == "1234567.89"


def test_the_clock_finds_what_no_message_told_of(shop, django_capture_on_commit_callbacks):
    tell_stock(shop, "A", 3)
    with django_capture_on_commit_callbacks() as woken:
        outbox.wake_due()
    assert len(woken) == 1
