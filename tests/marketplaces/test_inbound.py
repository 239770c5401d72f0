from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplaces import inbound, leases
from marketplaces.connectors import errors
from marketplaces.models import Connection, Stream
from partners.models import Partner
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db
received: list = []


def receive(connection, items):
    received.append([item.external_id for item in items])


@pytest.fixture
def shop(fake, monkeypatch):
    received.clear()
    monkeypatch.setitem(wiring.INBOUND, "orders", f"{__name__}.receive")
    connection = factories.make_connection(marketplace="fake")
    inbound.open_streams(connection)
    return connection


def stream():
    return Stream.objects.get(name="orders")


def test_it_reads_in_batches_and_moves_the_cursor(shop, fake, remote_order, monkeypatch):
    monkeypatch.setattr(inbound, "BATCH", 50)
    newest = timezone.now() - timedelta(minutes=5)
    fake.orders = [remote_order(str(n), updated_at=newest) for n in range(120)]
    assert inbound.poll(shop.pk, "orders")
    assert [len(batch) for batch in received] == [50, 50, 20]
    assert stream().cursor == newest
    assert stream().succeeded_at


def test_a_quiet_shop_is_not_read_from_the_beginning_each_time(shop):
    inbound.poll(shop.pk, "orders")
    assert stream().cursor >= timezone.now() - timedelta(days=1, minutes=1)


def test_it_reads_again_only_when_due(shop):
    assert inbound.poll(shop.pk, "orders")
    assert not inbound.poll(shop.pk, "orders")
    with time_machine.travel(timezone.now() + timedelta(seconds=21)):
        assert inbound.poll(shop.pk, "orders")


def test_one_worker_reads_at_a_time(shop):
    Stream.objects.update(leased_until=timezone.now() + timedelta(seconds=30))
    assert not inbound.poll(shop.pk, "orders")


def test_a_dead_reader_is_replaced_when_one_call_could_be_over(shop, settings):
    stale = leases.take_stream(stream())
    assert stream().leased_until <= timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    stale.renew()
    assert not inbound.poll(shop.pk, "orders")
    Stream.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert inbound.poll(shop.pk, "orders")
    with pytest.raises(leases.LeaseLost):
        stale.renew()


def test_who_is_replaced_leaves_the_stream_to_the_other(shop, fake, remote_order, monkeypatch):
    def taken_over(connection, items):
        Stream.objects.update(leased_until=timezone.now() + timedelta(seconds=7))
        raise leases.LeaseLost

    fake.orders = [remote_order("1", updated_at=timezone.now())]
    monkeypatch.setattr(f"{__name__}.receive", taken_over)
    before = stream().cursor
    assert not inbound.poll(shop.pk, "orders")
    assert (stream().cursor, stream().failures) == (before, 0)
    assert stream().leased_until


def test_a_clock_ahead_of_ours_does_not_push_the_cursor_into_the_future(shop, fake, remote_order):
    fake.orders = [remote_order("1", updated_at=timezone.now() + timedelta(days=1))]
    inbound.poll(shop.pk, "orders")
    assert stream().cursor <= timezone.now()


def test_trouble_keeps_the_cursor_and_waits_longer_each_time(shop, fake):
    before = stream().cursor
    waits = []
    for _ in range(3):
        fake.failing = [(errors.Unavailable("502", code="http_502"), False)]
        Stream.objects.update(due_at=timezone.now())
        assert not inbound.poll(shop.pk, "orders")
        waits.append((stream().due_at - timezone.now()).total_seconds())
    assert stream().cursor == before
    assert waits == sorted(waits)
    assert waits[2] > 2 * waits[0]
    shop.refresh_from_db()
    assert shop.state == Connection.State.DEGRADED


def test_a_refused_key_parks_the_connection(shop, fake):
    fake.failing = [(errors.AuthFailed("revoked"), False)]
    inbound.poll(shop.pk, "orders")
    shop.refresh_from_db()
    assert shop.state == Connection.State.PARKED
    assert not inbound.poll(shop.pk, "orders")


def test_a_blocked_partner_is_not_read_for(shop):
    Partner.objects.update(state=Partner.State.BLOCKED)
    assert not inbound.poll(shop.pk, "orders")


def test_sync_now_makes_everything_due(shop):
    inbound.poll(shop.pk, "orders")
    inbound.hurry(shop)
    assert inbound.poll(shop.pk, "orders")
