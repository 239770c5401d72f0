"""The four numbers of a product, called the same everywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from partners.models import Partner
from products.models import BundlePart, Location, Product, StockLevel

FIRST_LOCATION = "Ombor"


@dataclass(frozen=True)
class Figures:
    """In pieces; of a bundle, in whole bundles that its parts make."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0
    # Each shop shows a share of its own; see stock_shares.
    is_strict: bool = False

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


def figures_of(products: Iterable[Product]) -> dict[int, Figures]:
    """By the product's number; a product nothing is stored of has zeros. Two or three queries."""
    pks = [product.pk for product in products]
    recipes = recipes_of(pks)
    parts = {pk for recipe in recipes.values() for pk in recipe}
    stored = _stored([*pks, *parts])
    bundles = {pk: whole(recipe, stored) for pk, recipe in recipes.items()}
    return {pk: stored[pk] for pk in pks if pk in stored} | bundles


def _stored(pks: Iterable[int]) -> dict[int, Figures]:
    own = Q(location__kind=Location.Kind.OWN)
    rows = (
        StockLevel.objects.filter(product__in=pks)
        .values("product")
        .annotate(
            own=Coalesce(Sum("on_hand", filter=own), 0),
            promised=Coalesce(Sum("reserved", filter=own), 0),
            coming=Coalesce(Sum("on_hand", filter=Q(location__kind=Location.Kind.IN_TRANSIT)), 0),
            strict=Count("pk", filter=Q(is_strict=True)),
        )
    )
    return {
        row["product"]: Figures(row["own"], row["promised"], row["coming"], bool(row["strict"]))
        for row in rows
    }


def recipes_of(products: Iterable[int]) -> dict[int, dict[int, int]]:
    """Of those that are bundles: pieces of each part, by the parts' numbers. One query."""
    recipes: dict[int, dict[int, int]] = {}
    parts = BundlePart.objects.filter(bundle__in=list(products)).order_by("part")
    for bundle, part, quantity in parts.values_list("bundle", "part", "quantity"):
        recipes.setdefault(bundle, {})[part] = quantity
    return recipes


def whole(recipe: Mapping[int, int], stored: Mapping[int, Figures]) -> Figures:
    """How many bundles the parts make: as many as the scarcest of them allows."""
    parts = [(stored.get(part, Figures()), needed) for part, needed in recipe.items()]
    on_hand = min(part.on_hand // needed for part, needed in parts)
    available = min(part.available // needed for part, needed in parts)
    later = min((part.on_hand + part.incoming) // needed for part, needed in parts)
    return Figures(on_hand, on_hand - available, later - on_hand)


def figures(product: Product) -> Figures:
    return figures_of([product]).get(product.pk, Figures())


def with_figures(products: "QuerySet[Product]") -> "QuerySet[Product]":
    """For a page that reads one product anyway; `figures_read` makes of it what `figures` asks."""
    own, coming = Location.Kind.OWN, Location.Kind.IN_TRANSIT
    return products.annotate(
        stock_own=_sum("on_hand", own),
        stock_promised=_sum("reserved", own),
        stock_coming=_sum("on_hand", coming),
        is_bundle=Exists(BundlePart.objects.filter(bundle=OuterRef("pk"))),
        is_part=Exists(BundlePart.objects.filter(part=OuterRef("pk"))),
        is_strict=Exists(StockLevel.objects.filter(product=OuterRef("pk"), is_strict=True)),
    )


def _sum(name: str, kind: Location.Kind) -> Coalesce:
    levels = StockLevel.objects.filter(product=OuterRef("pk"), location__kind=kind)
    return Coalesce(Subquery(levels.values("product").annotate(sum=Sum(name)).values("sum")), 0)


def figures_read(product: Any) -> Figures:
    if product.is_bundle:
        return figures(product)
    numbers = product.stock_own, product.stock_promised, product.stock_coming
    return Figures(*numbers, is_strict=product.is_strict)


def own_location(partner: Partner) -> Location:
    """Where a partner's pieces lie unless said otherwise; made with the first product."""
    own = Location.objects.for_partner(partner).filter(kind=Location.Kind.OWN).order_by("pk")
    return (
        own.first()
        or Location.objects.get_or_create(
            partner=partner, kind=Location.Kind.OWN, name=FIRST_LOCATION
        )[0]
    )
