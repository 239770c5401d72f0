import json
import os
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.base import BaseHandler
from django.test import Client
from django.utils import timezone

from marketplaces.models import Lease, Operation
from sellercloudx import health
from sellercloudx.wsgi import application
from tests import factories
from tests.at_once import at_once

ROOT = Path(__file__).resolve().parent.parent.parent
# It looks through a connection of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)
really = health._look
ASK = """
import time
import django
django.setup()
from django.test import Client
from django.urls import resolve
resolve("/health")  # a server has loaded its pages long before
began = time.monotonic()
answer = Client(headers={"host": "127.0.0.1"}).get("/health")
print(answer.status_code, time.monotonic() - began, answer.content.decode(), sep="\\n")
"""


@pytest.fixture(autouse=True)
def nothing_found_yet(monkeypatch):
    monkeypatch.setattr(health, "_last", health.Answer())


@pytest.fixture
def look_each_time(monkeypatch):
    monkeypatch.setattr(health, "FRESH", 0)


def beat(age: float) -> None:
    at = timezone.now() - timedelta(seconds=age)
    Lease.objects.update_or_create(name="clock", defaults={"until": at, "beaten_at": at})


def owe(age: float, connection=None, **fields) -> Operation:
    connection = connection or factories.make_connection()
    return Operation.objects.create(
        partner=connection.partner,
        connection=connection,
        kind=Operation.Kind.PUSH_STOCK,
        target="SKU-1",
        dedupe=f"test:{age}",
        due_at=timezone.now() - timedelta(seconds=age),
        **fields,
    )


def test_it_tells_of_every_part(client, settings):
    beat(age=2)
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["database"]["engine"] in ("sqlite", "postgresql")
    assert answer.json()["database"]["latency_ms"] < 50
    assert answer.json()["cache"] == {
        "ok": True,
        "kind": "redis" if settings.REDIS_URL else "table",
    }
    assert answer.json()["queue"]["ok"] is True
    assert 2 <= answer.json()["queue"]["heartbeat_s"] < 10
    assert answer.json()["version"] == settings.VERSION


@pytest.mark.timing
def test_it_answers_within_fifty_milliseconds(client, look_each_time):
    beat(age=2)
    client.get("/health")  # the first request of a process loads the pages
    times = []
    for _ in range(9):
        began = time.perf_counter()
        client.get("/health")
        times.append(time.perf_counter() - began)
    assert sorted(times)[4] < 0.05


def test_it_sets_no_cookie_and_is_not_kept(client):
    answer = client.get("/health")
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_it_tells_how_long_the_oldest_operation_has_been_due(client):
    owe(age=30)
    owe(age=300)
    owe(age=900, state=Operation.State.DONE)
    owe(age=-60)
    assert 300 <= client.get("/health").json()["queue"]["oldest_due_s"] < 310


def test_what_nobody_may_tell_is_not_late(client, look_each_time):
    """It waits for a person: a refused key, a blocked partner, a shop that is gone."""
    for state in ("parked", "disconnected", "untested"):
        owe(age=300, connection=factories.make_connection(state=state))
    blocked = factories.make_partner(state="blocked")
    owe(age=300, connection=factories.make_connection(blocked))
    assert client.get("/health").json()["queue"]["oldest_due_s"] is None
    owe(age=30)
    assert 30 <= client.get("/health").json()["queue"]["oldest_due_s"] < 40


def test_it_asks_for_the_worker_when_the_clock_stands_still(client):
    beat(age=3600)
    answer = client.get("/health")
    # The pages are well; taking them away would help nobody.
    assert answer.status_code == 200
    assert answer.json()["queue"]["ok"] is False


def test_who_asks_many_times_a_second_is_told_what_was_found_a_moment_ago(client, monkeypatch):
    """Looking each time, 200 questions a second took more than a core and as many connections."""
    looks = []
    monkeypatch.setattr(health, "_look", lambda checks: looks.append(1) or really(checks))
    monkeypatch.setattr(health, "FRESH", 0.5)
    answers = {client.get("/health").content for _ in range(50)}
    assert (len(answers), len(looks)) == (1, 1)
    time.sleep(0.6)
    client.get("/health")
    assert len(looks) == 2


def test_many_at_once_wait_for_one_look(monkeypatch):
    looks = []
    monkeypatch.setattr(
        health, "_look", lambda checks: looks.append(1) or time.sleep(0.2) or really(checks)
    )
    said = at_once(*[lambda: Client().get("/health").status_code] * 8)
    assert (set(said), len(looks)) == ({200}, 1)


def test_while_one_looks_the_others_tell_what_was_found_before(monkeypatch):
    """No thread of the pages waits for a database that does not answer."""
    before = Client().get("/health").content
    monkeypatch.setattr(health, "FRESH", 0)
    is_looking, may_find = threading.Event(), threading.Event()

    def look(checks):
        is_looking.set()
        assert may_find.wait(10)
        return {"database": {"ok": False}, "cache": {"ok": True}}

    monkeypatch.setattr(health, "_look", look)
    looking = threading.Thread(target=Client().get, args=["/health"])
    looking.start()
    assert is_looking.wait(10)
    monkeypatch.setattr(health, "OLDEST", 60)
    assert {Client().get("/health").content for _ in range(5)} == {before}
    assert application.at_once(health.FIRST_LINE).endswith(before)
    may_find.set()
    looking.join()
    assert health._last.status == 503


