from .catalogue import PriceChange, Product
from .imports import ProductImport
from .listings import Card, Listing
from .price_batches import PriceBatch, PriceBatchRow
from .price_limits import PriceLimits
from .proposals import PriceProposal
from .rates import CurrencyRate, FeeSchedule, QuotedFee, ShopRate
from .stock import Location, Reservation, StockLevel, StockMovement
from .stock_channels import ChannelStock, StockCheck
from .stock_parts import BundlePart
from .theirs import CatalogueRow, TheirCard

__all__ = [
    "BundlePart",
    "Card",
    "CatalogueRow",
    "ChannelStock",
    "CurrencyRate",
    "FeeSchedule",
    "Listing",
    "Location",
    "PriceBatch",
    "PriceBatchRow",
    "PriceChange",
    "PriceLimits",
    "PriceProposal",
    "Product",
    "ProductImport",
    "QuotedFee",
    "Reservation",
    "ShopRate",
    "StockCheck",
    "StockLevel",
    "StockMovement",
    "TheirCard",
]
