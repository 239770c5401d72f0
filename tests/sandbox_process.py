"""The sandbox as a process of its own, spoken to over real HTTP on loopback."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from marketplaces.models import Connection
from tests import factories

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class SandboxProcess:
    url: str

    def control(self, verb: str, where: str, /, **fields) -> dict:
        """Steer the sandbox; an answer over 299 raises with its words."""
        request = urllib.request.Request(
            f"{self.url}/_control/{where.lstrip('/')}",
            method=verb,
            data=json.dumps(fields).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.code} {error.read().decode()}") from error

    def state(self, key: str) -> dict:
        return self.control("GET", f"state?account={key}")


def start(*options: str, state: Path) -> tuple[subprocess.Popen, str]:
    """A sandbox on a free port; the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "--port", "0", "--state", str(state), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        text=True,
    )
    line = process.stdout.readline()
    return process, line.split()[-1]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    """One for the whole run; every test takes a key, and so a business, of its own."""
    process, url = start("--fast", state=tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    yield SandboxProcess(url)
    process.terminate()
    process.wait(10)


@pytest.fixture
def sandbox_key():
    return f"ACMA:sandbox-{uuid.uuid4().hex}"


@pytest.fixture
def use_sandbox(sandbox, monkeypatch):
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "yandex", f"{sandbox.url}/yandex")
    return sandbox


@pytest.fixture
def yandex_shop(use_sandbox, sandbox_key, db) -> Connection:
    """An approved partner's connection whose key opens a shop of the sandbox."""
    account = use_sandbox.control("GET", f"state?account={sandbox_key}")
    campaign = account["campaigns"][0]
    return factories.make_connection(
        account=str(campaign["id"]),
        name=campaign["name"],
        credentials={"api_key": sandbox_key, "business_id": str(account["business_id"])},
    )
