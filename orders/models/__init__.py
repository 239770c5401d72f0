from .analytics import DailyAnalytics
from .orders import Order, OrderEvent, OrderLine

__all__ = ["DailyAnalytics", "Order", "OrderEvent", "OrderLine"]
