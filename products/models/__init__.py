from .catalogue import PriceChange, Product
from .imports import ProductImport
from .listings import Card, Listing
from .proposals import PriceProposal
from .rates import ShopRate
from .stock import Location, Reservation, StockLevel, StockMovement
from .stock_channels import ChannelStock, StockCheck
from .stock_parts import BundlePart

__all__ = [
    "BundlePart",
    "Card",
    "ChannelStock",
    "Listing",
    "Location",
    "PriceChange",
    "PriceProposal",
    "Product",
    "ProductImport",
    "Reservation",
    "ShopRate",
    "StockCheck",
    "StockLevel",
    "StockMovement",
]
