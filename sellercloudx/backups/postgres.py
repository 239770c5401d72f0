"""PostgreSQL: by its own pg_dump and pg_restore, on one snapshot with our counts."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction

from sellercloudx.backups.archive import BadBackup
from sellercloudx.backups.fingerprints import Fingerprints, fingerprint

# Wake-up calls and counters: what they stand for is in our own tables.
PASSING = ("cache_entries", "huey_counter", "huey_kv", "huey_schedule", "huey_task")
PEOPLE = ("users", "partners")
AS_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def dump(path: Path) -> Fingerprints:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # The transaction waits for the program as long as that takes.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        left_out = [f"--exclude-table-data={table}" for table in PASSING]
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}", *left_out)
        return _fingerprints()


def restore(path: Path) -> None:
    """In one transaction: when it fails, everything is as it was before."""
    name = connection.get_connection_params()["dbname"]
    connection.close()
    how = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
    _run("pg_restore", *how, "--exit-on-error", f"--dbname={name}", str(path))


@transaction.atomic
def fingerprints() -> Fingerprints:
    return _fingerprints()


def has_people() -> bool:
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) & set(PEOPLE):
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608
            if cursor.fetchone():
                return True
    return False


def _fingerprints() -> Fingerprints:
    tables = connection.introspection.table_names()
    return {table: fingerprint(_rows(table)) for table in sorted(set(tables) - set(PASSING))}


def _rows(table: str) -> Iterator[bytes]:
    """A row as PostgreSQL itself writes it down, a portion at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608  named by the schema
        while portion := cursor.fetchmany(500):
            yield from (row.encode() for (row,) in portion)


def _run(program: str, *arguments: str) -> None:
    """The password goes by the environment: everybody on the machine reads command lines."""
    known = connection.get_connection_params()
    told = {name: str(known[key]) for key, name in AS_ENVIRONMENT.items() if known.get(key)}
    try:
        done = subprocess.run(  # noqa: S603
            [program, *arguments], env=os.environ | told, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BadBackup(
            f"{program} is not installed here. Install PostgreSQL's client programs "
            "(Debian: apt-get install postgresql-client), of the server's version or newer."
        ) from error
    if done.returncode:
        raise BadBackup(f"{program} failed: {done.stderr.strip()[-1000:]}")
