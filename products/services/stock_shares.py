"""Strict mode: the pieces of a product are shared out, and no piece is in two shops' shares.

A share is the most a shop may be showing: what it last acknowledged less what it has sold since,
or what it was asked and has not answered, whichever is larger. A share grows only where free
pieces are in no other, so one shop's rises after another's decrease is acknowledged. Whoever
changes a share holds the row of the level; the sum of the shares is kept in it, under a
constraint.

This holds as far as a marketplace honours what it acknowledged. What a shop sells before its
acknowledgement may not have been taken off it: such a sale leaves the share as it is.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from marketplaces import parking
from marketplaces.models import Connection, Operation
from partners import audit
from partners.models import User
from products.models import BundlePart, ChannelStock, Listing, Product, Reservation, StockLevel
from products.services.stock_figures import own_location
from products.services.stock_levels import shift

State = Operation.State
# Never on its way: replaced or given up before anybody tried to send it.
NEVER_SENT = Q(state__in=(State.SUPERSEDED, State.UNTOLD), attempts=0)
# Refused at the first try: it was not done.
REFUSED = Q(state=State.REJECTED, attempts__lte=1)


class InABundle(Exception):
    """A bundle, or a part of one: its pieces cannot be shared out by shop."""


@dataclass(frozen=True)
class Sale:
    """Where pieces were sold, and when by the clock of that marketplace."""

    connection: Connection
    at: datetime


def note_sale(level: StockLevel, quantity: int, sale: Sale | None) -> ChannelStock | None:
    """Take what was sold off the seller's share, and name it.

    The caller has just changed the level, so that nobody else does.
    """
    if sale is None or not level.is_strict:
        return None
    share = ChannelStock.objects.filter(
        listing__product=level.product_id, listing__connection=sale.connection
    ).first()
    if share and share.acked_at and sale.at >= share.acked_at:
        _keep(level.pk, share, acked=max(share.acked - quantity, 0))
    return share


def give_back(held: Reservation, quantity: int) -> None:
    """A sale is off: the shop may have put the pieces on sale again, so they are its own.

    It may not have: it is asked anew, and the share is what it says then.
    """
    if held.share_id is None:
        return
    level = StockLevel.objects.filter(product=held.product_id, location=held.location_id)
    if strict := level.filter(is_strict=True).first():
        ChannelStock.objects.filter(pk=held.share_id).update(is_unsure=True)
        share = ChannelStock.objects.get(pk=held.share_id)
        _keep(strict.pk, share, acked=share.acked + quantity)


def doubt(connection: Connection, products: Collection[int]) -> None:
    """The shop may show other numbers than it acknowledged: with the next deal it is asked anew."""
    for pk in sorted(products):
        if _locked(pk):
            shares = ChannelStock.objects.filter(
                listing__product=pk, listing__connection=connection
            )
            shares.update(is_unsure=True)


def acknowledged(listing: Listing, operation: Operation, quantity: int) -> bool:
    """The shop took a quantity, or refused it; False where it has no share."""
    level = _locked(listing.product_id)
    if level is None:
        return False
    share, _ = _share(listing)
    is_newest = operation.state == State.DONE and operation.pk > share.acked_op
    if is_newest:
        ChannelStock.objects.filter(pk=share.pk).update(
            acked_op=operation.pk, acked_at=timezone.now()
        )
        share.acked_op = operation.pk
    _keep(level.pk, share, acked=quantity if is_newest else share.acked)
    return True


def _locked(product_id: int) -> StockLevel | None:
    levels = StockLevel.objects.select_for_update(no_key=True)
    return levels.filter(product=product_id, is_strict=True).order_by("pk").first()


def _keep(level_pk: int, share: ChannelStock, *, acked: int) -> None:
    """Write down what the shop may be showing now."""
    held = max([acked, *(quantity_of(one) for one in unanswered(share))])
    ChannelStock.objects.filter(pk=share.pk).update(acked=acked, held=held)
    shift(StockLevel.objects.filter(pk=level_pk), published=held - share.held)
    share.acked, share.held = acked, held


def unanswered(share: ChannelStock) -> list[Operation]:
    """What the shop was asked after what it acknowledged, and may be showing; newest first."""
    return list(_asked(share).exclude(REFUSED))


def _asked(share: ChannelStock) -> QuerySet[Operation]:
    subject = Listing(pk=share.listing_id).subject
    stocks = Operation.objects.filter(subject=subject, kind=Operation.Kind.PUSH_STOCK)
    return stocks.filter(pk__gt=share.acked_op).exclude(NEVER_SENT).order_by("-pk")


def looked_at(share: ChannelStock) -> tuple[StockLevel | None, ChannelStock, int]:
    """The level, held still; the share as it is now; and what its shop may be showing at most."""
    level = _locked(share.listing.product_id)
    now = ChannelStock.objects.get(pk=share.pk)
    return level, now, max([now.acked, *(quantity_of(one) for one in unanswered(now))])


def quantity_of(operation: Operation) -> int:
    return int(operation.payload["quantity"])


# --- Sharing out ---------------------------------------------------------------------------------

# Asks a shop to show a quantity, through the outbox.
Say = Callable[[Listing, int], None]


@dataclass
class _Shop:
    listing: Listing
    share: ChannelStock
    # What it was asked last; None: nothing yet.
    asked: int | None
    # The most it may be asked, and what it would be in an equal share.
    most: int = 0
    target: int = 0


def deal(product: Product, listings: Sequence[Listing], say: Say) -> None:
    """Bring the shares in line with what is available: first down, then up as far as is free."""
    level = _locked(product.pk)
    if level is None:
        return
    shops = [_shop(level, listing) for listing in listings]
    level.refresh_from_db()
    pool = _aim(shops, level.on_hand - level.reserved)
    is_anew = level.published > pool or any(_is_starving(shop) for shop in shops)
    for shop in shops:
        most = shop.target if is_anew else shop.most
        if shop.asked is not None and shop.asked > most:
            _ask(level.pk, shop, shop.target, say)
        elif shop.asked is not None and shop.share.is_unsure:
            _ask(level.pk, shop, shop.asked, say)
    for shop in sorted(shops, key=lambda shop: (shop.asked or 0) - shop.target):
        _raise(level.pk, shop, say)


def _share(listing: Listing) -> tuple[ChannelStock, bool]:
    return ChannelStock.objects.get_or_create(
        listing=listing, defaults={"partner_id": listing.partner_id}
    )


def _shop(level: StockLevel, listing: Listing) -> _Shop:
    share, _ = _share(listing)
    newest = _asked(share).first()
    # A raise that nobody has tried to send is taken back and thought about anew.
    if newest and quantity_of(newest) > share.acked and parking.withdraw(newest):
        newest = _asked(share).first()
    _keep(level.pk, share, acked=share.acked)
    if newest:
        return _Shop(listing, share, quantity_of(newest))
    return _Shop(listing, share, share.acked if share.acked_op else None)


def _aim(shops: Sequence[_Shop], available: int) -> int:
    """Find what each may and should show; how many pieces there are to share out."""
    pool = max([available - shop.share.buffer for shop in shops], default=available)
    for shop in shops:
        shop.most = limit(shop.share, available)
    limits = {shop.listing.pk: shop.most for shop in shops}
    targets = fair(max(pool, 0), limits, {shop.listing.pk: shop.asked or 0 for shop in shops})
    for shop in shops:
        shop.target = targets[shop.listing.pk]
    return max(pool, 0)


def limit(rule: ChannelStock | None, available: int) -> int:
    """What a shop may show at most of so many available pieces."""
    if rule is None:
        return max(available, 0)
    most = max(available - rule.buffer, 0)
    return most if rule.cap is None else min(most, rule.cap)


def fair(pool: int, limits: Mapping[int, int], shown: Mapping[int, int]) -> dict[int, int]:
    """Equal shares of the pool within each limit; odd pieces to those who show most already."""
    dealt = dict.fromkeys(limits, 0)
    while open_ones := [pk for pk in limits if dealt[pk] < limits[pk]]:
        each, odd = divmod(pool, len(open_ones))
        if not each:
            for pk in sorted(open_ones, key=lambda pk: (-shown[pk], pk))[:odd]:
                dealt[pk] += 1
            break
        for pk in open_ones:
            more = min(each, limits[pk] - dealt[pk])
            dealt[pk] += more
            pool -= more
    return dealt


def _ask(level_pk: int, shop: _Shop, quantity: int, say: Say) -> None:
    """Ask for no more than the share holds."""
    say(shop.listing, quantity)
    ChannelStock.objects.filter(pk=shop.share.pk).update(is_unsure=False)
    _keep(level_pk, shop.share, acked=shop.share.acked)
    shop.asked = quantity


def _is_starving(shop: _Shop) -> bool:
    """Half of its due or less: worth telling the others to show fewer. Each sale is not."""
    asked = shop.asked or 0
    return shop.target > asked and asked * 2 <= shop.target


def _raise(level_pk: int, shop: _Shop, say: Say) -> None:
    """Let the shop show more, as far as pieces are in nobody's share."""
    level = StockLevel.objects.get(pk=level_pk)
    free = max(level.on_hand - level.reserved - level.published, 0)
    quantity = min(shop.target, shop.share.held + free)
    if shop.asked is not None and quantity <= shop.asked:
        return
    more = max(quantity - shop.share.held, 0)
    # The condition is asked of the row itself; the constraint behind it would refuse, too.
    fits = StockLevel.objects.filter(
        pk=level_pk, on_hand__gte=F("reserved") + F("published") + more
    )
    if more and not fits.update(published=F("published") + more):
        return
    ChannelStock.objects.filter(pk=shop.share.pk).update(held=F("held") + more)
    say(shop.listing, quantity)


