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
# 30 is the promise, to be kept by a machine with nothing else to do: `SETTLED_WITHIN=30`.
SETTLED_WITHIN = float(os.environ.get("SETTLED_WITHIN", "90"))
pytestmark = [pytest.mark.processes, pytest.mark.timing, pytest.mark.timeout(400)]


class Everything(Run):
    """A run whose processes can all be killed, and started again on the same ports."""

    def start(self):
        """All at once, as a machine does: nobody waits for anybody."""
        self.processes.env["DJANGO_SETTINGS_MODULE"] = "tests.chaos.web_settings"
        for _ in range(WORKERS):
            self.processes.start("worker", "-m", "tests.chaos.hurried")
        if self.sandbox_process.poll() is not None:
            state, port = self.scratch / "sandbox.db", self.sandbox.url.rsplit(":", 1)[1]
            again = sandbox_process.start("--fast", "--port", port, state=state)
            self.sandbox_process = again[0]
        self.address = self.processes.web()

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


def on_the_wire(run) -> set[str]:
    """Calls that run now. Until then people go on with their work."""
    run._decide()
    calls = [run.sandbox.control("GET", f"calls?account={key}")["running"] for key in run.keys]
    return {name for one in calls for name, number in one.items() if number}


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
    """Calls last long enough to be caught in their middle, and their answers get lost with it."""
    holds = {"getBusinessOrders": 5000, "updateOrderStatus": 3000, "updateStocks": 3000}
    for operation, ms in holds.items():
        for key in run.keys:
            rule = {"kind": "hold", "ms": ms, "match": {"operation": operation}}
            run.sandbox.control("POST", "faults", account=key, at="after", **rule)


def kill_in_the_middle(run) -> tuple[Activity, set[str]]:
    """While orders are read, something is told and an import is in its middle."""
    wait_until(lambda: len(on_the_wire(run)) > 1 and run._open(), 90, every=0.05)
    activity = import_products(run.partner)
    wait_until(lambda: 0 < activity.items.count() < ROWS and on_the_wire(run), 30, every=0.02)
    running = on_the_wire(run)
    run.kill()
    return activity, running


def test_it_settles_by_itself(everything, capsys):
    run, partner = everything, everything.partner
    session = session_of(partner.owner)
    hold_calls(run)
    run.start()
    run._play()
    before = Load(run.address, session)
    before._write()
    activity, running = kill_in_the_middle(run)
    mine = Operation.objects.filter(partner=partner, state__in=Operation.OPEN)
    under_way = dict(mine.values_list("pk", "kind"))
    killed, told = time.monotonic(), Operation.objects.filter(pk__in=under_way)
    rows = activity.items.count()
    run.start()
    run.sandbox.control("DELETE", "faults")
    up = time.monotonic() - killed
    # Nobody decides, presses or repeats anything now.
    through: dict[str, float] = {}
    while (left := left_over(run, told, activity)) and time.monotonic() < killed + 90:
        through |= {name: round(time.monotonic() - killed, 1) for name in left}
        time.sleep(0.2)
    seconds = time.monotonic() - killed
    after = Load(run.address, session)
    after._read()
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{run.kills} processes killed{', Redis emptied' if settings.REDIS_URL else ''}, "
            f"at row {rows} of {ROWS}, {', '.join(sorted(running))} on the wire, "
            f"{dict(Counter(under_way.values()))} open; "
            f"up again after {up:.1f} s, settled after {seconds:.1f} s: {through}"
        )
    assert left == {}
    assert seconds <= SETTLED_WITHIN
    run._settle()
    result = run._result(seconds)
    assert (result.wrong, result.overruns) == ([], 0)
    assert before.wrong == after.wrong == []
    assert Product.objects.filter(name__in=before.acknowledged).count() == 1
    assert Product.objects.filter(sku__startswith="NEW-").count() == ROWS
