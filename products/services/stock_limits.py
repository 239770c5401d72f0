"""What a partner decides about a product's stock in its shops: what is kept back, the most that is
shown, and whether the pieces are shared out."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from partners import audit
from partners.models import User
from products.models import ChannelStock, Listing, Product, StockLevel
from products.services import publishing, stock_shares
from products.services.stock_levels import LARGEST_QUANTITY, NotAQuantity, TooMany


@dataclass(frozen=True)
class Limits:
    """Pieces a shop never shows, and the most it shows; None: as many as there are."""

    buffer: int = 0
    cap: int | None = None


def limits_of(listing: Listing) -> Limits:
    rule = getattr(listing, "channel", None)
    return Limits(rule.buffer, rule.cap) if rule else Limits()


@transaction.atomic
def set_limits(*, product: Product, limits: Mapping[Listing, Limits], by: User) -> int:
    """Keep back and show at most so much; shops that show another number now are told.

    How many shops' limits changed. Raises NotAQuantity, TooMany.
    """
    # Whoever changes the stock waits, and then tells it by the new limits.
    _hold_still(product)
    changed = []
    for listing, wanted in limits.items():
        _check(wanted)
        rule, _ = ChannelStock.objects.get_or_create(
            listing=listing, defaults={"partner_id": listing.partner_id}
        )
        before = Limits(rule.buffer, rule.cap)
        if before != wanted:
            ChannelStock.objects.filter(pk=rule.pk).update(buffer=wanted.buffer, cap=wanted.cap)
            _audit(listing, before, wanted, by)
            changed.append(listing.pk)
    if changed:
        publishing.offer_again(product, changed)
    return len(changed)


def _check(limits: Limits) -> None:
    for number in (limits.buffer, limits.cap or 0):
        if number < 0:
            raise NotAQuantity(number)
        if number > LARGEST_QUANTITY:
            raise TooMany(number)


@transaction.atomic
def set_mode(*, product: Product, is_strict: bool, by: User) -> bool:
    """Share the pieces out, or show all of them everywhere; False when it is so.

    Raises InABundle.
    """
    change = stock_shares.make_strict if is_strict else stock_shares.make_pooled
    if not change(product=product, by=by):
        return False
    publishing.tell_stock([product])
    return True


def _hold_still(product: Product) -> None:
    of_it = Q(product=product) | Q(product__part_of__bundle=product)
    pks = StockLevel.objects.filter(of_it).values_list("pk", flat=True).distinct()
    levels = StockLevel.objects.select_for_update(no_key=True).filter(pk__in=list(pks))
    list(levels.order_by("product_id", "pk"))


def _audit(listing: Listing, before: Limits, after: Limits, by: User) -> None:
    audit.record(
        "STOCK_LIMITS_CHANGED",
        partner=listing.partner,
        actor=by,
        entity=listing,
        before={"buffer": before.buffer, "cap": before.cap},
        after={"buffer": after.buffer, "cap": after.cap},
    )
