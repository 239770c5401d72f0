"""Every hour: does the stock add up? What we find is on the partner's page, and our people hear.

Each question is one statement, so that it sees one moment and no change halfway.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners.models import Partner
from partners.services import notices
from products.models import ChannelStock, Reservation, StockCheck, StockLevel, StockMovement
from products.services import stock_shares
from sellercloudx.lib.queue import wake

KEPT = timedelta(days=30)
# Pieces that may be sold twice are no mistake of ours: the shops have not lowered them yet.
UNCOVERED = "uncovered"
# Rows named in one result.
NAMED = 50
# What a level says -> what it must be.
MUST_BE = {
    "ledger": ("on_hand", "moved"),
    "reservations": ("reserved", "promised"),
    "shares": ("published", "shared"),
}


def wake_checks() -> None:
    """Called by the clock."""
    approved = Partner.objects.filter(state=Partner.State.APPROVED)
    for pk in approved.values_list("pk", flat=True):
        wake("products.services.stock_check.check", pk)


def check(partner_id: int) -> StockCheck:
    """Look at everything of a partner, and write down what was looked at and what is wrong."""
    partner = Partner.objects.get(pk=partner_id)
    levels = _levels(partner)
    shares = _strict_shares(partner)
    wrong = [*_sums(levels), *_uncovered(levels), *_answers(shares), *_bundles(partner)][:NAMED]
    live = Reservation.objects.for_partner(partner).filter(state=Reservation.State.LIVE)
    checked = {
        "levels": levels.count(),
        "reservations": live.count(),
        "shares": len(shares),
    }
    now = timezone.now()
    StockCheck.objects.for_partner(partner).filter(at__lt=now - KEPT).delete()
    made = StockCheck.objects.create(partner=partner, at=now, checked=checked, wrong=wrong)
    if ours := [one for one in wrong if one["code"] != UNCOVERED]:
        _tell_staff(partner, made, ours)
    return made


def latest(partner: Partner) -> StockCheck | None:
    return StockCheck.objects.for_partner(partner).order_by("-pk").first()


def _levels(partner: Partner) -> QuerySet[StockLevel]:
    here = {"product": OuterRef("product"), "location": OuterRef("location")}
    live = Reservation.objects.filter(**here, state=Reservation.State.LIVE)
    shares = ChannelStock.objects.filter(listing__product=OuterRef("product"))
    # Shares are of the pieces in one place.
    return (
        StockLevel.objects.filter(product__partner=partner)
        .select_related("product")
        .annotate(
            moved=_sum(StockMovement.objects.filter(**here), "product", "quantity"),
            promised=_sum(live, "product", "quantity"),
            given=_sum(shares, "listing__product", "held"),
        )
        .order_by("pk")
    )


def _sum(rows: QuerySet[Any], by: str, name: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(by).annotate(all=Sum(name)).values("all")), 0)


def _sums(levels: QuerySet[StockLevel]) -> Iterator[dict[str, Any]]:
    odd = levels.filter(
        ~Q(on_hand=F("moved"))
        | ~Q(reserved=F("promised"))
        | (Q(is_strict=True) & ~Q(published=F("given")))
    )
    for level in odd[:NAMED]:
        level.shared = level.given if level.is_strict else 0  # type: ignore[attr-defined]
        for code, (said, true) in MUST_BE.items():
            if getattr(level, said) != getattr(level, true):
                yield _finding(code, level, getattr(level, true), getattr(level, said))


def _uncovered(levels: QuerySet[StockLevel]) -> Iterator[dict[str, Any]]:
    for level in levels.filter(published__gt=F("on_hand") - F("reserved"))[:NAMED]:
        free = level.on_hand - level.reserved
        yield _finding(UNCOVERED, level, free, level.published)


def _strict_shares(partner: Partner) -> list[ChannelStock]:
    strict = StockLevel.objects.filter(product__partner=partner, is_strict=True)
    shares = ChannelStock.objects.for_partner(partner).filter(
        listing__product__in=strict.values("product")
    )
    return list(shares.select_related("listing__product").order_by("listing__product", "pk"))


def _answers(shares: list[ChannelStock]) -> Iterator[dict[str, Any]]:
    """Whether each share holds whatever the shop may be showing."""
    for share in shares:
        with transaction.atomic():
            level, now, most = stock_shares.looked_at(share)
        if level and now.held != most:
            yield _finding("held", level, most, now.held)


def _bundles(partner: Partner) -> Iterator[dict[str, Any]]:
    """A bundle has no stock of its own."""
    levels = StockLevel.objects.filter(product__partner=partner, product__parts__isnull=False)
    for level in levels.exclude(on_hand=0, reserved=0).select_related("product").distinct():
        yield _finding("bundle", level, 0, level.on_hand)


def _finding(code: str, level: StockLevel, expected: int, found: int) -> dict[str, Any]:
    return {
        "code": code,
        "product": level.product_id,
        "sku": level.product.sku,
        "expected": expected,
        "found": found,
    }


def _tell_staff(partner: Partner, made: StockCheck, wrong: list[dict[str, Any]]) -> None:
    notices.notify_staff(
        kind="stock_wrong",
        partner=partner,
        data={
            "company": partner.company_name,
            "products": ", ".join(sorted({one["sku"] for one in wrong}))[:250],
        },
        url=f"/admin-panel/partners/{partner.pk}/",
        # Once a day as long as it lasts.
        dedupe=f"stock_wrong:{partner.pk}:{timezone.localdate(made.at)}",
    )
