from .categories import RemoteAttributes, RemoteCategory
from .connections import Connection, Stream
from .limits import CallSlot, Lease, RateBudget
from .news import NotifiedOrder, ReplayedDay
from .operations import Operation
from .unreadable import UnreadableRow

__all__ = [
    "CallSlot",
    "Connection",
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
