from .catalogue import PriceChange, Product
from .imports import ProductImport
from .listings import Card, Listing
from .proposals import PriceProposal
from .rates import ShopRate
from .stock import Location, Reservation, StockLevel, StockMovement

__all__ = [
    "Card",
    "Listing",
    "Location",
    "PriceChange",
    "PriceProposal",
    "Product",
    "ProductImport",
    "Reservation",
    "ShopRate",
    "StockLevel",
    "StockMovement",
]
