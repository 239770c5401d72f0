"""Stock as orders see it: promised, given back, gone. The ledger itself is in stock_ledger.

Promising is one conditional statement, so two orders at once never promise the same piece.
"""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from marketplaces.models import Connection
from partners.models import Partner, User
from products.models import Location, Product, Reservation, StockLevel, StockMovement
from products.services import stock_shares
from products.services.stock_figures import (
    Figures,
    figures,
    figures_of,
    figures_read,
    own_location,
    recipes_of,
    with_figures,
)
from products.services.stock_ledger import (
    HasNoStock,
    Kind,
    adjust,
    audit_change,
    products_named,
    receive,
    say_changed,
    take,
    take_back,
)
from products.services.stock_levels import (
    LARGEST_QUANTITY,
    NotAQuantity,
    NotEnough,
    TooMany,
    believable,
    shift,
)
from products.services.stock_shares import Sale

__all__ = [
    "LARGEST_QUANTITY",
    "Figures",
    "HasNoStock",
    "Moved",
    "NotAQuantity",
    "NotEnough",
    "Sale",
    "TooMany",
    "adjust",
    "consume",
    "figures",
    "figures_of",
    "figures_read",
    "held_for",
    "own_location",
    "put_back_there",
    "receive",
    "release",
    "reserve",
    "take",
    "take_back",
    "with_figures",
    "write_off",
]

State = Reservation.State


class Moved(Exception):
    """Somebody else changed the reservation a moment ago."""


def reserve(
    *, partner: Partner, product: Product, quantity: int, source: str, sale: Sale | None = None
) -> list[Reservation]:
    """Promise so many pieces to `source`, more or fewer than it holds; of a bundle, all its parts.

    Raises NotEnough, NotAQuantity, TooMany; then it holds what it held before.
    """
    believable(quantity)
    try:
        return _hold(partner, product, quantity, source, sale)
    except IntegrityError:
        # Another request for the same source was faster.
        if not held_for(partner=partner, source=source):
            raise
        return _hold(partner, product, quantity, source, sale)


@transaction.atomic
def _hold(
    partner: Partner, product: Product, quantity: int, source: str, sale: Sale | None
) -> list[Reservation]:
    """In the order of the products' numbers, so that two never wait for each other."""
    held = {one.product_id: one for one in held_for(partner=partner, source=source)}
    recipe = recipes_of([product.pk]).get(product.pk, {product.pk: 1})
    changed, has_more = [], False
    for pk in sorted(recipe.keys() | held.keys()):
        pieces, old = recipe.get(pk, 0) * quantity, held.get(pk)
        if old is None:
            held[pk] = _promise(partner, pk, pieces, source, sale)
        elif pieces != old.quantity:
            has_more = has_more or pieces < old.quantity
            _resize(old, pieces, sale)
        else:
            continue
        changed.append(pk)
    if changed:
        say_changed(products_named(product, changed), has_more=has_more)
    return [held[pk] for pk in sorted(recipe)]


def held_for(*, partner: Partner, source: str) -> list[Reservation]:
    """What is promised to `source`; one for each part of a bundle."""
    live = Reservation.objects.for_partner(partner).filter(source=source, state=State.LIVE)
    return list(live.order_by("product_id"))


def _promise(
    partner: Partner, product_id: int, quantity: int, source: str, sale: Sale | None
) -> Reservation:
    levels = StockLevel.objects.filter(product=product_id, location__kind=Location.Kind.OWN)
    for level in levels.order_by("pk"):
        # The one statement that decides: whoever comes second finds the condition false.
        free = StockLevel.objects.filter(pk=level.pk, on_hand__gte=F("reserved") + quantity)
        if shift(free, reserved=quantity):
            share = stock_shares.note_sale(level, quantity, sale)
            return Reservation.objects.create(
                partner=partner,
                product_id=product_id,
                location_id=level.location_id,
                quantity=quantity,
                source=source,
                share=share,
            )
    raise NotEnough


