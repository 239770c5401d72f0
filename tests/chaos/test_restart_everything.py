"""Everything is restarted in the middle of everything, and settles by itself.

Web, two workers and the sandbox are killed at once while orders are read, an order is moved, prices
and stocks are told, buyers are answered and a long import runs; Redis, where there is one, is
emptied, as a restart empties it. With the waits and leases of production, nothing is hurried.
"""

import os
import signal
import time
import uuid

import pytest
import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

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

ROUNDS = int(os.environ.get("ROUNDS", "1"))
SIZE = Size(orders=40, prices=24, stocks=24)
ROWS = 400
SETTLED_WITHIN = 30
# The sandbox's own carrier takes so long, settled or not.
CARRIER = 7
pytestmark = [pytest.mark.processes, pytest.mark.timing, pytest.mark.timeout(300 * ROUNDS)]


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
    asked = {"patience": 90, "lease_seconds": 20, "hurry": "1"}
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
    """What is under way now; everything must be."""
    calls = [run.sandbox.control("GET", f"calls?account={key}")["running"] for key in run.keys]
    running = {name for one in calls for name, number in one.items() if number}
    return {
        "orders are read": "getBusinessOrders" in running,
        "an order is moved, a price or a stock told": bool(running - {"getBusinessOrders"}),
        "something waits to be told": run._open() > 0,
        "the import is in its middle": 0 < activity.items.count() < ROWS,
    }


def test_it_settles_by_itself(everything, capsys):
    run, partner = everything, everything.partner
    session = session_of(partner.owner)
    run.start()
    activity = import_products(partner)
    # Calls last long enough to be caught in their middle.
    for operation in ("getBusinessOrders", "updateOrderStatus", "updateStocks"):
        for key in run.keys:
            rule = {"kind": "hold", "ms": 1200, "match": {"operation": operation}}
            run.sandbox.control("POST", "faults", account=key, at="after", **rule)
    run._play()
    load = Load(run.address, session)
    load._write()
    wait_until(lambda: all(middle(run, activity).values()), 60, every=0.02)
    run.kill()
    run.sandbox_process.wait()
    killed = time.monotonic()
    run.start_again()
    run.sandbox.control("DELETE", "faults")
    up = time.monotonic() - killed
    run._settle()
    done = Activity.objects.filter(pk=activity.pk, state=Activity.State.DONE)
    wait_until(done.exists, SETTLED_WITHIN)
    seconds = time.monotonic() - killed
    after = Load(run.address, session)
    after._read()
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{run.kills} processes killed{' and Redis emptied' if settings.REDIS_URL else ''}; "
            f"up again after {up:.1f} s, settled after {seconds:.1f} s"
        )
    result = run._result(seconds)
    assert result.wrong == []
    assert result.overruns == 0
    assert load.wrong == after.wrong == []
    assert Product.objects.filter(name__in=load.acknowledged).count() == len(load.acknowledged) == 1
    assert Product.objects.filter(sku__startswith="NEW-").count() == ROWS
    assert seconds <= SETTLED_WITHIN
