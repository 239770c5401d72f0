"""A worker that lost its lease, or speaks for a shop out of use, sends and claims nothing more."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from marketplaces import budgets, leases, outbox, payloads
from marketplaces.connectors.remote import OrderStatus, StockUpdate
from marketplaces.models import Connection, Operation
from partners.models import Partner
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db
State = Operation.State
results: list = []


def remember(operation, result):
    results.append((operation.target, result.ok, result.code))


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    results.clear()
    for kind in Operation.Kind.values:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.remember")


@pytest.fixture
def shop(fake):
    return factories.make_connection(marketplace="fake")


@transaction.atomic
def tell(shop, sku="A", kind="push_stock"):
    update = StockUpdate(sku, 3, datetime(2026, 11, 20, tzinfo=UTC))
    payload = payloads.dump(update) if kind == "push_stock" else {"order_id": sku}
    return outbox.add(
        connection=shop, kind=kind, target=sku, payload=payload, dedupe=f"{kind}:{sku}"
    )


def take_over(shop):
    """The lease of whoever holds the shop runs out, and another worker takes it."""
    Connection.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    return leases.take_connection(shop.pk)


def test_a_stale_worker_claims_nothing(shop):
    tell(shop)
    stale = leases.take_connection(shop.pk)
    take_over(shop)
    with pytest.raises(leases.LeaseLost):
        outbox._claim(stale)
    assert Operation.objects.get().state == State.PENDING


def test_what_a_newer_worker_holds_is_not_claimed_back(shop):
    """Also when nobody noticed yet who holds the shop: no fence is ever lowered."""
    tell(shop)
    older = leases.take_connection(shop.pk)
    newer = take_over(shop)
    assert len(outbox._claim(newer)) == 1
    Connection.objects.update(lease_token=older.token)
    assert outbox._claim(older) == []
    assert Operation.objects.get().fence == newer.token


def interrupt(monkeypatch, fake, what):
    """Something happens while the first call is on the wire."""
    say, happened = fake._say, []

    def slow(self, *args):
        if not happened:
            happened.append(what())
        return say(self, *args)

    monkeypatch.setattr(fake, "_say", slow)


def test_a_good_answer_is_kept_while_nobody_else_has_claimed_it(shop, fake, monkeypatch):
    tell(shop)
    interrupt(monkeypatch, fake, lambda: take_over(shop))
    outbox.drain(shop.pk)
    assert (Operation.objects.get().state, results) == (State.DONE, [("A", True, "")])


def test_a_late_answer_is_not_written_over_a_newer_claim(shop, fake, monkeypatch):
    tell(shop)
    interrupt(monkeypatch, fake, lambda: outbox._claim(take_over(shop)))
    outbox.drain(shop.pk)
    assert (Operation.objects.get().state, results) == (State.SENDING, [])


@pytest.mark.parametrize(
    "stop",
    [
        lambda: Partner.objects.update(state=Partner.State.BLOCKED),
        lambda: Connection.objects.update(state=Connection.State.PARKED),
        lambda: Connection.objects.update(state=Connection.State.UNTESTED),
    ],
    ids=["partner blocked", "key refused", "not tested"],
)
def test_a_drain_stops_when_nobody_may_speak_for_the_shop_any_more(shop, fake, monkeypatch, stop):
    """What is on the wire then is still written down; the next call is not made."""
    tell(shop)
    tell(shop, "77", kind="ship_order")
    interrupt(monkeypatch, fake, stop)
    assert outbox.drain(shop.pk) == 1
    assert fake.said == [("stock", "A", 3)]
    assert results == [("A", True, "")]
    assert Operation.objects.get(target="77").state == State.PENDING


@pytest.mark.parametrize(
    "stop",
    [
        lambda: Partner.objects.update(state=Partner.State.BLOCKED),
        lambda: Connection.objects.update(state=Connection.State.PARKED),
    ],
    ids=["partner blocked", "key refused"],
)
def test_a_lease_is_not_renewed_for_a_shop_out_of_use(shop, stop):
    lease = leases.take_connection(shop.pk)
    lease.renew()
    stop()
    with pytest.raises(leases.LeaseLost):
        lease.renew()


def test_the_lease_is_renewed_after_waiting_for_a_place(monkeypatch):
    happened = []

    @contextmanager
    def slot(account, parallel, patience, longest):
        happened.append("place")
        yield

    monkeypatch.setattr(budgets, "slot", slot)
    gate = budgets.Gate("fake:1", {}, 4, renew=lambda: happened.append("renewed"))
    with gate("ship"):
        happened.append("call")
    assert happened == ["renewed", "place", "renewed", "call"]


def test_the_lease_is_extended_while_many_answers_are_written_down(shop, fake, monkeypatch):
    for number in range(3 * outbox.EXTEND_EVERY):
        tell(shop, f"SKU-{number}")
    extended, extend = [], leases.ConnectionLease.extend
    monkeypatch.setattr(
        leases.ConnectionLease, "extend", lambda lease: (extended.append(1), extend(lease))
    )
    outbox.drain(shop.pk)
    assert len(extended) == 3


def test_a_call_under_a_lease_is_broken_off_before_the_lease_ends(settings):
    for seconds in (2, 20, 60):
        settings.LEASE_SECONDS = seconds
        assert 0 < leases.longest_call() < leases.ttl().total_seconds()


def test_a_repeated_step_that_is_refused_is_looked_up_once_more(
    shop, fake, remote_order, monkeypatch
):
    """The first try arrived after we had looked: the refusal says no more than that."""
    fake.orders = [remote_order("77")]
    fake.refused["77"] = "Order is in this status already"
    operation = tell(shop, "77", kind="ship_order")
    Operation.objects.update(attempts=1)
    looks = []

    def arrives_late(self, *, updated_since=None, ids=()):
        looks.append(ids)
        status = OrderStatus.READY if len(looks) > 1 else OrderStatus.CONFIRMED
        yield remote_order("77", status=status)

    monkeypatch.setattr(fake, "iter_orders", arrives_late)
    outbox.drain(shop.pk)
    assert results == [("77", True, "already")]
    operation.refresh_from_db()
    assert operation.state == State.DONE


def test_a_repeated_step_that_is_truly_refused_is_told_so(shop, fake, remote_order):
    fake.orders = [remote_order("77")]
    fake.refused["77"] = "no"
    tell(shop, "77", kind="ship_order")
    Operation.objects.update(attempts=1)
    outbox.drain(shop.pk)
    assert results == [("77", False, "REFUSED")]
