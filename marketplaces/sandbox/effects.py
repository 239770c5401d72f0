"""The list of writes that took effect: a doubled write shows here and nowhere else."""

import hashlib
import json
import time
from collections import Counter
from typing import Any

from .state import State


def record(
    state: State,
    *,
    business_id: int,
    method: str,
    path: str,
    operation: str,
    key: str,
    body: Any,
) -> None:
    """Append one written item; call it inside the transaction of the write itself."""
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False)
    state.run(
        "INSERT INTO effects (business_id, method, path, operation, key, body_hash, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        business_id,
        method,
        path,
        operation,
        key,
        hashlib.sha256(canonical.encode()).hexdigest()[:16],
        time.time(),
    )


def listing(state: State, business_id: int | None, limit: int) -> dict[str, Any]:
    found = state.rows(
        "SELECT * FROM effects WHERE ? IS NULL OR business_id = ? ORDER BY id",
        business_id,
        business_id,
    )
    rows = [dict(row) for row in found]
    return {
        "total": len(rows),
        "by_operation": dict(Counter(row["operation"] for row in rows)),
        "by_key": dict(Counter(f"{row['operation']} {row['key']}" for row in rows)),
        "effects": rows[-limit:],
    }
