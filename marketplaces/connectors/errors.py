"""What can go wrong between us and a marketplace.

    MarketplaceError                kind        what happens
    ├─ AuthFailed                   config      connection parked, partner told what to fix
    │  └─ ScopeMissing              config      same, naming the missing right
    ├─ Rejected                     permanent   shown on the item, never retried
    │  ├─ NotFound                  permanent
    │  └─ Unsupported               permanent
    ├─ Unavailable                  transient   retried, shortly by Http, then by the outbox
    │  ├─ RateLimited               transient   waits as told (retry_after)
    │  └─ Held                      transient   not sent: we leave the account alone for now
    └─ BadResponse                  internal    the answer is not what the document says: asked for
       │                                        anew, and parked after many tries
       └─ Unreadable                internal    some of its rows are not; the others came first

Callers branch on `kind` only, never on a class name or a text.
"""

from collections.abc import Sequence
from enum import StrEnum

from .remote import ItemResult, UnreadableRow

# A marketplace that asks for a longer pause is asked again after this: it may have meant less.
LONGEST_PAUSE = 3600.0


class Kind(StrEnum):
    CONFIG = "config"
    PERMANENT = "permanent"
    TRANSIENT = "transient"
    INTERNAL = "internal"


class MarketplaceError(Exception):
    """A marketplace call that did not succeed. `message` is already free of secrets.

    `retry_after` is in seconds and never longer than LONGEST_PAUSE.
    `answered` holds what a batch had been answered before; its other items were not.
    """

    kind = Kind.INTERNAL
    reason = "unexpected"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        operation: str = "",
        retry_after: float | None = None,
        reason: str = "",
        words: str = "",
    ):
        super().__init__(message)
        self.message = message
        # What it is, in one word of ours: people are told by this. The code is the vendor's.
        self.reason = reason or self.reason
        # What the marketplace itself said, where it said anything.
        self.words = words
        self.code = code
        self.operation = operation
        self.retry_after = None if retry_after is None else _pause(retry_after)
        self.answered: list[ItemResult] = []


def _pause(seconds: float) -> float:
    """Within bounds, whatever was asked for; nan too."""
    return max(seconds, 0.0) if seconds <= LONGEST_PAUSE else LONGEST_PAUSE


class AuthFailed(MarketplaceError):
    kind = Kind.CONFIG
    reason = "auth_failed"


class ScopeMissing(AuthFailed):
    reason = "scope_missing"


class Rejected(MarketplaceError):
    kind = Kind.PERMANENT
    reason = "rejected"


class NotFound(Rejected):
    reason = "not_found"


class Unsupported(Rejected):
    reason = "unsupported"


class Unavailable(MarketplaceError):
    """No clear answer: refused, broken off, timed out or 5xx. A write may have happened."""

    kind = Kind.TRANSIENT
    reason = "unavailable"


class RateLimited(Unavailable):
    """Asked to slow down; the call was not carried out."""

    reason = "rate_limited"


class Held(Unavailable):
    """Not sent: the account has not answered for a while. Its reason is what it met then."""


class BadResponse(MarketplaceError):
    reason = "bad_response"


class Unreadable(BadResponse):
    """Rows that are not what the document says. All that can be read was handed out before."""

    def __init__(self, message: str, *, operation: str, rows: Sequence[UnreadableRow]):
        super().__init__(message, code="schema", operation=operation)
        self.rows = tuple(rows)
