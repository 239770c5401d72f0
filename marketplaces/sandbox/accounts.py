"""Businesses, their shops, and the keys that open them.

A key is kept as a hash only: a copy of the state file opens nothing.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass

from .config import Config
from .state import State, pack

PREFIX = "ACMA:sandbox-"
FULL, READ = ("ALL_METHODS",), ("ALL_METHODS_READ_ONLY",)
# What a word after the prefix makes of the key, see docs/sandbox.md.
KINDS = {
    "readonly": READ,
    "orders": ("INVENTORY_AND_ORDER_PROCESSING",),
    "offers": ("OFFERS_AND_CARDS_MANAGEMENT",),
    "pricing": ("PRICING",),
}


@dataclass(frozen=True)
class Account:
    business_id: int
    name: str
    scopes: tuple[str, ...]
    is_revoked: bool


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def find(state: State, key: str) -> Account | None:
    row = state.one("SELECT * FROM accounts WHERE key_hash = ?", hash_key(key))
    if row is None:
        return None
    scopes = tuple(json.loads(row["scopes"]))
    return Account(row["business_id"], row["name"], scopes, bool(row["is_revoked"]))


def find_or_open(state: State, config: Config, key: str) -> Account | None:
    """The account of a key; a sandbox key nobody used yet opens a business of its own."""
    account = find(state, key)
    if account is None and key.startswith(PREFIX):
        with state.transaction():
            account = find(state, key) or create(state, config, key)
    return account


def create(
    state: State,
    config: Config,
    key: str,
    *,
    name: str = "",
    scopes: tuple[str, ...] | None = None,
    currency: str = "UZS",
    placements: tuple[str, ...] = ("FBS",),
    buyers_every: float | None = None,
    business_id: int | None = None,
) -> Account:
    kind = next((word for word in KINDS if key.startswith(PREFIX + word)), "")
    # Names are shown and copied about, so no part of the key goes into one.
    label = name or hash_key(key)[:6]
    with state.transaction():
        if business_id is None:
            every = config.buyers_every if buyers_every is None else buyers_every
            business_id = _open_business(state, config, label, currency, placements, every)
            if key.startswith(PREFIX + "inactive"):
                _deactivate(state, business_id)
        state.run(
            "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?)",
            hash_key(key),
            business_id,
            f"Sandbox {label}"[:100],
            pack(scopes or KINDS.get(kind, FULL)),
            key.startswith(PREFIX + "revoked"),
        )
    return _must_find(state, key)


def _must_find(state: State, key: str) -> Account:
    account = find(state, key)
    if account is None:
        raise LookupError("the account is gone")
    return account


def _open_business(
    state: State,
    config: Config,
    label: str,
    currency: str,
    placements: tuple[str, ...],
    buyers_every: float,
) -> int:
    cursor = state.run(
        "INSERT INTO businesses (name, currency, is_uzbek, buyers_every, seed)"
        " VALUES (?, ?, ?, ?, ?)",
        f"Namuna {label}",
        currency,
        currency == "UZS",
        buyers_every,
        config.seed,
    )
    business_id = int(cursor.lastrowid or 0)
    for number, placement in enumerate(placements, start=1):
        state.run(
            "INSERT INTO campaigns (business_id, domain, placement, availability)"
            " VALUES (?, ?, ?, 'AVAILABLE')",
            business_id,
            f"Namuna {label} {number}",
            placement,
        )
    return business_id


def _deactivate(state: State, business_id: int) -> None:
    state.run(
        "UPDATE campaigns SET availability = 'DISABLED_BY_INACTIVITY' WHERE business_id = ?",
        business_id,
    )


def seed(state: State, config: Config) -> None:
    """The demo key with two shops, and the same business seen read-only."""
    with state.transaction():
        demo = find(state, config.demo_key) or create(
            state, config, config.demo_key, name="demo", placements=("FBS", "FBS")
        )
        state.run(
            "UPDATE businesses SET buyers_every = ? WHERE id = ?",
            config.buyers_every,
            demo.business_id,
        )
        if find(state, PREFIX + "readonly") is None:
            create(state, config, PREFIX + "readonly", business_id=demo.business_id)


def business(state: State, business_id: int) -> sqlite3.Row:
    row = state.one("SELECT * FROM businesses WHERE id = ?", business_id)
    if row is None:
        raise LookupError(f"business {business_id} is gone")
    return row


def campaigns(state: State, business_id: int) -> list[sqlite3.Row]:
    return state.rows("SELECT * FROM campaigns WHERE business_id = ? ORDER BY id", business_id)


def campaign(state: State, campaign_id: int) -> sqlite3.Row | None:
    return state.one("SELECT * FROM campaigns WHERE id = ?", campaign_id)
