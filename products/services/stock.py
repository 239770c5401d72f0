"""The stock ledger: what came, what is promised, what is gone.

On hand changes only together with a movement. Promising is one conditional statement, so two
orders at once never promise the same piece.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners import audit
from partners.models import Partner, User
from products.models import Location, Product, Reservation, StockLevel, StockMovement
from sellercloudx.lib.wiring import emit

Kind = StockMovement.Kind
State = Reservation.State
FIRST_LOCATION = "Ombor"
# Far above what anybody stores, far below what the column holds.
LARGEST_QUANTITY = 1_000_000


class NotEnough(Exception):
    """Fewer pieces are free than asked for."""


class Moved(Exception):
    """Somebody else changed the reservation a moment ago."""


class TooMany(Exception):
    """More pieces than can be true."""


@dataclass(frozen=True)
class Figures:
    """The four numbers of a product, called the same everywhere."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


def figures_of(products: Iterable[Product]) -> dict[int, Figures]:
    """By the product's number; a product nothing is stored of has zeros. One query."""
    own = Q(location__kind=Location.Kind.OWN)
    rows = (
        StockLevel.objects.filter(product__in=list(products))
        .values("product")
        .annotate(
            own=Coalesce(Sum("on_hand", filter=own), 0),
            promised=Coalesce(Sum("reserved", filter=own), 0),
            coming=Coalesce(Sum("on_hand", filter=Q(location__kind=Location.Kind.IN_TRANSIT)), 0),
        )
    )
    return {row["product"]: Figures(row["own"], row["promised"], row["coming"]) for row in rows}


def figures(product: Product) -> Figures:
    return figures_of([product]).get(product.pk, Figures())


def with_figures(products: "QuerySet[Product]") -> "QuerySet[Product]":
    """For a page that reads one product anyway; `figures_read` makes of it what `figures` asks."""
    own, coming = Location.Kind.OWN, Location.Kind.IN_TRANSIT
    return products.annotate(
        stock_own=_sum("on_hand", own),
        stock_promised=_sum("reserved", own),
        stock_coming=_sum("on_hand", coming),
    )


def _sum(name: str, kind: Location.Kind) -> Coalesce:
    levels = StockLevel.objects.filter(product=OuterRef("pk"), location__kind=kind)
    return Coalesce(Subquery(levels.values("product").annotate(sum=Sum(name)).values("sum")), 0)


def figures_read(product: Any) -> Figures:
    return Figures(product.stock_own, product.stock_promised, product.stock_coming)


def own_location(partner: Partner) -> Location:
    """Where a partner's pieces lie unless said otherwise; made with the first product."""
    own = Location.objects.for_partner(partner).filter(kind=Location.Kind.OWN).order_by("pk")
    return (
        own.first()
        or Location.objects.get_or_create(
            partner=partner, kind=Location.Kind.OWN, name=FIRST_LOCATION
        )[0]
    )


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
    """Put pieces on the shelf. The same source again changes nothing."""
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
def adjust(
    *,
    partner: Partner,
    product: Product,
    quantity: int,
    reason: str,
    source: str,
    by: User | None = None,
) -> StockMovement:
    """Correct the count by so many pieces, up or down, saying why. Raises NotEnough, TooMany."""
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
        _audit("STOCK_ADJUSTED", movement, before)
    return movement


def _audit(action: str, movement: StockMovement, before: int) -> None:
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
    _say_changed(product, has_more=quantity > 0)
    return movement, before


def _change_on_hand(product: Product, location: Location, quantity: int) -> int:
    StockLevel.objects.get_or_create(product=product, location=location)
    level = StockLevel.objects.select_for_update().get(product=product, location=location)
    changed = StockLevel.objects.filter(
        pk=level.pk,
        on_hand__gte=F("reserved") - quantity,
        on_hand__lte=LARGEST_QUANTITY - quantity,
    ).update(on_hand=F("on_hand") + quantity)
    if not changed:
        raise NotEnough if quantity < 0 else TooMany
    return level.on_hand


def _say_changed(product: Product, *, has_more: bool = False) -> None:
    """`has_more`: pieces have become free that somebody may be waiting for."""
    if has_more:
        emit("stock_freed", products=[product])
    emit("stock_changed", products=[product])


def reserve(*, partner: Partner, product: Product, quantity: int, source: str) -> Reservation:
    """Promise so many pieces to `source`, more or fewer than it holds. Raises NotEnough.

    After NotEnough it holds what it held before.
    """
    if held := live_reservation(partner=partner, source=source):
        return _resize(held, quantity)
    try:
        with transaction.atomic():
            return _promise(partner, product, quantity, source)
    except IntegrityError:
        # Another request for the same source was faster.
        held = live_reservation(partner=partner, source=source)
        if held is None:
            raise
        return _resize(held, quantity)


