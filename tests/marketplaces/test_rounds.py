"""However much one shop has to tell, it gives way after a round, and so does a kind that fails."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection as database
from django.utils import timezone

from marketplaces import outbox, payloads, sending
from marketplaces.connectors import errors
from marketplaces.connectors.remote import ItemResult, StockUpdate
from marketplaces.models import Connection, Operation
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    for kind in wiring.OPERATION_RESULT:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.heard")


def heard(operation, result):
    pass


def tell_many(shop, count):
    now = timezone.now()
    update = StockUpdate("", 1, datetime(2026, 11, 20, tzinfo=UTC))
    Operation.objects.bulk_create(
        Operation(
            connection=shop,
            partner=shop.partner,
            kind="push_stock",
            target=f"S{number}",
            payload=payloads.dump(update) | {"sku": f"S{number}"},
            dedupe=f"S{number}",
            due_at=now,
        )
        for number in range(count)
    )
    if database.vendor == "postgresql":
        # As autovacuum does within a minute: of a table it has never seen PostgreSQL guesses badly.
        with database.cursor() as cursor:
            cursor.execute("ANALYZE operations")


def test_a_partner_with_ten_thousand_does_not_delay_anothers_single_one(
    fake, monkeypatch, django_capture_on_commit_callbacks
):
    """One worker, and calls that take a second: what the queue does, by hand."""
    busy, single = (factories.make_connection(marketplace="fake") for _ in range(2))
    tell_many(busy, 10_000)
    small = sending.Sender(sending.SENDERS["push_stock"].send, 100)
    monkeypatch.setitem(outbox.SENDERS, "push_stock", small)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        say = fake._say_all

        def slowly(self, *what):
            clock.shift(1)
            return say(self, *what)

        monkeypatch.setattr(fake, "_say_all", slowly)
        queue = [busy.pk]
        tell_many(single, 1)
        queue.append(single.pk)
        while queue:
            with django_capture_on_commit_callbacks() as woken:
                turn = queue.pop(0)
                outbox.drain(turn)
            queue += [turn] * len(woken)
            if turn == single.pk:
                waited = timezone.now() - start
    assert waited <= timedelta(seconds=outbox.ROUND_SECONDS + 2)
    assert Operation.objects.filter(state="done").count() == 10_001
    assert not Connection.objects.exclude(leased_until=None).exists()


def test_a_round_ends_after_so_many_batches_too(
    fake, monkeypatch, django_capture_on_commit_callbacks
):
    shop = factories.make_connection(marketplace="fake")
    tell_many(shop, outbox.ROUND_BATCHES + 1)
    one = sending.Sender(sending.SENDERS["push_stock"].send, 1)
    monkeypatch.setitem(outbox.SENDERS, "push_stock", one)
    with django_capture_on_commit_callbacks() as woken:
        assert outbox.drain(shop.pk) == outbox.ROUND_BATCHES
    assert len(woken) == 1
    with django_capture_on_commit_callbacks() as woken:
        assert outbox.drain(shop.pk) == 1
    assert woken == []


def test_a_kind_that_fails_rests_and_holds_back_no_other(fake):
    shop = factories.make_connection(marketplace="fake")
    outbox.add(connection=shop, kind="ship_order", target="77", payload={}, dedupe="ship")
    tell_many(shop, 1)
    fake.failing = [(errors.Unavailable("502", code="http_502"), False)]
    outbox.drain(shop.pk)
    states = dict(Operation.objects.values_list("kind", "state"))
    assert states == {"ship_order": "waiting", "push_stock": "done"}


def ship_many(shop, count):
    for number in range(count):
        outbox.add(
            connection=shop, kind="ship_order", target=f"{number}", payload={}, dedupe=f"{number}"
        )


@pytest.mark.parametrize(("failing", "told"), [([1, 3], 4), ([1, 2], 1)])
def test_it_rests_after_two_errors_in_a_row_and_not_after_one(fake, monkeypatch, failing, told):
    shop = factories.make_connection(marketplace="fake")
    ship_many(shop, 6)
    asked = []

    def ship(self, number):
        asked.append(number)
        if len(asked) - 1 in failing:
            raise errors.Unavailable("502", code="http_502")
        return ItemResult(number, ok=True)

    monkeypatch.setattr(fake, "ship", ship)
    outbox.drain(shop.pk)
    assert Operation.objects.filter(state="done").count() == told


def test_after_a_refused_key_nothing_more_is_tried(fake):
    shop = factories.make_connection(marketplace="fake")
    outbox.add(connection=shop, kind="ship_order", target="77", payload={}, dedupe="ship")
    tell_many(shop, 1)
    fake.failing = [(errors.AuthFailed("revoked"), False)]
    outbox.drain(shop.pk)
    assert fake.said == []
