"""The tables are made once: whoever runs beside or after takes a copy of them.

The copy stands in `test-results` (SQLite) or beside the test's own database (PostgreSQL). It is
made anew, by every migration, when any file of ours has changed that might have a say in it.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.db import connection

# Another tree whose tables are the same: scripts/mutate_guards.py names it.
ROOT = Path(os.environ.get("TABLES_OF") or Path(__file__).resolve().parent.parent)
FOLDER = ROOT / "test-results"
ROOMS = (
    *("sellercloudx", "partners", "marketplaces", "products"),
    *("orders", "referrals", "ai_manager"),
)


def fingerprint() -> str:
    """Of all that a migration, or what follows upon one, may read."""
    state = hashlib.sha256(django.__version__.encode())
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            state.update(path.read_bytes())
    return state.hexdigest()


class File:
    """SQLite: a file beside the tests' own."""

    def __init__(self):
        self.path, self.mark = FOLDER / "template.db", FOLDER / "template.sha256"

    def made_from(self) -> str:
        return self.mark.read_text() if self.mark.exists() and self.path.exists() else ""

    def take(self) -> None:
        self.copy_to(connection.settings_dict["TEST"]["NAME"])

    def copy_to(self, path: Path | str) -> None:
        shutil.copyfile(self.path, path)

    def keep(self, state: str) -> None:
        self.path.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(self.path)])
        self.mark.write_text(state)


class Database:
    """PostgreSQL: a database that the tests' own is made after; its comment says from what."""

    # Read before the tests take another database for their own.
    name = f"template_{connection.settings_dict['NAME']}"

    def made_from(self) -> str:
        said = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        with connection._nodb_cursor() as cursor:
            cursor.execute(said, [self.name])
            return (cursor.fetchone() or [""])[0]

    def take(self) -> None:
        connection.settings_dict["TEST"]["TEMPLATE"] = self.name

    def keep(self, state: str) -> None:
        connection.close()
        connection.close_pool()
        ours, theirs = (f'"{name}"' for name in (self.name, connection.settings_dict["NAME"]))
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {ours} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {ours} TEMPLATE {theirs}")
            cursor.execute(f"COMMENT ON DATABASE {ours} IS '{state}'")


class Template:
    """Made by one process at a time; the others wait for it and copy."""

    def __init__(self):
        self.place = File() if connection.vendor == "sqlite" else Database()
        self.state = fingerprint()
        self.is_mine_to_make = False
        FOLDER.mkdir(exist_ok=True)
        # A lock that goes with its process, on every system.
        self.lock = sqlite3.connect(FOLDER / "template.lock", timeout=300, isolation_level=None)

    def take(self) -> None:
        self.lock.execute("BEGIN EXCLUSIVE")
        self.is_mine_to_make = self.place.made_from() != self.state
        if not self.is_mine_to_make:
            self.place.take()
            self.lock.execute("COMMIT")

    def keep(self) -> None:
        if self.is_mine_to_make:
            # None of the tests may have asked for a database: then there is nothing to keep.
            made = connection.creation._get_test_db_name()
            if str(connection.settings_dict["NAME"]) == str(made):
                self.place.keep(self.state)
            self.lock.execute("COMMIT")


@pytest.fixture(scope="session")
def template() -> Iterator[Template]:
    kept = Template()
    yield kept
    kept.lock.close()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb) -> bool:
    """Of SQLite the copy is what the tests begin with; its folder goes with the process."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker, template):
    with django_db_blocker.unblock():
        template.take()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, template):
    with django_db_blocker.unblock():
        template.keep()
        # Asked of SQLite once by whoever migrates; it would count among some test's queries.
        assert connection.features.supports_json_field
