"""SQLite: copied while it is in use, by its own online backup."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.db import connection

from sellercloudx.backups.archive import BadBackup
from sellercloudx.backups.fingerprints import Fingerprints, fingerprint

PEOPLE = ("users", "partners")


def dump(path: Path) -> Fingerprints:
    with closing(_live()) as live, closing(sqlite3.connect(path)) as copy:
        live.backup(copy)
        # A copy of a database in WAL mode would grow files beside it where it is only read.
        copy.execute("PRAGMA journal_mode=DELETE")
        return _fingerprints(copy)


def restore(path: Path) -> None:
    """Through SQLite's own locks, so a process that still has the file open sees no mixture."""
    with closing(sqlite3.connect(path)) as copy:
        if (said := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BadBackup(f"SQLite finds the copy damaged: {said}")
        with closing(_live()) as live:
            copy.backup(live)
            live.execute("PRAGMA journal_mode=WAL")


def fingerprints() -> Fingerprints:
    with closing(_live()) as live:
        return _fingerprints(live)


def has_people() -> bool:
    with closing(_live()) as live:
        tables = set(_tables(live)) & set(PEOPLE)
        return any(live.execute(f'SELECT 1 FROM "{t}" LIMIT 1').fetchone() for t in tables)  # noqa: S608


def _live() -> sqlite3.Connection:
    path = Path(connection.settings_dict["NAME"])
    path.parent.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(path, timeout=20)


def _fingerprints(database: sqlite3.Connection) -> Fingerprints:
    # What is no text may stand in a text column; the bytes are what counts.
    database.text_factory = bytes
    return {table: fingerprint(_rows(database, table)) for table in _tables(database)}


def _rows(database: sqlite3.Connection, table: str) -> Iterator[bytes]:
    for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  named by the schema
        yield repr(row).encode()


def _tables(database: sqlite3.Connection) -> list[str]:
    names = database.execute(
        "SELECT CAST(name AS BLOB) FROM sqlite_master "
        "WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"
    )
    return [name.decode() for (name,) in names]
