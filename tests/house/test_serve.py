"""`manage.py serve`: pages and worker in one container, neither without the other."""

import json
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from marketplaces.models import Lease
from tests.processes import Processes, free_port, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def processes(tmp_path):
    processes = Processes(tmp_path)
    yield processes
    processes.end()


@pytest.fixture
def served(processes):
    port = free_port()
    processes.env["PORT"] = str(port)
    process = processes.start("serve", "manage.py", "serve")
    wait_until(lambda: health(port) is not None, 40)
    return process, port


def health(port: int) -> dict | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=3) as answer:
            return json.load(answer)
    except OSError:
        return None


def children_of(pid: int) -> dict[int, str]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if parent == pid:
            found[int(folder.name)] = words
    return found


@pytest.mark.timing
def test_the_pages_and_the_clock_run_and_end_together(served):
    process, port = served
    wait_until(lambda: Lease.objects.filter(name="clock").exists(), 20)
    # What it found may be a second old.
    wait_until(lambda: health(port)["queue"]["ok"], 20)
    children = children_of(process.pid)
    assert len(children) == 2

    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert time.monotonic() - began < 25
    assert health(port) is None
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_an_empty_volume_gets_its_tables_first(processes, tmp_path):
    """Railway mounts it after the step before the deploy."""
    port = free_port()
    file = tmp_path / "volume" / "shop.db"
    processes.env |= {"PORT": str(port), "DATABASE_URL": "", "SQLITE_PATH": str(file)}
    processes.env |= {"SERVE_WORKER": "false"}
    processes.start("serve", "manage.py", "serve")
    wait_until(lambda: health(port) is not None, 60)
    assert health(port)["status"] == "ok" and file.exists()


def half_a_request(port: int) -> socket.socket:
    """The head and some of the body of a form, sent to pages that now wait for the rest."""
    asking = socket.create_connection(("127.0.0.1", port), timeout=20)
    lines = [
        "POST /login/ HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 10",
    ]
    asking.sendall("\r\n".join([*lines, "", "login"]).encode())
    return asking


def give_work(processes, folder: Path) -> None:
    path = "tests.house.slow_work.write"
    program = f"from sellercloudx.lib.queue import run; run({path!r}, {str(folder)!r})"
    assert processes.start("ask", "manage.py", "shell", "-v", "0", "-c", program).wait(60) == 0
    wait_until((folder / "begun").exists, 30)


def test_on_sigterm_both_finish_what_they_hold(served, processes, tmp_path):
    process, port = served
    give_work(processes, tmp_path)
    asking = half_a_request(port)
    # A thread of the pages is in the middle of it by then.
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    wait_until(lambda: health(port) is None, 10)
    asking.sendall(b"=word")
    # Nothing was gathered here, so the page itself cannot be drawn: it is an answer all the same.
    assert asking.makefile("rb").readline().startswith(b"HTTP/1.1 ")
    assert process.wait(30) == 0
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("victim", ["run_huey", "gunicorn"])
def test_when_one_dies_the_other_does_not_live_on(served, victim):
    process, port = served
    children = children_of(process.pid)
    pid = next(pid for pid, words in children.items() if victim in words)
    subprocess.run(["kill", "-9", str(pid)], check=True)
    # The platform restarts what ends with an error.
    assert process.wait(30) == 1
    wait_until(lambda: health(port) is None, 5)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
