"""`manage.py migrate`: of two deploys at once the second waits for the first."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from sellercloudx.lib import migration_lock
from tests.processes import ROOT, database_env, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def migrate(tmp_path):
    def start(name):
        log = (tmp_path / f"{name}.log").open("wb")
        env = os.environ | database_env() | {"DATA_DIR": str(tmp_path), "ENV_FILE": os.devnull}
        env["DJANGO_SETTINGS_MODULE"] = "sellercloudx.settings"
        command = [sys.executable, "-u", "manage.py", "migrate", "--noinput"]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)

    yield start


def test_the_second_waits_and_says_so(migrate, tmp_path):
    with migration_lock.held(connection, on_wait=pytest.fail):
        both = [migrate("one"), migrate("two")]
        for name in ("one", "two"):
            log = tmp_path / f"{name}.log"
            wait_until(lambda log=log: "waiting for it" in log.read_text(), 60)
        assert [process.poll() for process in both] == [None, None]
    assert [process.wait(60) for process in both] == [0, 0]


def test_alone_it_waits_for_nobody(migrate, tmp_path):
    assert migrate("one").wait(60) == 0
    assert "waiting for it" not in (tmp_path / "one.log").read_text()


def test_a_killed_deploy_leaves_no_lock(migrate, tmp_path):
    first = migrate("one")
    first.kill()
    first.wait()
    assert migrate("two").wait(60) == 0
