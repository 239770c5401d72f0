from .analytics import DailyAnalytics
from .conversations import Conversation, ConversationMessage, ConversationNote, ReplyTemplate
from .orders import Order, OrderEvent, OrderLine
from .returns import MarkingCode, Return, ReturnItem

__all__ = [
    "Conversation",
    "ConversationMessage",
    "ConversationNote",
    "DailyAnalytics",
    "MarkingCode",
    "Order",
    "OrderEvent",
    "OrderLine",
    "ReplyTemplate",
    "Return",
    "ReturnItem",
]
