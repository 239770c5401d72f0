"""The worker is killed while a call is on the wire: nothing is lost and nothing done twice.

The short form kills it a few times; the long one (`--kills 20`) as often as the issue asks.
"""

import signal
from collections import Counter

import pytest
import redis
from django.conf import settings

from marketplaces import inbound
from marketplaces.models import Operation, RateBudget
from orders.models import Order
from orders.services import fulfilment
from orders.tabs import TO_PACK
from tests import factories
from tests.chaos import goods
from tests.processes import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
HOLD_MS = 300
# The long form: at least 15 of 20.
MOST_HIT = 0.75


@pytest.fixture
def kills(request):
    return request.config.getoption("--kills")


@pytest.fixture
def picture():
    with goods.picture() as address:
        yield address


@pytest.fixture
def orders(yandex_shop, sandbox, sandbox_key, kills, picture):
    """Orders placed by the sandbox's buyers and read by ourselves, waiting to be packed."""
    count = 2 * kills + 10
    product = factories.make_product(yandex_shop.partner, stock=10 * count)
    goods.put_on_sale(yandex_shop, [product], 10 * count, picture)
    for _ in range(count):
        sandbox.control("POST", "orders", account=sandbox_key, sku=product.sku, quantity=1)
    inbound.open_streams(yandex_shop)
    assert inbound.poll(yandex_shop.pk, "orders")
    assert Order.objects.count() == count
    return list(Order.objects.order_by("pk"))


def shipping(sandbox, key):
    """How many of the calls that move an order are on the wire now; polls do not count."""
    running = sandbox.control("GET", f"calls?account={key}")["running"]
    return running.get("updateOrderStatus", 0)


def kill_in_the_middle(worker, sandbox, key):
    """Kill -9 while an order is being moved; whether the call was on the wire as it died."""
    wait_until(lambda: shipping(sandbox, key), 60, every=0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    # Nobody sends any more: what still runs there began before the kill.
    return shipping(sandbox, key) > 0


def ready_effects(sandbox, key):
    """How often each order was moved to ready on the marketplace's side."""
    effects = sandbox.control("GET", f"effects?account={key}&limit=100000")["effects"]
    return Counter(effect["key"] for effect in effects if effect["path"].endswith("/status"))


@pytest.mark.parametrize("at", ["before", "after"])
def test_nothing_is_lost_and_nothing_doubled(
    at, orders, processes, sandbox, sandbox_key, yandex_shop, kills
):
    hold = {"kind": "hold", "path": "/status", "method": "PUT", "ms": HOLD_MS, "at": at}
    sandbox.control("POST", "faults", account=sandbox_key, **hold)
    for order in orders:
        fulfilment.mark_ready(order=order, by=yandex_shop.partner.owner)
    worker, hits = processes.worker(), 0
    for number in range(kills):
        hits += kill_in_the_middle(worker, sandbox, sandbox_key)
        worker = processes.worker()
        if number == kills // 2:
            empty_redis()
    ship = Operation.objects.filter(kind=Operation.Kind.SHIP_ORDER)
    wait_until(lambda: not ship.exclude(state=Operation.State.DONE).exists(), 240, every=0.5)
    told = ready_effects(sandbox, sandbox_key)
    print(  # noqa: T201
        f"{kills} kills, {hits} with a call on the wire ({at} its effect), {len(orders)} orders, "
        f"{sum(told.values())} changes there, at most {max(told.values())} per order"
    )
    assert hits >= MOST_HIT * kills
    assert set(told.values()) == {1}
    assert len(told) == len(orders)
    assert not Order.objects.filter(TO_PACK).exists()


def empty_redis():
    """What is lost with it costs time only; no budget is refilled."""
    if settings.REDIS_URL:
        spent = sum(RateBudget.objects.values_list("version", flat=True))
        redis.Redis.from_url(settings.REDIS_URL).flushall()
        assert sum(RateBudget.objects.values_list("version", flat=True)) >= spent > 0
