"""What a marketplace gives no clear answer to: tried again, then put before a person."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from marketplaces import outbox, parking, payloads, setbacks
from marketplaces.connectors import errors
from marketplaces.connectors.remote import StockUpdate
from marketplaces.models import Operation
from partners.models import AuditLog, Member
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db
State = Operation.State
heard: list = []


def answered(operation, result):
    if result.message == "break":
        raise RuntimeError("broken on purpose")


def parked(operations, by):
    heard.append((sorted(one.target for one in operations), {one.state for one in operations}, by))


def broken(operations, by):
    raise RuntimeError("broken on purpose")


def retried(operation, by):
    heard.append(("retried", operation.target, by))


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    heard.clear()
    for kind in Operation.Kind.values:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.answered")
        monkeypatch.setitem(wiring.OPERATION_PARKED, kind, f"{__name__}.parked")
        monkeypatch.setitem(wiring.OPERATION_RETRIED, kind, f"{__name__}.retried")


@pytest.fixture
def shop(fake, partner):
    return factories.make_connection(partner, marketplace="fake")


@pytest.fixture
def reload():
    def again(row):
        row.refresh_from_db()
        return row

    return again


@transaction.atomic
def tell(shop, sku="A", quantity=3):
    update = StockUpdate(sku, quantity, datetime(2026, 11, 20, tzinfo=UTC))
    return outbox.add(
        connection=shop,
        kind="push_stock",
        target=sku,
        payload=payloads.dump(update),
        dedupe=f"{sku}:{quantity}",
    )


@transaction.atomic
def tell_ready(shop, number="77", dedupe="1"):
    return outbox.add(
        connection=shop,
        kind="ship_order",
        target=number,
        payload={"order_id": number},
        dedupe=f"ship:{dedupe}",
    )


def a_web_page():
    return errors.BadResponse("A web page came instead of an answer.", reason="html")


def drain_often(shop, times=setbacks.UNCLEAR_TRIES):
    """So many drains, each after every pause."""
    now = timezone.now()
    for turn in range(times):
        with time_machine.travel(now + timedelta(hours=turn)):
            outbox.drain(shop.pk)


def nonsense(fake, times=1000):
    fake.failing = [(a_web_page(), False) for _ in range(times)]


@pytest.fixture
def a_parked_one(shop, fake, reload):
    operation = tell(shop)
    nonsense(fake)
    drain_often(shop)
    fake.failing.clear()
    heard.clear()
    assert reload(operation).state == State.PARKED
    return operation


def test_one_web_page_parks_nothing(shop, fake):
    for sku in "ABC":
        tell(shop, sku)
    nonsense(fake, times=1)
    outbox.drain(shop.pk)
    assert set(Operation.objects.values_list("state", "failures")) == {(State.WAITING, 1)}
    drain_often(shop, 4)
    assert set(Operation.objects.values_list("state", flat=True)) == {State.DONE}
    assert len(fake.said) == 3


def test_after_many_tries_a_person_is_asked(shop, fake, reload):
    operation = tell(shop)
    nonsense(fake)
    drain_often(shop, setbacks.UNCLEAR_TRIES - 1)
    assert (reload(operation).state, heard) == (State.WAITING, [])
    drain_often(shop, setbacks.UNCLEAR_TRIES)
    assert reload(operation).state == State.PARKED
    assert (operation.error_kind, operation.error_reason) == ("internal", "html")
    assert heard == [(["A"], {State.PARKED}, None)]


def test_trouble_of_another_kind_brings_nobody_nearer(shop, fake, reload):
    operation = tell(shop)
    fake.failing = [(errors.Unavailable("502"), False) for _ in range(30)]
    fake.failing.append((a_web_page(), False))
    drain_often(shop, 31)
    assert (reload(operation).state, operation.failures) == (State.WAITING, 1)


def test_a_batch_shrinks_until_its_bad_item_stands_alone(shop, fake, monkeypatch):
    """One item that makes the marketplace answer nonsense does not park the others."""
    say = fake._say

    def bad_at_c(self, verb, key, value=None):
        if key == "C":
            raise a_web_page()
        return say(self, verb, key, value)

    monkeypatch.setattr(fake, "_say", bad_at_c)
    monkeypatch.setitem(
        outbox.SENDERS,
        "push_stock",
        type(outbox.SENDERS["push_stock"])(outbox.SENDERS["push_stock"].send, 8),
    )
    for sku in "ABCDEFGH":
        tell(shop, sku)
    drain_often(shop, 40)
    states = dict(Operation.objects.values_list("target", "state"))
    assert states.pop("C") == State.PARKED
    assert set(states.values()) == {State.DONE}


def test_what_breaks_on_our_side_is_tried_again_too(shop, fake, reload):
    operation = tell(shop)
    fake.failing = [(RuntimeError("ours"), False)]
    outbox.drain(shop.pk)
    assert (reload(operation).state, operation.error_reason) == (State.WAITING, "ours")
    drain_often(shop, 2)
    assert reload(operation).state == State.DONE


def test_an_answer_that_cannot_be_recorded_is_asked_for_again(shop, fake, reload):
    operation = tell(shop)
    fake.refused["A"] = "break"
    outbox.drain(shop.pk)
    assert (reload(operation).state, operation.failures) == (State.WAITING, 1)


def test_an_order_step_is_looked_up_before_it_is_said_again(shop, fake, reload, remote_order):
    fake.orders = [remote_order("77")]
    fake.failing = [(a_web_page(), True)]
    operation = tell_ready(shop)
    drain_often(shop, 2)
    assert (reload(operation).state, operation.error_code) == (State.DONE, "already")
    assert fake.said == [("ship", "77", None)]


def test_a_broken_owner_does_not_keep_it_from_being_parked(shop, fake, reload, monkeypatch):
    monkeypatch.setitem(wiring.OPERATION_PARKED, "push_stock", f"{__name__}.broken")
    operation = tell(shop)
    nonsense(fake)
    drain_often(shop)
    assert reload(operation).state == State.PARKED


def test_newer_news_takes_the_place_of_a_parked_one(shop, a_parked_one, reload):
    tell(shop, quantity=2)
    assert reload(a_parked_one).state == State.SUPERSEDED


def test_newer_news_takes_the_place_of_one_that_failed_on_its_way(shop, fake, reload, monkeypatch):
    older = tell(shop)
    say = fake._say

    def news_meanwhile(self, *what):
        monkeypatch.setattr(fake, "_say", say)
        tell(shop, quantity=2)
        raise a_web_page()

    monkeypatch.setattr(fake, "_say", news_meanwhile)
    outbox.drain(shop.pk)
    assert reload(older).state == State.SUPERSEDED
    outbox.drain(shop.pk)
    assert fake.said == [("stock", "A", 2)]


def test_a_step_asked_anew_takes_the_place_of_its_parked_twin(shop, fake, reload, remote_order):
    """Nobody knows whether the first was taken, so the second looks before it speaks."""
    older = tell_ready(shop)
    nonsense(fake)
    drain_often(shop)
    assert reload(older).state == State.PARKED
    fake.failing.clear()
    fake.orders = [remote_order("77", status="ready")]
    newer = tell_ready(shop, dedupe="2")
    outbox.drain(shop.pk)
    assert (reload(older).state, reload(newer).state) == (State.SUPERSEDED, State.DONE)
    assert (newer.error_code, fake.said) == ("already", [])


def test_trying_again_tells_it(shop, fake, partner, a_parked_one, reload):
    parking.retry(operation=a_parked_one, by=partner.owner)
    assert (reload(a_parked_one).state, a_parked_one.failures) == (State.PENDING, 0)
    assert heard == [("retried", "A", partner.owner)]
    row = AuditLog.objects.get(action="OPERATION_RETRIED")
    assert (row.actor, row.partner, row.after["target"]) == (partner.owner, partner, "A")
    outbox.drain(shop.pk)
    assert fake.said == [("stock", "A", 3)]


def test_dismissing_leaves_it_untold(shop, fake, partner, a_parked_one, reload):
    parking.dismiss(operation=a_parked_one, by=partner.owner)
    assert (reload(a_parked_one).state, a_parked_one.error_reason) == (State.UNTOLD, "dismissed")
    assert heard == [(["A"], {State.UNTOLD}, partner.owner)]
    assert AuditLog.objects.get(action="OPERATION_DISMISSED").actor == partner.owner
    outbox.drain(shop.pk)
    assert fake.said == []


@pytest.mark.parametrize("decide", [parking.retry, parking.dismiss])
def test_it_is_decided_once(partner, a_parked_one, decide):
    parking.dismiss(operation=a_parked_one, by=partner.owner)
    with pytest.raises(parking.NotParked):
        decide(operation=a_parked_one, by=partner.owner)


@pytest.mark.parametrize(("name", "state"), [("retry", "pending"), ("dismiss", "untold")])
def test_the_page_of_the_shop_has_a_button_for_each(
    partner_client, shop, a_parked_one, reload, name, state
):
    page = reverse("marketplaces:detail", args=[shop.pk])
    action = reverse(f"marketplaces:{name}", args=[a_parked_one.pk])
    assert action in partner_client.get(page).content.decode()
    response = partner_client.post(action, {"next": page})
    assert (response.status_code, response["Location"]) == (302, page)
    assert reload(a_parked_one).state == state
    assert action not in partner_client.get(page).content.decode()
    assert partner_client.post(action).status_code == 302


def test_the_way_back_does_not_leave_the_site(partner_client, shop, a_parked_one):
    action = reverse("marketplaces:dismiss", args=[a_parked_one.pk])
    response = partner_client.post(action, {"next": "https://evil.example/"})
    assert response["Location"] == reverse("marketplaces:detail", args=[shop.pk])


@pytest.mark.parametrize("name", ["retry", "dismiss"])
def test_only_its_partner_and_only_who_may_write_decides(client, partner, a_parked_one, name):
    action = reverse(f"marketplaces:{name}", args=[a_parked_one.pk])
    client.force_login(factories.make_partner().owner)
    assert client.post(action).status_code == 404
    viewer = factories.make_user()
    Member.objects.create(partner=partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    assert client.post(action).status_code == 403


def test_after_an_outage_all_of_a_shop_are_tried_again_at_once(partner_client, shop, fake):
    others = factories.make_connection(shop.partner, marketplace="fake")
    for sku in "ABC":
        tell(shop, sku)
    tell(others)
    Operation.objects.update(state=State.PARKED)
    page = reverse("marketplaces:detail", args=[shop.pk])
    action = reverse("marketplaces:retry_all", args=[shop.pk])
    assert action in partner_client.get(page).content.decode()
    partner_client.post(action)
    outbox.drain(shop.pk)
    assert sorted(key for _, key, _ in fake.said) == ["A", "B", "C"]
    assert Operation.objects.get(connection=others).state == State.PARKED
    assert AuditLog.objects.filter(action="OPERATION_RETRIED").count() == 3
    assert action not in partner_client.get(page).content.decode()
