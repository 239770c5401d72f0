"""The state file: what the simulated marketplaces remember between restarts."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS businesses (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, currency TEXT NOT NULL,
    is_uzbek INTEGER NOT NULL, buyers_every REAL NOT NULL, seed INTEGER NOT NULL,
    next_buyer_at REAL, buyers_seen INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS campaigns (
    id INTEGER PRIMARY KEY AUTOINCREMENT, business_id INTEGER NOT NULL REFERENCES businesses,
    domain TEXT NOT NULL, placement TEXT NOT NULL, availability TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
    key_hash TEXT PRIMARY KEY, business_id INTEGER NOT NULL REFERENCES businesses,
    name TEXT NOT NULL, scopes TEXT NOT NULL, is_revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS offers (
    business_id INTEGER NOT NULL, offer_id TEXT NOT NULL, card_status TEXT NOT NULL,
    moderate_at REAL, doc TEXT NOT NULL, PRIMARY KEY (business_id, offer_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS offers_moderate_idx ON offers (moderate_at)
    WHERE moderate_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS stocks (
    campaign_id INTEGER NOT NULL, offer_id TEXT NOT NULL, count INTEGER NOT NULL,
    frozen INTEGER NOT NULL DEFAULT 0, updated REAL NOT NULL,
    PRIMARY KEY (campaign_id, offer_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, business_id INTEGER NOT NULL,
    campaign_id INTEGER NOT NULL, status TEXT NOT NULL, substatus TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, due REAL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS orders_business_idx ON orders (business_id, id);
CREATE INDEX IF NOT EXISTS orders_due_idx ON orders (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS effects (
    id INTEGER PRIMARY KEY AUTOINCREMENT, business_id INTEGER NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL,
    at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS effects_business_idx ON effects (business_id, id);
CREATE TABLE IF NOT EXISTS talks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, business_id INTEGER NOT NULL, kind TEXT NOT NULL,
    status TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS talks_business_idx ON talks (business_id, kind, id);
CREATE TABLE IF NOT EXISTS sayings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, talk_id INTEGER NOT NULL, is_buyer INTEGER NOT NULL,
    at REAL NOT NULL, text TEXT NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sayings_talk_idx ON sayings (talk_id, id);
CREATE TABLE IF NOT EXISTS returns (
    id INTEGER PRIMARY KEY AUTOINCREMENT, business_id INTEGER NOT NULL,
    campaign_id INTEGER NOT NULL, order_id INTEGER NOT NULL, created REAL NOT NULL,
    updated REAL NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS returns_campaign_idx ON returns (campaign_id, id);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, hits INTEGER NOT NULL DEFAULT 0);
"""
TABLES = (
    *("businesses", "campaigns", "accounts", "offers", "stocks", "orders", "effects", "faults"),
    *("talks", "sayings", "returns"),
)
# Ids look like the vendor's: of different lengths, so that mixing them up shows.
# Those of messages are beyond what a double holds: an id that went through one would be another.
FIRST_IDS = {
    "businesses": 910_000,
    "campaigns": 21_000_000,
    "orders": 50_000_000_000,
    "talks": 700_000_000,
    "sayings": 2**53 + 10_000,
    "returns": 80_000_000,
}


class State:
    """One SQLite connection shared by all threads, one at a time."""

    def __init__(self, path: Path | str):
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.db = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=5, cached_statements=256
        )
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(SCHEMA)
        self._start_counters()

    def _start_counters(self) -> None:
        for table, first in FIRST_IDS.items():
            known = self.one("SELECT 1 FROM sqlite_sequence WHERE name = ?", table)
            if not known:
                self.db.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, first))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested, the outermost one decides."""
        with self.lock:
            if self.db.in_transaction:
                yield
                return
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def run(self, sql: str, *params: Any) -> sqlite3.Cursor:
        with self.lock:
            return self.db.execute(sql, params)

    def rows(self, sql: str, *params: Any) -> list[sqlite3.Row]:
        with self.lock:
            return self.db.execute(sql, params).fetchall()

    def one(self, sql: str, *params: Any) -> sqlite3.Row | None:
        with self.lock:
            row: sqlite3.Row | None = self.db.execute(sql, params).fetchone()
            return row

    def select(
        self, table: str, where: Sequence[str], params: Sequence[Any], tail: str = ""
    ) -> list[sqlite3.Row]:
        """Rows that meet all conditions; table, conditions and tail are words of our own."""
        sql = f"SELECT * FROM {table} WHERE {' AND '.join(where)} {tail}"  # noqa: S608
        return self.rows(sql, *params)

    def clear(self) -> None:
        """Forget everything; ids go on, so an old one never means something new."""
        with self.transaction():
            for table in TABLES:
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def close(self) -> None:
        with self.lock:
            self.db.close()


def pack(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def placeholders(values: Any) -> str:
    return ", ".join("?" * len(values))
