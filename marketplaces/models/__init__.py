from .categories import RemoteAttributes, RemoteCategory
from .connections import Connection, Stream
from .limits import Breaker, CallSlot, DestructiveDay, Lease, RateBudget
from .news import NotifiedOrder, ReplayedDay
from .operations import Intent, Operation
from .unreadable import UnreadableRow

__all__ = [
    "Breaker",
    "CallSlot",
    "Connection",
    "DestructiveDay",
    "Intent",
    "Lease",
    "NotifiedOrder",
    "Operation",
    "RateBudget",
    "RemoteAttributes",
    "RemoteCategory",
    "ReplayedDay",
    "Stream",
    "UnreadableRow",
]
