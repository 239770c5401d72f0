"""A shared cache in one database table, counting atomically.

Django's own DatabaseCache reads, adds and writes, so parallel increments get lost, and a rate limit
on top of it lets attackers through. Here one statement does it. The table lives on a connection of
its own (an SQLite file, or the PostgreSQL server), so a rolled back request still counts.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from sellercloudx.lib.database import is_alive

NEVER = 2**53
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS cache_entries "
    "(key TEXT PRIMARY KEY, value {blob} NOT NULL, expires_at DOUBLE PRECISION NOT NULL)"
)
# Any number that nobody else locks.
_CREATING = 0x5C_CAC4E


class _Sqlite:
    """One connection per thread to a file of its own."""

    blob, marker = "BLOB", "?"

    def __init__(self, path: str):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path, self.local = path, threading.local()

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self.local.connection = connection
        yield connection.cursor()

    def create_table(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(_SCHEMA.format(blob=self.blob))


class _Postgres:
    """A small pool beside Django's own connections."""

    blob, marker = "BYTEA", "%s"

    def __init__(self, url: str):
        from psycopg_pool import ConnectionPool

        self.pool = ConnectionPool(
            url,
            min_size=0,
            max_size=4,
            timeout=5,
            reconnect_timeout=3,
            kwargs={"autocommit": True},
            open=True,
        )

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        connection = self._living()
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            self.pool.putconn(connection)

    def _living(self) -> Any:
        """What is given back dead is replaced, so this ends, if only by the pool's timeout."""
        while not is_alive(connection := self.pool.getconn()):
            self.pool.putconn(connection)
        return connection

    def create_table(self) -> None:
        """One at a time: for those who come at once IF NOT EXISTS fails on the name of the type."""
        with self.cursor() as cursor, cursor.connection.transaction():
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATING])
            cursor.execute(_SCHEMA.format(blob=self.blob))


_backends: dict[str, "_Sqlite | _Postgres"] = {}
_lock = threading.Lock()


def _backend(location: str) -> "_Sqlite | _Postgres":
    """One per process and address: Django makes a cache object for each thread."""
    with _lock:
        if location not in _backends:
            _backends[location] = _opened(location)
        return _backends[location]


def _opened(location: str) -> "_Sqlite | _Postgres":
    backend = _Postgres(location) if "://" in location else _Sqlite(location)
    backend.create_table()
    return backend


class TableCache(BaseCache):
    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.location = location

    def _execute(self, sql: str, *values: Any) -> Any:
        backend = _backend(self.location)
        with backend.cursor() as cursor:
            cursor.execute(sql.replace("?", backend.marker), values)
            return cursor.fetchone() if cursor.description else cursor.rowcount

    def _expiry(self, timeout: Any) -> float:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return NEVER if seconds is None else time.time() + seconds

    def _key(self, key: Any, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        row = self._execute(
            "SELECT value FROM cache_entries WHERE key = ? AND expires_at > ?",
            self._key(key, version),
            time.time(),
        )
        return default if row is None else _load(row[0])

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._execute(
            "INSERT INTO cache_entries VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE "
            "SET value = excluded.value, expires_at = excluded.expires_at",
            self._key(key, version),
            _dump(value),
            self._expiry(timeout),
        )

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        row = self._execute(
            "INSERT INTO cache_entries VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE "
            "SET value = excluded.value, expires_at = excluded.expires_at "
            "WHERE cache_entries.expires_at <= ? RETURNING 1",
            self._key(key, version),
            _dump(value),
            self._expiry(timeout),
            time.time(),
        )
        return row is not None

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(
            self._execute(
                "UPDATE cache_entries SET expires_at = ? WHERE key = ? AND expires_at > ?",
                self._expiry(timeout),
                self._key(key, version),
                time.time(),
            )
        )

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        # Whole numbers are stored as their decimal text, so the database can add to them.
        row = self._execute(
            _ADD[_backend(self.location).blob],
            delta,
            self._key(key, version),
            time.time(),
        )
        if row is None:
            raise ValueError(f"Key {key!r} not found")
        return _load(row[0])

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(
            self._execute("DELETE FROM cache_entries WHERE key = ?", self._key(key, version))
        )

    def clear(self) -> None:
        self._execute("DELETE FROM cache_entries")

    def delete_expired(self) -> int:
        return self._execute("DELETE FROM cache_entries WHERE expires_at <= ?", time.time())


_ADD = {
    "BLOB": "UPDATE cache_entries "
    "SET value = CAST(CAST(CAST(value AS TEXT) AS INTEGER) + ? AS BLOB) "
    "WHERE key = ? AND expires_at > ? RETURNING value",
    "BYTEA": "UPDATE cache_entries "
    "SET value = convert_to((convert_from(value, 'UTF8')::bigint + ?)::text, 'UTF8') "
    "WHERE key = ? AND expires_at > ? RETURNING value",
}


def _dump(value: Any) -> bytes:
    """JSON and no pickle: whoever can write the table must not thereby run code in the web."""
    return json.dumps(value).encode()


def _load(data: Any) -> Any:
    return json.loads(bytes(data))


def sweep() -> None:
    """Forget what has expired, where this cache is the one in use."""
    for cache in caches.all(initialized_only=False):
        if isinstance(cache, TableCache):
            cache.delete_expired()