def test_what_was_found_too_long_ago_is_not_told(monkeypatch):
    """Two seconds after the database went away, nobody is told that all is well."""
    assert health.OLDEST < 2
    assert Client().get("/health").status_code == 200
    for name in ("FRESH", "OLDEST"):
        monkeypatch.setattr(health, name, 0)
    monkeypatch.setattr(health, "_own_connection", lambda: 1 / 0)
    assert application.at_once(health.FIRST_LINE) is None
    said = at_once(*[lambda: Client().get("/health").status_code] * 4)
    assert set(said) == {503}


def test_without_redis_the_pages_are_served_and_it_says_so(client, settings, look_each_time):
    """Once there, it went away: nothing is lost, and another container would be no better off."""
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["cache"] == {"ok": False, "error": "ConnectionError"}


def test_only_the_very_question_is_answered_at_once():
    Client().get("/health")
    assert application.at_once(b"GET /health HTTP/1.1")
    for line in (b"GET /health HTTP/1.0", b"GET /health?a=b HTTP/1.1", b"HEAD /health HTTP/1.1"):
        assert application.at_once(line) is None


def test_what_breaks_is_told_after_a_moment(client, monkeypatch):
    assert client.get("/health").status_code == 200
    monkeypatch.setattr(health, "_own_connection", lambda: 1 / 0)
    monkeypatch.setattr(health, "FRESH", 0.1)
    time.sleep(0.2)
    assert client.get("/health").status_code == 503


def asked_of_the_server(
    method: str = "GET", host: str = "127.0.0.1"
) -> tuple[str, dict[str, str], bytes]:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": "/health", "REMOTE_ADDR": "127.0.0.1"}
    environ["HTTP_HOST"] = host
    said = []
    setup_testing_defaults(environ)
    body = b"".join(application(environ, lambda status, headers: said.extend([status, headers])))
    return said[0], dict(said[1]), body


def test_neither_session_nor_language_nor_any_middleware_is_asked_for_it(monkeypatch):
    monkeypatch.setattr(BaseHandler, "get_response", lambda *_: 1 / 0)
    status, headers, body = asked_of_the_server()
    assert status == "200 OK"
    assert headers["Content-Type"] == "application/json"
    assert "no-store" in headers["Cache-Control"]
    assert int(headers["Content-Length"]) == len(body)
    assert json.loads(body)["status"] == "ok"


def test_the_server_says_that_it_is_not_well(monkeypatch):
    monkeypatch.setattr(health, "_own_connection", lambda: 1 / 0)
    status, _, body = asked_of_the_server()
    assert (status, json.loads(body)["status"]) == ("503 Service Unavailable", "failing")


@pytest.mark.parametrize("host", ["127.0.0.1", "healthcheck.railway.app", "10.1.2.3", "who.knows"])
def test_the_head_is_that_of_the_page_and_neither_asks_for_a_name(host):
    """A load balancer asks by whatever address it has, and the answer names no host."""
    status, headers, body = asked_of_the_server("GET", host)
    assert (status, int(headers["Content-Length"])) == ("200 OK", len(body))
    assert asked_of_the_server("HEAD", host) == (status, headers, b"")


def test_other_methods_go_the_way_of_every_page():
    status, headers, _ = asked_of_the_server("OPTIONS")
    assert status.startswith("405")
    assert "Content-Security-Policy" in headers


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(client, method):
    assert getattr(client, method)("/health").status_code == 405


@pytest.fixture
def silence():
    """A server that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept = []

        def take():
            while True:
                try:
                    kept.append(listener.accept())
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def ask_with(**env: str) -> tuple[int, float, dict]:
    """The answer of a process that starts with this environment."""
    base = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
    settings = {"DJANGO_SETTINGS_MODULE": "sellercloudx.settings", "SESSION_SECRET": "hush" * 20}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=base | settings | env,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "hush" not in done.stdout + done.stderr
    status, seconds, body = done.stdout.splitlines()
    return int(status), float(seconds), json.loads(body)


@pytest.mark.timing
def test_a_database_that_hangs_is_a_failure_within_two_seconds(silence):
    status, seconds, body = ask_with(
        DATABASE_URL=f"postgres://hush-user:hush-word@127.0.0.1:{silence}/hush"
    )
    assert (status, body["status"]) == (503, "failing")
    assert seconds < 2
    assert body["database"]["ok"] is False


@pytest.mark.timing
def test_a_database_that_is_not_there_is_a_failure_at_once():
    status, seconds, body = ask_with(DATABASE_URL="postgres://hush-user:hush-word@127.0.0.1:9/x")
    assert (status, body["database"]) == (503, {"ok": False, "error": "OperationalError"})
    assert seconds < 2


def test_a_database_without_tables_is_a_failure(tmp_path):
    status, _, body = ask_with(DATA_DIR=str(tmp_path))
    assert (status, body["database"]["ok"], body["queue"]["ok"]) == (503, False, False)