# --- On and off ----------------------------------------------------------------------------------


def level_of(product: Product) -> StockLevel | None:
    """The pieces that are shared out; None in pooled mode."""
    return StockLevel.objects.filter(product=product, is_strict=True).first()


@transaction.atomic
def make_strict(*, product: Product, by: User) -> bool:
    """Share the pieces out from now on; False when they are. Raises InABundle.

    What the shops show already is more than there is as long as they have not lowered it. The
    caller says that the stock has changed.
    """
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if BundlePart.objects.filter(Q(bundle=product) | Q(part=product)).exists():
        raise InABundle
    location = own_location(product.partner)
    StockLevel.objects.get_or_create(product=product, location=location)
    level = StockLevel.objects.select_for_update().get(product=product, location=location)
    if level.is_strict:
        return False
    StockLevel.objects.filter(pk=level.pk).update(is_strict=True)
    for listing in product.listings.order_by("pk"):
        _begin(level, listing)
    _audit(product, by, "pooled", "strict")
    return True


def _begin(level: StockLevel, listing: Listing) -> None:
    """A share holds what the shop shows now, or may be showing."""
    share, _ = _share(listing)
    done = Operation.objects.filter(
        subject=listing.subject, kind=Operation.Kind.PUSH_STOCK, state=State.DONE
    )
    if last := done.order_by("-pk").first():
        share.acked_op, share.acked_at = last.pk, last.finished_at
        share.save(update_fields=["acked_op", "acked_at"])
    _keep(level.pk, share, acked=max(listing.sent_stock or 0, 0))


@transaction.atomic
def make_pooled(*, product: Product, by: User) -> bool:
    """Every shop shows what is available; False when they do. The caller says it has changed."""
    level = _locked(product.pk)
    if level is None:
        return False
    ChannelStock.objects.filter(listing__product=product).update(
        acked=0, acked_at=None, acked_op=0, held=0, is_unsure=False
    )
    StockLevel.objects.filter(pk=level.pk).update(is_strict=False, published=0, overhang=0)
    _audit(product, by, "strict", "pooled")
    return True


def _audit(product: Product, by: User, before: str, after: str) -> None:
    audit.record(
        "STOCK_MODE_CHANGED",
        partner=product.partner,
        actor=by,
        entity=product,
        before={"mode": before},
        after={"mode": after},
    )
