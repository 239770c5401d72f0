"""The stock ledger: what came, what was counted anew, what left without a promise.

On hand changes only together with a movement.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F

from partners import audit
from partners.models import Partner, User
from products.models import BundlePart, Location, Product, StockLevel, StockMovement
from products.services.stock_figures import own_location, recipes_of
from products.services.stock_levels import (
    LARGEST_QUANTITY,
    NotEnough,
    TooMany,
    believable,
    shift,
)
from sellercloudx.lib.wiring import emit

Kind = StockMovement.Kind


class HasNoStock(Exception):
    """A bundle lies nowhere: its parts do."""


@transaction.atomic
def receive(
    *,
    partner: Partner,
    product: Product,
    quantity: int,
    source: str,
    by: User | None = None,
    reason: str = "",
) -> StockMovement:
    """Put pieces on the shelf. The same source again changes nothing.

    Raises NotAQuantity, TooMany, HasNoStock.
    """
    believable(quantity)
    movement, _ = _move(
        partner=partner,
        product=product,
        kind=Kind.RECEIPT,
        quantity=quantity,
        source=source,
        by=by,
        reason=reason,
    )
    return movement


@transaction.atomic
def take_back(
    *,
    partner: Partner,
    product: Product,
    quantity: int,
    source: str,
    by: User | None = None,
    reason: str = "",
) -> None:
    """Pieces that were sold lie on the shelf again; of a bundle, all its parts.

    The same source again changes nothing. Raises NotAQuantity, TooMany.
    """
    believable(quantity)
    recipe = recipes_of([product.pk]).get(product.pk, {product.pk: 1})
    for part in products_named(product, sorted(recipe)):
        _move(
            partner=partner,
            product=part,
            kind=Kind.RETURN,
            quantity=quantity * recipe[part.pk],
            source=source if part == product else f"{source}:part:{part.pk}",
            by=by,
            reason=reason,
        )


@transaction.atomic
def adjust(
    *,
    partner: Partner,
    product: Product,
    quantity: int,
    reason: str,
    source: str,
    by: User | None = None,
) -> StockMovement:
    """Correct the count by so many pieces, up or down, saying why.

    Raises NotEnough, TooMany, HasNoStock.
    """
    if abs(quantity) > LARGEST_QUANTITY:
        raise NotEnough if quantity < 0 else TooMany
    movement, before = _move(
        partner=partner,
        product=product,
        kind=Kind.ADJUSTMENT,
        quantity=quantity,
        source=source,
        by=by,
        reason=reason,
    )
    if before is not None:
        audit_change("STOCK_ADJUSTED", movement, before)
    return movement


def audit_change(action: str, movement: StockMovement, before: int) -> None:
    """`before` is what lay there when the movement was made, read under the level's lock."""
    audit.record(
        action,
        partner=movement.partner,
        actor=movement.actor,
        entity=movement.product,
        before={"on_hand": before},
        after={"on_hand": before + movement.quantity, "reason": movement.reason},
    )


def _move(
    *,
    partner: Partner,
    product: Product,
    kind: str,
    quantity: int,
    source: str,
    by: User | None,
    reason: str,
) -> tuple[StockMovement, int | None]:
    """The movement, and what lay there before it; None when it was made earlier."""
    location = own_location(partner)
    movement, is_new = StockMovement.objects.get_or_create(
        partner=partner,
        source=source,
        defaults={
            "product": product,
            "location": location,
            "kind": kind,
            "quantity": quantity,
            "reason": reason,
            "actor": by,
        },
    )
    if not is_new:
        return movement, None
    before = _change_on_hand(product, location, quantity)
    say_changed([product], has_more=quantity > 0)
    return movement, before


def _change_on_hand(product: Product, location: Location, quantity: int) -> int:
    if BundlePart.objects.filter(bundle=product).exists():
        raise HasNoStock
    StockLevel.objects.get_or_create(product=product, location=location)
    level = StockLevel.objects.select_for_update().get(product=product, location=location)
    changeable = StockLevel.objects.filter(
        pk=level.pk,
        on_hand__gte=F("reserved") - quantity,
        on_hand__lte=LARGEST_QUANTITY - quantity,
    )
    if not shift(changeable, on_hand=quantity):
        raise NotEnough if quantity < 0 else TooMany
    return level.on_hand


def say_changed(products: Iterable[Product], *, has_more: bool = False) -> None:
    """`has_more`: pieces have become free that somebody may be waiting for.

    What a bundle's part can do, the bundle can.
    """
    changed = list(products)
    changed += Product.objects.filter(parts__part__in=changed).distinct().order_by("pk")
    if has_more:
        emit("stock_freed", products=changed)
    emit("stock_changed", products=changed)


@transaction.atomic
def take(*, partner: Partner, product: Product, up_to: int, source: str) -> int:
    """Pieces have left that nobody had promised: take off those that are free; how many were.

    Of a bundle whole ones only: as many as all its parts are free for.
    """
    recipe = recipes_of([product.pk]).get(product.pk, {product.pk: 1})
    own = StockLevel.objects.filter(product__in=recipe, location__kind=Location.Kind.OWN)
    levels = list(own.select_for_update(of=("self",)).order_by("product_id", "pk"))
    free = dict.fromkeys(recipe, 0)
    for level in levels:
        free[level.product_id] += level.on_hand - level.reserved
    taken = max(min(up_to, *(free[pk] // needed for pk, needed in recipe.items())), 0)
    left = {pk: needed * taken for pk, needed in recipe.items()}
    for level in levels:
        if quantity := min(level.on_hand - level.reserved, left[level.product_id]):
            name = f"{source}:{level.location_id}"
            is_part = level.product_id != product.pk
            _sell(partner, level, quantity, f"{name}:part:{level.product_id}" if is_part else name)
            left[level.product_id] -= quantity
    if taken:
        say_changed(products_named(product, sorted(recipe)))
    return taken


def _sell(partner: Partner, level: StockLevel, quantity: int, source: str) -> None:
    StockMovement.objects.create(
        partner=partner,
        product_id=level.product_id,
        location_id=level.location_id,
        kind=Kind.SALE,
        quantity=-quantity,
        source=source,
    )
    shift(StockLevel.objects.filter(pk=level.pk), on_hand=-quantity)


def products_named(known: Product, pks: Sequence[int]) -> list[Product]:
    if list(pks) == [known.pk]:
        return [known]
    return list(Product.objects.filter(pk__in=pks).order_by("pk"))
