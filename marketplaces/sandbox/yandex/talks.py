"""What buyers write and shops answer, as the marketplace keeps it."""

import json
import sqlite3
from typing import Any

from marketplaces.sandbox.state import State, pack

CHAT, REVIEW, QUESTION = "chat", "review", "question"
# Who speaks, in the words of chats and in those of the other two.
BUYER, SHOP = ("CUSTOMER", "USER"), ("PARTNER", "BUSINESS")


def begin(
    state: State,
    *,
    business_id: int,
    kind: str,
    now: float,
    doc: dict[str, Any],
    text: str = "",
) -> int:
    """A buyer begins; of a chat the text is its first message."""
    with state.transaction():
        cursor = state.run(
            "INSERT INTO talks (business_id, kind, status, created, updated, doc)"
            " VALUES (?, ?, 'NEW', ?, ?, ?)",
            *(business_id, kind, now, now, pack({"text": text, **doc})),
        )
        talk_id = int(cursor.lastrowid or 0)
        if kind == CHAT:
            say(state, talk_id, text=text, is_buyer=True, now=now)
    return talk_id


def say(
    state: State,
    talk_id: int,
    *,
    text: str,
    is_buyer: bool,
    now: float,
    doc: dict[str, Any] | None = None,
) -> int:
    """Another message, comment or answer; a chat now waits for the other side."""
    with state.transaction():
        cursor = state.run(
            "INSERT INTO sayings (talk_id, is_buyer, at, text, doc) VALUES (?, ?, ?, ?, ?)",
            *(talk_id, is_buyer, now, text, pack(doc or {})),
        )
        status = "WAITING_FOR_PARTNER" if is_buyer else "WAITING_FOR_CUSTOMER"
        state.run("UPDATE talks SET status = ?, updated = ? WHERE id = ?", *(status, now, talk_id))
    return int(cursor.lastrowid or 0)


def of(state: State, business_id: int, kind: str) -> list[sqlite3.Row]:
    return state.rows(
        "SELECT * FROM talks WHERE business_id = ? AND kind = ? ORDER BY id", business_id, kind
    )


def find(state: State, business_id: int, kind: str, talk_id: int) -> sqlite3.Row | None:
    return state.one(
        "SELECT * FROM talks WHERE business_id = ? AND kind = ? AND id = ?",
        *(business_id, kind, talk_id),
    )


def sayings(state: State, talk_id: int) -> list[sqlite3.Row]:
    return state.rows("SELECT * FROM sayings WHERE talk_id = ? ORDER BY id", talk_id)


def doc(row: sqlite3.Row) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["doc"])
    return found


def is_answered(state: State, talk_id: int) -> bool:
    """Whether the shop had the last word, or any."""
    said = sayings(state, talk_id)
    return any(not one["is_buyer"] for one in said)
