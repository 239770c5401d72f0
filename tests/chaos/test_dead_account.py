"""One dead account of four for ten minutes: the other three hardly notice.

Short: a change of stock every 5 seconds in each shop. Long: `EVERY=0.5`.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from marketplaces import breakers, budgets, gateway, inbound, outbox, payloads
from marketplaces.connectors.remote import StockUpdate
from marketplaces.models import Breaker, Connection, Operation, Stream
from sellercloudx import wiring
from sellercloudx.lib import queue
from tests import factories

from .simulated import Marketplaces, Simulation

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = float(os.environ.get("EVERY", "5"))
BEFORE, DEAD, AFTER = 30, 600, 90
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def heard(*what):
    pass


@pytest.fixture
def simulate(monkeypatch):
    """A run of the product's worker; shops, and what they were asked."""
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "yandex", "http://127.0.0.1:9")
    monkeypatch.setitem(wiring.OPERATION_RESULT, "push_stock", f"{__name__}.heard")

    def run(dead: bool):
        simulation = Simulation(START + timedelta(days=int(dead)))
        network = Marketplaces(simulation, seed=1)
        opened = partial(OPEN, transport=network, sleep=simulation.sleep)
        monkeypatch.setattr(gateway, "open_connector", opened)
        monkeypatch.setattr(queue, "run", simulation.wake)
        clock = SimpleNamespace(monotonic=lambda: simulation.now, sleep=simulation.sleep)
        monkeypatch.setattr(budgets, "time", clock)
        Connection.objects.update(state=Connection.State.DISCONNECTED)
        shops = [factories.make_connection(credentials=_keys(n)) for n in range(4)]
        if dead:
            network.dead[_keys(0)["api_key"]] = (BEFORE, BEFORE + DEAD)
        simulation.begin(_start, shops)
        for _ in range(settings.WORKER_THREADS):
            simulation.begin(simulation.worker)
        for due in (outbox.wake_due, inbound.wake_due, breakers.wake_probes):
            simulation.begin(simulation.every, 5, due)
        for number, shop in enumerate(shops):
            simulation.begin(_sell, simulation, shop, random.Random(number))
        simulation.run(BEFORE + DEAD + AFTER)
        return shops, network

    return run


OPEN = gateway.open_connector


def _keys(number):
    return {"api_key": f"ACMA:key-{number}", "business_id": f"{number + 1}"}


def _start(shops):
    for shop in shops:
        inbound.open_streams(shop)
    # The others have nothing to ask for here.
    Stream.objects.exclude(name="orders").delete()


def _sell(simulation, shop, dice):
    """A stock changes now and then, until a while before the end."""
    number = 0
    while simulation.now < BEFORE + DEAD:
        simulation.sleep(dice.expovariate(1 / EVERY))
        number += 1
        sku = f"S{number}"
        with transaction.atomic():
            outbox.add(
                connection=shop,
                kind="push_stock",
                target=sku,
                payload=payloads.dump(StockUpdate(sku, 1, timezone.now())),
                dedupe=sku,
            )


def p99(shops):
    rows = Operation.objects.filter(connection__in=shops)
    assert not rows.exclude(state=Operation.State.DONE).exists()
    delays = sorted((one.finished_at - one.created_at).total_seconds() for one in rows)
    return delays[int(len(delays) * 0.99)], len(delays)


def test_the_others_hardly_notice(simulate):
    shops, _ = simulate(dead=False)
    without, _ = p99(shops[1:])
    shops, network = simulate(dead=True)
    within, count = p99(shops[1:])
    asked = [at for at in network.asked[_keys(0)["api_key"]] if BEFORE <= at < BEFORE + DEAD]
    first_probe = next(i for i, at in enumerate(asked) if at >= BEFORE + 75)
    probes = asked[first_probe:]
    gaps = [later - sooner for sooner, later in zip(probes, probes[1:], strict=False)]
    late = Operation.objects.filter(connection=shops[0]).order_by("-finished_at").first()
    settled = (late.finished_at - START).total_seconds() % 86_400 - BEFORE - DEAD
    assert within <= 1.2 * without, (within, without)
    assert min(gaps) >= 30
    assert len(probes) <= DEAD / 30
    # It came back, and all that was put off was told.
    p99(shops)
    assert settled <= 60
    assert Breaker.objects.get(pk=shops[0].pk).opened_at is None
    report(
        f"p99 of the others {without:.2f} s without, {within:.2f} s with a dead account "
        f"({within / without:.2f}x, {count} changes); {len(asked)} calls to it in {DEAD} s, "
        f"{len(probes)} of them probes, {min(gaps):.0f} s apart at least; "
        f"settled {settled:.0f} s after it came back"
    )


def report(words):
    print(f"\n{words}")  # noqa: T201  the proof's line: pytest -s


def test_the_page_says_which_since_when_and_what_to_do(client):
    shop = factories.make_connection(name="Yulduz Samarqand")
    opened_at = timezone.now() - timedelta(minutes=7)
    Breaker.objects.create(connection=shop, failures=9, opened_at=opened_at)
    client.force_login(shop.partner.owner)
    page = client.get(
        reverse("marketplaces:detail", args=[shop.pk]), headers={"accept-language": "en"}
    ).content.decode()
    assert "Yulduz Samarqand has been left alone since" in page
    assert f"{timezone.localtime(opened_at):%H:%M}" in page
    assert "press Test connection" in page