@transaction.atomic
def _resize(held: Reservation, quantity: int) -> Reservation:
    """One condition decides as for a new promise; nothing is given back in between."""
    more = quantity - held.quantity
    if not more:
        return held
    live = Reservation.objects.filter(pk=held.pk, state=State.LIVE, quantity=held.quantity)
    if not live.update(quantity=quantity):
        raise Moved(held.source)
    level = _level_of(held).filter(on_hand__gte=F("reserved") + more)
    if not level.update(reserved=F("reserved") + more):
        raise NotEnough
    held.quantity = quantity
    _say_changed(held.product, has_more=more < 0)
    return held


def live_reservation(*, partner: Partner, source: str) -> Reservation | None:
    live = Reservation.objects.for_partner(partner).filter(source=source, state=State.LIVE)
    return live.first()


def _promise(partner: Partner, product: Product, quantity: int, source: str) -> Reservation:
    levels = StockLevel.objects.filter(product=product, location__kind=Location.Kind.OWN)
    for level in levels.order_by("pk"):
        # The one statement that decides: whoever comes second finds the condition false.
        promised = StockLevel.objects.filter(
            pk=level.pk, on_hand__gte=F("reserved") + quantity
        ).update(reserved=F("reserved") + quantity)
        if promised:
            reservation = Reservation.objects.create(
                partner=partner,
                product=product,
                location_id=level.location_id,
                quantity=quantity,
                source=source,
            )
            _say_changed(product)
            return reservation
    raise NotEnough


@transaction.atomic
def release(*, partner: Partner, source: str) -> bool:
    """Give promised pieces back; False when nothing is held for `source` any more."""
    reservation = _close(partner, source, State.RELEASED)
    if reservation is None:
        return False
    _level_of(reservation).update(reserved=F("reserved") - reservation.quantity)
    _say_changed(reservation.product, has_more=True)
    return True


@transaction.atomic
def consume(*, partner: Partner, source: str) -> bool:
    """Promised pieces have left; False when nothing is held for `source` any more."""
    reservation = _close(partner, source, State.CONSUMED)
    if reservation is None:
        return False
    _take_off(reservation, StockMovement(kind=Kind.SALE, source=source))
    return True


@transaction.atomic
def write_off(
    *, partner: Partner, source: str, occasion: str, reason: str, by: User | None = None
) -> int:
    """Promised pieces are broken or were never there: they leave the shelf; how many did.

    On hand and reserved go down together, so they are never free for anybody else. The same
    occasion again writes off nothing.
    """
    if StockMovement.objects.for_partner(partner).filter(source=occasion).exists():
        return 0
    reservation = _close(partner, source, State.WRITTEN_OFF)
    if reservation is None:
        return 0
    movement = StockMovement(kind=Kind.WRITE_OFF, source=occasion, reason=reason, actor=by)
    before = _take_off(reservation, movement)
    _audit("STOCK_WRITTEN_OFF", movement, before)
    return reservation.quantity


def _take_off(reservation: Reservation, movement: StockMovement) -> int:
    """Let the pieces of a closed reservation go; how many lay there before."""
    quantity = reservation.quantity
    level = _level_of(reservation).select_for_update().get()
    movement.partner, movement.product = reservation.partner, reservation.product
    movement.location_id = reservation.location_id
    movement.quantity = -quantity
    movement.save(force_insert=True)
    _level_of(reservation).update(
        on_hand=F("on_hand") - quantity, reserved=F("reserved") - quantity
    )
    _say_changed(reservation.product)
    return level.on_hand


@transaction.atomic
def take(*, partner: Partner, product: Product, up_to: int, source: str) -> int:
    """Pieces have left that nobody had promised: take off those that are free; how many were."""
    taken = 0
    own = StockLevel.objects.filter(product=product, location__kind=Location.Kind.OWN)
    for level in own.select_for_update(of=("self",)).order_by("pk"):
        if quantity := min(level.on_hand - level.reserved, up_to - taken):
            StockMovement.objects.create(
                partner=partner,
                product=product,
                location_id=level.location_id,
                kind=Kind.SALE,
                quantity=-quantity,
                source=f"{source}:{level.location_id}",
            )
            StockLevel.objects.filter(pk=level.pk).update(on_hand=F("on_hand") - quantity)
            taken += quantity
    if taken:
        _say_changed(product)
    return taken


def _close(partner: Partner, source: str, state: str) -> Reservation | None:
    reservation = live_reservation(partner=partner, source=source)
    if reservation is None:
        return None
    closed = Reservation.objects.filter(pk=reservation.pk, state=State.LIVE).update(
        state=state, closed_at=timezone.now()
    )
    return reservation if closed else None


def _level_of(reservation: Reservation) -> QuerySet[StockLevel]:
    return StockLevel.objects.filter(
        product=reservation.product_id, location=reservation.location_id
    )
