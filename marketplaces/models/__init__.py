from .categories import RemoteAttributes, RemoteCategory
from .connections import Connection, Stream
from .limits import CallSlot, Lease, RateBudget
from .operations import Operation
from .unreadable import UnreadableRow

__all__ = [
    "CallSlot",
    "Connection",
    "Lease",
    "Operation",
    "RateBudget",
    "RemoteAttributes",
    "RemoteCategory",
    "Stream",
    "UnreadableRow",
]
