"""What must never be is promised by both databases, not by one of them."""

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sellercloudx.backups.parity import facts
from tests import databases
from tests.house.test_settings import PRODUCTION

pytestmark = pytest.mark.django_db


def test_it_knows_the_promises():
    found = facts(connection)
    assert ("stored_files", "unique", "stored_files_once") in found
    assert ("stored_files", "column", "width", "null") in found
    assert ("stored_files", "column", "size", "not null") in found
    assert ("stored_files", "check", ("size",)) in found
    assert ("products", "unique", ("id",)) in found


def test_it_compares_with_postgresql_only():
    if not databases.is_postgres():
        with pytest.raises(CommandError, match="DATABASE_URL"):
            call_command("check_schema_parity")


@pytest.mark.django_db(transaction=True)
def test_both_databases_promise_the_same_and_one_promise_less_is_found(tmp_path):
    if not databases.is_postgres():
        pytest.skip("it compares PostgreSQL with SQLite")
    with databases.new_database(tmp_path, "parity", is_migrated=True) as env:
        # As on Railway, where a database in a file is refused.
        on_railway = env | PRODUCTION | {"RAILWAY_ENVIRONMENT": "production"}
        on_railway |= {"ADMIN_EMAIL": "boss@shop.uz", "ADMIN_PASSWORD": "12345678"}
        same = databases.manage("check_schema_parity", folder=tmp_path, **on_railway)
        assert same.returncode == 0, same.stdout + same.stderr
        print(same.stdout)  # noqa: T201
        with psycopg.connect(env["DATABASE_URL"]) as database:
            database.execute("ALTER TABLE stored_files DROP CONSTRAINT stored_files_once")
            database.execute("ALTER TABLE stored_files ALTER size DROP NOT NULL")
        other = databases.manage("check_schema_parity", folder=tmp_path, **env)
    assert other.returncode == 1
    assert "only in SQLite: ('stored_files', 'unique', 'stored_files_once')" in other.stdout
    assert "only in PostgreSQL: ('stored_files', 'column', 'size', 'null')" in other.stdout
