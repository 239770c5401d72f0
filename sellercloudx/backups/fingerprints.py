"""Are two tables the same? How many rows, and a hash that their order does not change."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fingerprint:
    rows: int
    sha256: str


Fingerprints = dict[str, Fingerprint]


def fingerprint(rows: Iterable[bytes]) -> Fingerprint:
    """Each row is hashed alone and the hashes are added up, so a table of any size fits."""
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(hashlib.sha256(row).digest())
    return Fingerprint(count, f"{total % 2**256:064x}")


def differences(expected: Fingerprints, found: Fingerprints) -> list[str]:
    """A sentence for each table that is not as it should be."""
    nothing = Fingerprint(0, "")
    return [
        f"{table}: {theirs.rows} rows expected, {ours.rows} found"
        + (", and their contents differ" if theirs.rows == ours.rows else "")
        for table, theirs in expected.items()
        if (ours := found.get(table, nothing)) != theirs
    ]
