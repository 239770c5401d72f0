"""Everything is restarted in the middle of everything, and settles by itself.

Web, two workers and the sandbox are killed at once while orders are read, an order is moved, prices
and stocks are told, buyers are answered and a long import runs; Redis, where there is one, is
emptied, as a restart empties it. With the waits and leases of production, nothing is hurried.
"""

import os
import signal
import time
import uuid
from collections import Counter

import pytest
import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplaces.models import Operation
from orders.models import Order
from partners.models import Activity
from partners.services import activities
from products.models import Product
from products.services import import_files
from tests import sandbox_process
from tests.chaos.load import Load
from tests.chaos.plan import Plan, Size
from tests.chaos.rig import WORKERS, Run
from tests.chaos.test_lost_connections import session_of
from tests.processes import wait_until

SIZE = Size(orders=40, prices=24, stocks=24)
ROWS = 40
SETTLED_WITHIN = 30
pytestmark = [pytest.mark.processes, pytest.mark.timing, pytest.mark.timeout(400)]


class Everything(Run):
    """A run whose processes can all be killed, and started again on the same ports."""

    def start(self):
        self.processes.env["DJANGO_SETTINGS_MODULE"] = "tests.chaos.web_settings"
        self.address = self.processes.web()
        for _ in range(WORKERS):
            self.processes.start("worker", "-m", "tests.chaos.hurried")

    def kill(self):
        """By pid, from outside, none of them warned."""
        running = [one for one in self.processes.running if one.poll() is None]
        for process in [*running, self.sandbox_process]:
            os.kill(process.pid, signal.SIGKILL)
        for process in [*running, self.sandbox_process]:
            process.wait()
        self.kills += len(running) + 1
        if settings.REDIS_URL:
            redis.Redis.from_url(settings.REDIS_URL).flushdb()

    def start_again(self):
        state, port = self.scratch / "sandbox.db", self.sandbox.url.rsplit(":", 1)[1]
        self.sandbox_process, _ = sandbox_process.start("--fast", "--port", port, state=state)
        self.start()


@pytest.fixture
def everything(transactional_db, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "MARKETPLACE_URLS", dict(settings.MARKETPLACE_URLS))
    asked = {"patience": 150, "lease_seconds": 20, "hurry": "1"}
    one = Everything(Plan(7, SIZE), tmp_path / "run", **asked)
    one.begin()
    yield one
    one.end()


def import_products(partner) -> Activity:
    rows = [f"NEW-{number};Choynak {number};{number + 1}" for number in range(ROWS)]
    table = "\n".join(["SKU;Name;On hand", *rows]).encode()
    upload = SimpleUploadedFile("tovarlar.csv", table)
    sent = import_files.take(partner=partner, by=partner.owner, upload=upload)
    return activities.start(
        partner=partner,
        by=partner.owner,
        kind="import_products",
        parameters={"import": sent.pk},
        submission=uuid.uuid4(),
    )


def middle(run, activity) -> dict:
    """What is under way now; everything must be. Until then people go on with their work."""
    run._decide()
    calls = [run.sandbox.control("GET", f"calls?account={key}")["running"] for key in run.keys]
    running = {name for one in calls for name, number in one.items() if number}
    return {
        "orders are read": "getBusinessOrders" in running,
        "an order is moved, a price or a stock told": bool(running - {"getBusinessOrders"}),
        "more waits to be told": run._open() > 1,
        "the import is in its middle": 0 < activity.items.count() < ROWS,
    }


def left_over(run, told, activity) -> dict:
    """What was under way or had come when everything was killed, and is not through yet."""
    placed = {str(number) for number in run.order_ids.values()}
    known = Order.objects.for_partner(run.partner).values_list("external_id", flat=True)
    activity.refresh_from_db()
    found = {
        "orders we have not heard of": len(placed - set(known)),
        "told and not answered": told.filter(state__in=Operation.OPEN).count(),
        "rows of the import": ROWS - activity.items.count(),
        "activities": int(activity.state != Activity.State.DONE),
    }
    return {name: number for name, number in found.items() if number}


def hold_calls(run):
    """Calls last long enough to be caught in their middle."""
    for operation in ("getBusinessOrders", "updateOrderStatus", "updateStocks"):
        for key in run.keys:
            rule = {"kind": "hold", "ms": 1200, "match": {"operation": operation}}
            run.sandbox.control("POST", "faults", account=key, at="after", **rule)


def kill_in_the_middle(run, activity) -> dict:
    """What was under way when all of it died; by kind, what was open then."""
    wait_until(lambda: all(middle(run, activity).values()), 90, every=0.02)
    run.kill()
    mine = Operation.objects.filter(partner=run.partner, state__in=Operation.OPEN)
    return dict(mine.values_list("pk", "kind"))


def test_it_settles_by_itself(everything, capsys):
    run, partner = everything, everything.partner
    session = session_of(partner.owner)
    hold_calls(run)
    run.start()
    run._play()
    before = Load(run.address, session)
    before._write()
    # With work of its own for each worker, and while orders come.
    activity = import_products(partner)
    under_way = kill_in_the_middle(run, activity)
    killed, told = time.monotonic(), Operation.objects.filter(pk__in=under_way)
    rows = activity.items.count()
    run.start_again()
    run.sandbox.control("DELETE", "faults")
    up = time.monotonic() - killed
    # Nobody decides, presses or repeats anything now.
    while (left := left_over(run, told, activity)) and time.monotonic() < killed + 90:
        time.sleep(0.2)
    seconds = time.monotonic() - killed
    after = Load(run.address, session)
    after._read()
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{run.kills} processes killed{', Redis emptied' if settings.REDIS_URL else ''}, "
            f"at row {rows} of {ROWS}, with {dict(Counter(under_way.values()))} open; "
            f"up again after {up:.1f} s, settled after {seconds:.1f} s"
        )
    assert left == {}
    assert seconds <= SETTLED_WITHIN
    run._settle()
    result = run._result(seconds)
    assert (result.wrong, result.overruns) == ([], 0)
    assert before.wrong == after.wrong == []
    assert Product.objects.filter(name__in=before.acknowledged).count() == 1
    assert Product.objects.filter(sku__startswith="NEW-").count() == ROWS
