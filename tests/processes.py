"""Worker and web as real processes on the test's own database, cache and queue."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def database_env() -> dict[str, str]:
    """How another process finds the database this test is using."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return {"SQLITE_PATH": str(name), "DATABASE_URL": ""}
    given = connection.settings_dict
    password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    host = f"{given['USER']}{password}@{given['HOST']}:{given['PORT'] or 5432}"
    return {"DATABASE_URL": f"postgres://{host}/{name}"}


class Processes:
    """What was started, and ended with the test; a log file each."""

    def __init__(self, scratch: Path, **env: str):
        self.scratch = scratch
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "sellercloudx.settings",
            "ENV_FILE": os.devnull,
            "DATA_DIR": str(scratch),
            "PYTHONUNBUFFERED": "1",
            **database_env(),
            **env,
        }
        self.running: list[subprocess.Popen] = []

    def start(self, name: str, *command: str) -> subprocess.Popen:
        with (self.scratch / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def worker(self) -> subprocess.Popen:
        return self.start("worker", "manage.py", "run_huey")

    def web(self) -> str:
        """gunicorn on a free port; its address once it answers."""
        port = free_port()
        self.env["PORT"] = str(port)
        self.env["PUBLIC_URL"] = url = f"http://127.0.0.1:{port}"
        self.start("web", "-m", "gunicorn", "sellercloudx.wsgi", "--bind", f"127.0.0.1:{port}")
        wait_until(lambda: _answers(f"{url}/health"), 30)
        return url

    def log(self, name: str) -> str:
        path = self.scratch / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=3).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_until(is_true, seconds: float, every: float = 0.1):
    """Wait for something to become true; its value, or a failure that says how long we waited."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := is_true():
            return value
        time.sleep(every)
    raise AssertionError(f"still not so after {seconds:g} s")


@pytest.fixture
def processes(transactional_db, tmp_path, sandbox):
    started = Processes(
        tmp_path,
        YANDEX_MARKET_API_URL=f"{sandbox.url}/yandex",
        LEASE_SECONDS="2",
    )
    yield started
    started.end()
