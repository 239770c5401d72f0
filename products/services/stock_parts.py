"""Bundles: a SKU made of pieces of others. It has no stock of its own, so nothing is counted twice.

One level only: a bundle is no part of another. So none can come to hold itself, by any way round.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from partners import audit
from partners.models import User
from products.models import BundlePart, Location, Product, Reservation, StockLevel
from products.services.stock_ledger import say_changed

MOST_PARTS = 30
MOST_PIECES = 1000


class CannotBeBundle(Exception):
    """`code` says why: itself, part, bundle, stock, promised, strict; `sku` of what."""

    def __init__(self, code: str, sku: str):
        super().__init__(f"{code}: {sku}")
        self.code, self.sku = code, sku


@transaction.atomic
def set_parts(*, bundle: Product, parts: Mapping[Product, int], by: User | None = None) -> bool:
    """Say what a bundle is made of; no parts: it is one no more. False when it was so already.

    Raises CannotBeBundle.
    """
    concerned = sorted({bundle.pk, *(part.pk for part in parts)})
    # In the order of their numbers: of two bundles made of each other, the second finds the first.
    list(Product.objects.select_for_update(no_key=True).filter(pk__in=concerned).order_by("pk"))
    before = _written(bundle)
    after = {part.sku: quantity for part, quantity in parts.items()}
    if before == after:
        return False
    _check(bundle, parts)
    BundlePart.objects.filter(bundle=bundle).delete()
    BundlePart.objects.bulk_create(
        BundlePart(partner_id=bundle.partner_id, bundle=bundle, part=part, quantity=quantity)
        for part, quantity in parts.items()
    )
    audit.record(
        "BUNDLE_CHANGED",
        partner=bundle.partner,
        actor=by,
        entity=bundle,
        before={"parts": before},
        after={"parts": after},
    )
    say_changed([bundle], has_more=True)
    return True


def _written(bundle: Product) -> dict[str, int]:
    parts = BundlePart.objects.filter(bundle=bundle).order_by("part")
    return dict(parts.values_list("part__sku", "quantity"))


def _check(bundle: Product, parts: Mapping[Product, int]) -> None:
    if bundle in parts:
        raise CannotBeBundle("itself", bundle.sku)
    if not parts:
        return
    if BundlePart.objects.filter(part=bundle).exists():
        raise CannotBeBundle("part", bundle.sku)
    if nested := Product.objects.filter(parts__isnull=False, pk__in=_pks(parts)).first():
        raise CannotBeBundle("bundle", nested.sku)
    held = StockLevel.objects.filter(Q(product__in=_pks(parts)) | Q(product=bundle))
    if strict := held.filter(is_strict=True).select_related("product").first():
        raise CannotBeBundle("strict", strict.product.sku)
    live = Reservation.objects.filter(product=bundle, state=Reservation.State.LIVE)
    if live.exists():
        raise CannotBeBundle("promised", bundle.sku)
    if StockLevel.objects.filter(product=bundle).exclude(on_hand=0).exists():
        raise CannotBeBundle("stock", bundle.sku)


def _pks(parts: Mapping[Product, int]) -> list[int]:
    return [part.pk for part in parts]


def parts_of(bundle: Product) -> list[BundlePart]:
    parts = BundlePart.objects.filter(bundle=bundle).select_related("part")
    return list(parts.order_by("part"))


def with_all_parts(bundle: OuterRef, bundles: Any) -> Q:
    """Whether the parts of a bundle are free for so many; asked of the row of `bundle`.

    `bundles`: how many, a number or an expression of that row.
    """
    parts = BundlePart.objects.filter(bundle=bundle)
    return Q(Exists(parts)) & ~Q(Exists(_lacking(parts, bundles)))


def _lacking(parts: QuerySet[BundlePart], bundles: Any) -> QuerySet[BundlePart]:
    enough = StockLevel.objects.filter(
        product=OuterRef("part"),
        location__kind=Location.Kind.OWN,
        on_hand__gte=F("reserved") + OuterRef("needed"),
    )
    return parts.annotate(needed=F("quantity") * bundles).filter(~Exists(enough))
