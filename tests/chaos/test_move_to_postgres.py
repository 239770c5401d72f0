"""Killed in the middle and started again, a move loses no row and doubles none.

The short form moves some thousand rows; the long one (`MOVE_ROWS=9000`) more than 100 000.
"""

import os
import re
import sqlite3
import subprocess
import sys
import time

import psycopg
import pytest

from sellercloudx.backups.moving import MARK
from tests import databases
from tests.processes import wait_until

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1800),
]
ROWS = int(os.environ.get("MOVE_ROWS", "300"))


@pytest.fixture(scope="module")
def laptop(tmp_path_factory):
    """A laptop's database: a shop with many rows."""
    path = tmp_path_factory.mktemp("laptop") / "laptop.db"
    env = {"DATABASE_URL": "", "SQLITE_PATH": str(path)}
    for command in (["migrate", "-v0"], ["demo"], ["seed_scale", f"--rows={ROWS}"]):
        done = databases.manage(*command, folder=path.parent, **env)
        assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def file(laptop, tmp_path):
    with sqlite3.connect(laptop) as full:
        full.execute("VACUUM INTO ?", [str(tmp_path / "laptop.db")])
    return tmp_path / "laptop.db"


@pytest.fixture
def postgres():
    """Asked for before the file, which takes time to fill."""
    if not databases.is_postgres():
        pytest.skip("the target is PostgreSQL")


@pytest.fixture
def target(postgres, tmp_path):
    with databases.new_database(tmp_path, "moved") as env:
        yield env


def ask(target, sql):
    with psycopg.connect(target["DATABASE_URL"]) as database:
        return database.execute(sql).fetchone()[0]


def count(target, table):
    try:
        return ask(target, f"SELECT count(*) FROM {table}")  # noqa: S608
    except psycopg.errors.UndefinedTable:
        return 0


def kill_when_there_are(rows, table, *, file, target):
    """Start the move and kill -9 it as soon as the table holds that many; how many it left."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "move_to_postgres", f"--from={file}", "--batch=10"],
        cwd=databases.ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "sellercloudx.settings", "ENV_FILE": os.devnull}
        | {"DATA_DIR": str(file.parent), "REDIS_URL": ""}
        | target,
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: count(target, table) >= rows or process.poll() is not None, 600, every=0.01)
    assert process.poll() is None, "it was faster than the kill"
    process.kill()
    process.wait()
    return count(target, table)


def test_two_kills_lose_nothing(target, file, tmp_path):
    first = kill_when_there_are(ROWS // 10, "products", file=file, target=target)
    assert 0 < first < ROWS
    second = kill_when_there_are(ROWS // 10, "orders", file=file, target=target)
    assert 0 < second < ROWS
    assert columns(target, MARK)
    began = time.monotonic()
    done = databases.manage("move_to_postgres", f"--from={file}", folder=tmp_path, **target)
    assert done.returncode == 0, done.stderr
    assert "Going on" in done.stdout
    with sqlite3.connect(file) as laptop:
        tables = re.findall(r"^(\w+) +(\d+)  \w+  equal$", done.stdout, re.MULTILINE)
        for table, rows in tables:
            kept = laptop.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert kept.fetchone()[0] == int(rows)
    total = sum(int(rows) for _, rows in tables)
    assert total > 10 * ROWS
    seconds = time.monotonic() - began
    print(  # noqa: T201
        f"killed at {first} products and {second} orders of {ROWS}; {total} rows in "
        f"{len(tables)} tables equal; the last start took {seconds:.1f} s"
    )
    assert columns(target, MARK) == ""


def columns(target, table):
    words = "SELECT coalesce(string_agg(column_name, ','), '') FROM information_schema.columns"
    return ask(target, f"{words} WHERE table_name = '{table}'")


def test_new_rows_get_new_numbers_and_the_way_back_is_shut(target, file, tmp_path):
    # As on Railway, where migrate makes the first admin.
    admin = {"ADMIN_EMAIL": "boss@shop.uz", "ADMIN_PASSWORD": "uzum-va-anor-2026"}

    def manage(*command):
        return databases.manage(*command, folder=tmp_path, **target, **admin)

    moved = manage("move_to_postgres", f"--from={file}")
    assert moved.returncode == 0, moved.stderr
    assert "Closed, because the demo's password is public" in moved.stdout
    assert ask(target, "SELECT count(*) FROM users WHERE is_active") == 0
    assert ask(target, "SELECT count(*) FROM partners WHERE state = 'approved'") == 0
    last = ask(target, "SELECT max(id) FROM partners")
    made = manage("shell", "-c", "from tests import factories; print(factories.make_partner().pk)")
    assert int(made.stdout.split()[-1]) == last + 1, made.stderr
    again = manage("move_to_postgres", f"--from={file}")
    assert again.returncode == 1
    assert "holds people already" in again.stderr


def test_killed_while_it_makes_the_tables_it_goes_on(target, file, tmp_path):
    """What a migration puts in by itself, a first start may have left behind."""
    with psycopg.connect(target["DATABASE_URL"]) as database:
        database.execute(f"CREATE TABLE {MARK} (began timestamptz DEFAULT now())")
        database.execute(f"INSERT INTO {MARK} DEFAULT VALUES")
    made = databases.manage("migrate", "-v0", "--tables-only", folder=tmp_path, **target)
    assert made.returncode == 0, made.stderr
    command = ("move_to_postgres", f"--from={file}", "--keep-demo")
    done = databases.manage(*command, folder=tmp_path, **target)
    assert done.returncode == 0, done.stderr
    assert "Going on" in done.stdout and "Closed" not in done.stdout


def test_it_moves_to_postgresql_only(tmp_path):
    file = tmp_path / "laptop.db"
    file.touch()
    env = {"DATABASE_URL": "", "SQLITE_PATH": str(tmp_path / "other.db")}
    done = databases.manage("move_to_postgres", f"--from={file}", folder=tmp_path, **env)
    assert done.returncode == 1
    assert "must lead to the PostgreSQL" in done.stderr
