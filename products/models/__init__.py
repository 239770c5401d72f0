from .catalogue import PriceChange, Product
from .listings import Card, Listing
from .rates import ShopRate
from .stock import Location, Reservation, StockLevel, StockMovement

__all__ = [
    "Card",
    "Listing",
    "Location",
    "PriceChange",
    "Product",
    "Reservation",
    "ShopRate",
    "StockLevel",
    "StockMovement",
]
