"""An account that does not answer is left alone, tried now and then, and taken up again."""

import threading
from datetime import timedelta
from functools import partial

import httpx
import pytest
import time_machine
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from marketplaces import breakers, gateway, inbound, outbox
from marketplaces.connectors.errors import Held, MarketplaceError
from marketplaces.models import Breaker, Connection, Operation, Stream
from tests import factories
from tests.marketplaces.script import refusal

pytestmark = pytest.mark.django_db
ORDERS = {"orders": [], "paging": {}}


class Network(httpx.BaseTransport):
    """Answers as it is told, and remembers when it was asked."""

    def __init__(self):
        self.answer, self.asked = lambda request: httpx.Response(200, json=ORDERS), []

    def handle_request(self, request):
        request.read()
        self.asked.append(timezone.now())
        answer = self.answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def network(monkeypatch, settings):
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": "http://127.0.0.1:9"}
    made = Network()
    opened = partial(gateway.open_connector, transport=made, sleep=lambda seconds: None)
    monkeypatch.setattr(gateway, "open_connector", opened)
    return made


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as moved:
        yield moved


def read(shop):
    with gateway.connector_for(shop) as connector:
        list(connector.iter_orders(ids=["1"]))


def fail(shop, clock, seconds=20):
    """As it goes for a while with an account that has died."""
    for _ in range(seconds // 4):
        with pytest.raises(MarketplaceError):
            read(shop)
        clock.shift(4)


def dead(request):
    return httpx.ReadTimeout("silence", request=request)


def test_it_opens_after_lasting_trouble_and_lets_one_try_through_in_thirty_seconds(
    shop, network, clock
):
    network.answer = dead
    fail(shop, clock)
    assert Breaker.objects.get().opened_at
    network.asked.clear()
    for _ in range(120):
        with pytest.raises(MarketplaceError):
            read(shop)
        clock.shift(1)
    assert len(network.asked) == 4
    gaps = [b - a for a, b in zip(network.asked, network.asked[1:], strict=False)]
    assert min(gaps) >= timedelta(seconds=30)


@pytest.mark.parametrize(
    "answer",
    [lambda r: httpx.Response(200, json=ORDERS), lambda r: refusal(400), lambda r: refusal(401)],
)
def test_any_answer_closes_it_and_what_waited_is_due_at_once(shop, network, clock, answer):
    inbound.open_streams(shop)
    Stream.objects.update(failures=3, due_at=timezone.now() + timedelta(hours=1))
    network.answer = dead
    fail(shop, clock)
    network.answer = answer
    clock.shift(30)
    try:
        read(shop)
    except Held:
        pytest.fail("the try is due")
    except MarketplaceError:
        pass
    row = Breaker.objects.get()
    assert (row.opened_at, row.failures, row.recovered_at) == (None, 0, timezone.now())
    assert set(Stream.objects.values_list("due_at", flat=True)) == {timezone.now()}


def test_trouble_in_one_call_of_three_never_opens_it(shop, network, clock):
    turns = iter(range(1000))
    network.answer = lambda request: (
        dead(request) if next(turns) % 3 == 0 else httpx.Response(200, json=ORDERS)
    )
    for _ in range(100):
        read(shop)
        clock.shift(1)
    assert not Breaker.objects.filter(opened_at__isnull=False).exists()


@pytest.mark.parametrize("status", [420, 400, 403])
def test_a_refusal_and_a_plea_to_slow_down_are_answers(shop, network, clock, status):
    network.answer = lambda request: refusal(status)
    fail(shop, clock, 40)
    assert not Breaker.objects.filter(failures__gt=0).exists()


def test_web_pages_in_place_of_answers_open_it_too(shop, network, clock):
    network.answer = lambda request: httpx.Response(
        200, html="<html>maintenance</html>", headers={"Content-Type": "text/html"}
    )
    fail(shop, clock, 60)
    row = Breaker.objects.get()
    assert row.opened_at
    assert row.error_reason == "html"


def test_nothing_is_claimed_meanwhile_and_the_clock_wakes_the_try(
    shop, network, clock, django_capture_on_commit_callbacks
):
    inbound.open_streams(shop)
    network.answer = dead
    fail(shop, clock)
    operation = outbox.add(
        connection=shop, kind="ship_order", target="7", payload={}, dedupe="ship:7"
    )
    assert outbox.drain(shop.pk) == 0
    operation.refresh_from_db()
    assert (operation.state, operation.attempts) == (Operation.State.PENDING, 0)
    with django_capture_on_commit_callbacks() as woken:
        outbox.wake_due()
        breakers.wake_probes()
    assert woken == []
    clock.shift(31)
    with django_capture_on_commit_callbacks() as woken:
        breakers.wake_probes()
    assert len(woken) == 1
    assert inbound.poll(shop.pk, "orders") is False


def test_another_shop_of_the_partner_goes_on(shop, network, clock):
    other = factories.make_connection(shop.partner, credentials={"business_id": "2"})
    network.answer = dead
    fail(shop, clock)
    network.answer = lambda request: httpx.Response(200, json=ORDERS)
    read(other)


def test_a_person_who_tries_a_key_is_not_kept_waiting(shop, network, clock):
    network.answer = dead
    fail(shop, clock)
    network.answer = lambda request: httpx.Response(200, json=ORDERS)
    with gateway.connector_for(shop, credentials=shop.credentials, within=5) as connector:
        list(connector.iter_orders(ids=["1"]))
    assert Breaker.objects.get().opened_at is None


def test_the_pages_say_which_since_when_and_what_to_do(
    shop, network, clock, partner_client, client, staff
):
    network.answer = dead
    fail(shop, clock)
    Connection.objects.update(state="degraded")

    def shown(visitor, name, *args):
        answer = visitor.get(reverse(name, args=args), headers={"accept-language": "en"})
        return answer.content.decode()

    page = shown(partner_client, "marketplaces:detail", shop.pk)
    assert "account does not answer" in page
    assert f"{shop.name} has been left alone since" in page
    assert "once in 30 seconds" in page
    assert "press Test connection" in page
    assert "Has not answered since" in shown(partner_client, "marketplaces:list")
    client.force_login(staff)
    assert "Has not answered since" in shown(client, "pages:staff_shops")
    assert "Has not answered since" in shown(client, "pages:partner", shop.partner_id)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_makes_the_try(network):
    shop = factories.make_connection()
    now = timezone.now()
    Breaker.objects.create(connection=shop, failures=9, opened_at=now, probe_at=now)
    network.answer = dead
    held, lock = [], threading.Lock()

    def work():
        try:
            with pytest.raises(MarketplaceError) as caught:
                read(shop)
            with lock:
                held.append(isinstance(caught.value, Held))
        finally:
            database.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(network.asked) == 1
    assert len(held) == 6
