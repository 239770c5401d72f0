"""Promises to many at once: the same as one after the other, in few statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from partners.models import Partner
from products.models import Location, Product, Reservation, StockLevel
from products.services import stock_shares
from products.services.stock_figures import recipes_of
from products.services.stock_ledger import say_changed
from products.services.stock_levels import LARGEST_QUANTITY, NotEnough, shift
from products.services.stock_shares import Sale
from sellercloudx.lib import bulk


@dataclass(frozen=True)
class Wish:
    """So many pieces for somebody who holds none yet."""

    product_id: int
    quantity: int
    source: str
    sale: Sale | None = None


@transaction.atomic
def reserve_each(*, partner: Partner, wishes: Sequence[Wish]) -> list[bool]:
    """As `stock.reserve` for one wish after the other; False for those there is not enough for."""
    shelf = _Shelf(partner, wishes)
    kept = [shelf.promise(wish) for wish in wishes]
    shelf.write()
    return kept


def hold_still(products: Collection[int]) -> list[StockLevel]:
    """Nobody else changes these and the parts of bundles among them until our transaction ends.

    Locked in the order of the products' numbers, as everybody does.
    """
    parts = {part for recipe in recipes_of(products).values() for part in recipe}
    own = StockLevel.objects.filter(
        product__in={*products, *parts}, location__kind=Location.Kind.OWN
    )
    return list(own.select_for_update(of=("self",)).order_by("product_id", "pk"))


class _Shelf:
    """What is free while we hold it, and what of it is promised until it is written."""

    def __init__(self, partner: Partner, wishes: Sequence[Wish]):
        self.partner = partner
        products = {wish.product_id for wish in wishes}
        self.recipes = recipes_of(products)
        self.levels: dict[int, list[StockLevel]] = defaultdict(list)
        for level in hold_still(products):
            self.levels[level.product_id].append(level)
        self.promised: dict[int, int] = defaultdict(int)
        self.reservations: list[dict[str, Any]] = []

    def promise(self, wish: Wish) -> bool:
        """All parts, or nothing."""
        recipe = self.recipes.get(wish.product_id, {wish.product_id: 1})
        pieces = {pk: count * wish.quantity for pk, count in sorted(recipe.items())}
        places = {pk: self._place(pk, quantity) for pk, quantity in pieces.items()}
        if wish.quantity > LARGEST_QUANTITY or None in places.values():
            return False
        for pk, level in places.items():
            if level is not None:
                self._take(level, pieces[pk], wish)
        return True

    def _place(self, product_id: int, quantity: int) -> StockLevel | None:
        """The first place that has so many."""
        free = (
            level
            for level in self.levels[product_id]
            if level.on_hand >= level.reserved + self.promised[level.pk] + quantity
        )
        return next(free, None)

    def _take(self, level: StockLevel, quantity: int, wish: Wish) -> None:
        self.promised[level.pk] += quantity
        share = stock_shares.note_sale(level, quantity, wish.sale)
        self.reservations.append(
            {
                "partner_id": self.partner.pk,
                "product_id": level.product_id,
                "location_id": level.location_id,
                "quantity": quantity,
                "source": wish.source,
                "share_id": share.pk if share else None,
            }
        )

    def write(self) -> None:
        for pieces, levels in _by_pieces(self.promised).items():
            free = StockLevel.objects.filter(pk__in=levels, on_hand__gte=F("reserved") + pieces)
            if shift(free, reserved=pieces) != len(levels):
                raise NotEnough
        bulk.insert_values(Reservation, self.reservations)
        changed = {one["product_id"] for one in self.reservations}
        if changed:
            say_changed(Product.objects.filter(pk__in=changed).order_by("pk"))


def _by_pieces(promised: Mapping[int, int]) -> dict[int, list[int]]:
    """One statement changes all levels that change by the same."""
    found: dict[int, list[int]] = defaultdict(list)
    for level, pieces in promised.items():
        found[pieces].append(level)
    return found
