from .catalogue import PriceChange, Product
from .listings import Card, Listing
from .price_batches import PriceBatch, PriceBatchRow
from .price_limits import PriceLimits
from .proposals import PriceProposal
from .rates import CurrencyRate, FeeSchedule, QuotedFee, ShopRate
from .stock import Location, Reservation, StockLevel, StockMovement

__all__ = [
    "Card",
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
    "QuotedFee",
    "Reservation",
    "ShopRate",
    "StockLevel",
    "StockMovement",
]
