"""Under load every connection to the database is cut, again and again, or the server itself dies.

Reads are answered, writes are acknowledged and stored or refused in words. The long form, a server
of the test's own that dies in the middle of its work: `CRASHES=10`.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from marketplaces.models import Lease
from products.models import Product
from sellercloudx.clock import HEARTBEAT
from tests import databases, factories
from tests.chaos.load import Load
from tests.house.test_lost_database import lose_connections
from tests.processes import Processes, database_env, free_port, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
CUTS = int(os.environ.get("CUTS", "12"))
WEB = {"DJANGO_SETTINGS_MODULE": "tests.chaos.web_settings"}
CRASHES = int(os.environ.get("CRASHES", "0"))


def session_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.django_db(transaction=True)
def test_cut_connections_cost_no_read_and_no_acknowledged_write(tmp_path):
    if not databases.is_postgres():
        pytest.skip("a file has no connection to lose")
    session = session_of(factories.make_partner().owner)
    processes = Processes(tmp_path, **WEB)
    try:
        with Load(processes.web(), session) as load:
            for _ in range(CUTS):
                time.sleep(0.5)
                lose_connections(database_env()["DATABASE_URL"])
            time.sleep(0.5)
    finally:
        processes.end()
    stored = set(Product.objects.values_list("name", flat=True))
    print(  # noqa: T201
        f"{CUTS} cuts; reads {dict(load.reads)}, writes {dict(load.writes)}, "
        f"{len(load.acknowledged)} acknowledged, {len(stored)} stored"
    )
    assert load.wrong == []
    assert set(load.reads) == {200}
    assert load.acknowledged
    assert set(load.acknowledged) <= stored


@pytest.mark.django_db(transaction=True)
def test_the_worker_outlives_cut_connections(tmp_path):
    """Its clock ticks on, and its queue, which speaks to PostgreSQL by itself, is read on."""
    if not databases.is_postgres():
        pytest.skip("a file has no connection to lose")
    env = {"REDIS_URL": "", **database_env()}
    processes = Processes(tmp_path, **env)
    try:
        worker = processes.worker()
        wait_until(lambda: Lease.objects.filter(name=HEARTBEAT).exists(), 60)
        for _ in range(4):
            time.sleep(1)
            lose_connections(env["DATABASE_URL"])
        cut = timezone.now()
        wait_until(lambda: Lease.objects.filter(name=HEARTBEAT, beaten_at__gt=cut).exists(), 30)
        sent = databases.manage("shell", "-v0", "-c", WAKE, folder=tmp_path, **env)
        assert sent.returncode == 0, sent.stderr
        wait_until(lambda: waiting() == 0, 30)
        assert worker.poll() is None, processes.log("worker")
    finally:
        processes.end()


WAKE = "from huey.contrib.djhuey import HUEY; HUEY.storage.enqueue(b'nothing we know')"


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM huey_task")
        return cursor.fetchone()[0]


class Server:
    """A PostgreSQL of our own, in a folder of its own, on a port of its own."""

    def __init__(self):
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        # Under /tmp and not pytest's folder, where the user postgres may not look.
        self.folder = Path(tempfile.mkdtemp(prefix="sellercloudx-pg-", dir="/tmp"))
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "--auth=trust", "--username=postgres", "--pgdata", self.data)
        self.start()

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        # No check of the disk is left out: what is acknowledged must be there after a crash.
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "-w", "-D", self.data, "-l", log, "-o", options)

    def crash(self) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", self.data)

    def remove(self) -> None:
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.user, str(self.bin / program), *arguments]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def server():
    if not CRASHES:
        pytest.skip("the long form: CRASHES=10")
    server = Server()
    yield server
    server.remove()


def somebody(tmp_path, **env) -> str:
    """A seller in that database; the key of a session."""
    program = (
        "from tests import factories; from django.test import Client; c = Client(); "
        "c.force_login(factories.make_partner().owner); print(c.cookies['sessionid'].value)"
    )
    for command in (["migrate", "-v0"], ["shell", "-v0", "-c", program]):
        done = databases.manage(*command, folder=tmp_path, **env)
        assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


@pytest.mark.timing
@pytest.mark.django_db(transaction=True)
def test_a_dying_server_loses_nothing_acknowledged(server, tmp_path):
    env = {"DATABASE_URL": server.url, "REDIS_URL": ""}
    session = somebody(tmp_path, **env)
    processes = Processes(tmp_path, **WEB, **env)
    took, told = [], set()
    try:
        with Load(processes.web(), session) as load:
            for _ in range(CRASHES):
                time.sleep(1)
                server.crash()
                told.add(load.ask("GET", "/health")[0])
                server.start()
                began = time.monotonic()
                wait_until(lambda: load.ask("GET", "/partner-dashboard/")[0] == 200, 30)
                took.append(time.monotonic() - began)
            time.sleep(1)
    finally:
        processes.end()
    with psycopg.connect(server.url) as database:
        stored = {name for (name,) in database.execute("SELECT name FROM products")}
    lost = set(load.acknowledged) - stored
    print(  # noqa: T201
        f"{CRASHES} crashes; reads {dict(load.reads)}, writes {dict(load.writes)}, "
        f"{len(load.acknowledged)} acknowledged, {len(lost)} lost; "
        f"serving again after {max(took):.1f} s at most"
    )
    assert load.wrong == []
    assert told == {503}
    assert lost == set()
    assert max(took) < 5
