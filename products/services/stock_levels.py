"""The one row that decides: what lies somewhere, what of it is promised, what shops may show."""

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from products.models import StockLevel
from products.models.stock_channels import LARGEST_QUANTITY


class NotEnough(Exception):
    """Fewer pieces are free than asked for."""


class TooMany(Exception):
    """More pieces than can be true."""


class NotAQuantity(Exception):
    """Nothing, or fewer than nothing, where pieces are meant."""


def believable(quantity: int) -> int:
    """The quantity. Raises NotAQuantity, TooMany."""
    if quantity <= 0:
        raise NotAQuantity(quantity)
    if quantity > LARGEST_QUANTITY:
        raise TooMany(quantity)
    return quantity


def shift(
    levels: QuerySet[StockLevel], *, on_hand: int = 0, reserved: int = 0, published: int = 0
) -> int:
    """Change levels by so much, in one statement; 0 where their condition does not hold.

    Pieces in the shops' shares that this leaves uncovered become its overhang.
    """
    here, promised = F("on_hand") + on_hand, F("reserved") + reserved
    shown = F("published") + published
    return levels.update(
        on_hand=here,
        reserved=promised,
        published=shown,
        overhang=Greatest(Value(0), shown - here + promised),
    )