def _resize(held: Reservation, quantity: int, sale: Sale | None) -> None:
    """One condition decides as for a new promise; nothing is given back in between."""
    if not quantity:
        _let_go(held, State.RELEASED)
        return
    more = quantity - held.quantity
    live = Reservation.objects.filter(pk=held.pk, state=State.LIVE, quantity=held.quantity)
    if not live.update(quantity=quantity):
        raise Moved(held.source)
    if not shift(_level_of(held).filter(on_hand__gte=F("reserved") + more), reserved=more):
        raise NotEnough
    held.quantity = quantity
    if more < 0:
        stock_shares.give_back(held, -more)
    elif level := _level_of(held).filter(is_strict=True).first():
        held.share = stock_shares.note_sale(level, more, sale)
        Reservation.objects.filter(pk=held.pk).update(share=held.share)


@transaction.atomic
def release(*, partner: Partner, source: str) -> bool:
    """Give promised pieces back; False when nothing is held for `source` any more."""
    held = [one for one in held_for(partner=partner, source=source) if _let_go(one, State.RELEASED)]
    if held:
        say_changed([one.product for one in held], has_more=True)
    return bool(held)


def _let_go(held: Reservation, state: str) -> bool:
    if not _close(held, state):
        return False
    shift(_level_of(held), reserved=-held.quantity)
    stock_shares.give_back(held, held.quantity)
    return True


@transaction.atomic
def put_back_there(*, connection: Connection, products: Sequence[Product]) -> None:
    """A shop has put pieces on sale again that nobody was promised: it is told anew what there is.

    It took them off when they were bought. What we told it after that and before it put them back
    counted them already, so that it shows more than there are, and nothing else would mend it.
    """
    if products:
        stock_shares.doubt(connection, [product.pk for product in products])
        say_changed(products)


@transaction.atomic
def consume(*, partner: Partner, source: str) -> bool:
    """Promised pieces have left; False when nothing is held for `source` any more."""
    held = held_for(partner=partner, source=source)
    gone = [one for one in held if _close(one, State.CONSUMED)]
    for one in gone:
        _take_off(one, StockMovement(kind=Kind.SALE, source=_named(source, one, held)))
    if gone:
        say_changed([one.product for one in gone])
    return bool(gone)


def _named(source: str, one: Reservation, held: list[Reservation]) -> str:
    """A movement for each part of a bundle, each of its own name."""
    return source if len(held) == 1 else f"{source}:part:{one.product_id}"


@transaction.atomic
def write_off(
    *, partner: Partner, source: str, occasion: str, reason: str, by: User | None = None
) -> int:
    """Promised pieces are broken or were never there: they leave the shelf; how many did.

    On hand and reserved go down together, so they are never free for anybody else. The same
    occasion again writes off nothing.
    """
    same = Q(source=occasion) | Q(source__startswith=f"{occasion}:part:")
    if StockMovement.objects.for_partner(partner).filter(same).exists():
        return 0
    held = held_for(partner=partner, source=source)
    gone = [one for one in held if _close(one, State.WRITTEN_OFF)]
    for one in gone:
        name = _named(occasion, one, held)
        movement = StockMovement(kind=Kind.WRITE_OFF, source=name, reason=reason, actor=by)
        audit_change("STOCK_WRITTEN_OFF", movement, _take_off(one, movement))
    if gone:
        say_changed([one.product for one in gone])
    return sum(one.quantity for one in gone)


def _take_off(reservation: Reservation, movement: StockMovement) -> int:
    """Let the pieces of a closed reservation go; how many lay there before."""
    quantity = reservation.quantity
    level = _level_of(reservation).select_for_update().get()
    movement.partner, movement.product = reservation.partner, reservation.product
    movement.location_id = reservation.location_id
    movement.quantity = -quantity
    movement.save(force_insert=True)
    shift(_level_of(reservation), on_hand=-quantity, reserved=-quantity)
    return level.on_hand


def _close(reservation: Reservation, state: str) -> bool:
    live = Reservation.objects.filter(pk=reservation.pk, state=State.LIVE)
    return bool(live.update(state=state, closed_at=timezone.now()))


def _level_of(reservation: Reservation) -> QuerySet[StockLevel]:
    return StockLevel.objects.filter(
        product=reservation.product_id, location=reservation.location_id
    )
