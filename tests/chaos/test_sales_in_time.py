"""A sale in one shop is soon with us, and soon after on its way to the others.

The short form sells a few pieces; `SALES=200` as many as one likes. Run with `-s` it says how long
they took.
"""

import os
import statistics
import time
import uuid

import pytest
from django.utils import timezone

from marketplaces import inbound
from marketplaces.models import Operation
from orders.models import Order
from tests import factories
from tests.chaos.goods import picture, put_on_sale
from tests.processes import wait_until

SALES = int(os.environ.get("SALES", "6"))
EVERY = 1.0
# Seconds, of 95 in a hundred.
VISIBLE, ON_ITS_WAY = 60, 10
pytestmark = [
    pytest.mark.processes,
    pytest.mark.timing,
    pytest.mark.timeout(300 + 3 * SALES),
]


@pytest.fixture
def other_shop(yandex_shop, sandbox):
    """Of the same seller, with a key and an account of its own."""
    key = f"ACMA:sandbox-{uuid.uuid4().hex}"
    account = sandbox.control("GET", f"state?account={key}")
    return factories.make_connection(
        yandex_shop.partner,
        account=str(account["campaigns"][0]["id"]),
        credentials={"api_key": key, "business_id": str(account["business_id"])},
    )


@pytest.fixture
def product(yandex_shop, other_shop):
    """On sale in both."""
    made = factories.make_product(yandex_shop.partner, stock=10 * SALES)
    for shop in (yandex_shop, other_shop):
        with picture() as address:
            put_on_sale(shop, [made], 10 * SALES, address)
        factories.make_listing(made, shop, state="sent", sent_at=timezone.now())
        inbound.open_streams(shop)
    return made


def sell(sandbox, key, sku):
    """When each order was placed, by its number."""
    placed = {}
    for _ in range(SALES):
        started = time.monotonic()
        order = sandbox.control("POST", "orders", account=key, sku=sku, quantity=1)
        placed[str(order["id"])] = timezone.now()
        # Buyers come one after the other.
        time.sleep(max(0.0, started + EVERY - time.monotonic()))
    return placed


def told_after(order, shop):
    """When the shop first took a quantity that was written down with the order or after it."""
    done = Operation.objects.filter(connection=shop, kind="push_stock", state="done")
    after = done.filter(created_at__gte=order.created_at)
    return after.order_by("finished_at").values_list("finished_at", flat=True).first()


def test_a_sale_is_seen_and_told_on_in_time(
    yandex_shop, other_shop, product, processes, sandbox, sandbox_key
):
    processes.worker()
    placed = sell(sandbox, sandbox_key, product.sku)
    orders = Order.objects.filter(connection=yandex_shop)
    wait_until(lambda: orders.count() == SALES, 120, every=0.5)
    wait_until(lambda: all(told_after(one, other_shop) for one in orders), 60, every=0.5)
    last = Operation.objects.filter(connection=other_shop, kind="push_stock", state="done").last()
    assert last.payload["quantity"] == 9 * SALES
    seen = [(one.created_at - placed[one.external_id]).total_seconds() for one in orders]
    told = [(told_after(one, other_shop) - one.created_at).total_seconds() for one in orders]
    for what, seconds, bound in (("visible", seen, VISIBLE), ("told on", told, ON_ITS_WAY)):
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        print(f"\n{what}: {len(seconds)} sales, p50 {p50:.1f} s, p95 {p95:.1f} s")  # noqa: T201
        assert p95 <= bound, what
