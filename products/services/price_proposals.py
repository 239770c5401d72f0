"""Prices that no longer earn what they earned when they were set: another is proposed for each.

A review compares what a price leaves today with what it left when it was set, so it may run at any
time and as often as it likes: a price set low on purpose is left in peace, and so is one that a
person has kept, until something takes still more of it. Nothing is ever applied by itself.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from marketplaces.models import Connection
from partners import audit
from partners.models import Partner, User
from partners.services import notices, tax_regimes
from products.models import Listing, PriceChange, PriceProposal, Product
from products.services import (
    fee_schedules,
    listings,
    price_changes,
    price_guard,
    pricing,
    shop_rates,
)
from products.services.fees import Shop
from products.services.price_guard import Refused
from products.services.price_limits import limits_of
from products.services.pricing import HUNDRED, Proposal
from sellercloudx.lib.money import in_groups
from sellercloudx.lib.queue import wake

Place, State = PriceProposal.Place, PriceProposal.State
OURS = ("margin", "rounding")
# What these proposals are called where all that a rule did is undone.
RULE = "review"
PAGE = "/partner-dashboard/products/prices/"
# So many at once keep the transaction short.
CHUNK = 50


class NotOpen(Exception):
    """Somebody has decided already, or the price has changed since: the proposal says which."""

    def __init__(self, proposal: PriceProposal):
        super().__init__(proposal.state)
        self.proposal = proposal


def review_all_soon() -> None:
    """Something has changed for everybody, as a tax does; the worker goes through them."""
    wake("products.services.price_proposals.wake_reviews")


def wake_reviews() -> None:
    """Called by the clock each night, and after review_all_soon."""
    priced = Product.objects.filter(partner=OuterRef("pk"), cost__gt=0, price__gt=0)
    approved = Partner.objects.filter(Exists(priced), state=Partner.State.APPROVED)
    for pk in approved.values_list("pk", flat=True):
        wake("products.services.price_proposals.review", pk)


def review(partner_id: int, product_id: int | None = None) -> int:
    """Look at the prices of a partner, or at one; how many proposals were made."""
    partner = Partner.objects.get(pk=partner_id)
    if partner.state != Partner.State.APPROVED:
        return 0
    _close_unpriced(partner)
    # What woke us may be a row of a minute ago that this process has not read yet.
    tax_regimes.forget_read()
    fee_schedules.forget_read()
    shops = listings.working_connections(partner)
    priced = Product.objects.for_partner(partner).filter(cost__gt=0, price__gt=0)
    if product_id is not None:
        priced = priced.filter(pk=product_id)
    made, last = 0, 0
    while pks := list(
        priced.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    ):
        made, last = made + _review_some(pks, shops), pks[-1]
    _tell(partner)
    return made


@transaction.atomic
def _review_some(pks: Sequence[int], shops: Sequence[Connection]) -> int:
    locked = Product.objects.select_for_update(of=["self"], no_key=True).select_related("partner")
    products = list(locked.filter(pk__in=pks, price__gt=0).order_by("pk"))
    listed = Listing.objects.filter(product__in=products).select_related("quoted_fee")
    wanted = _wanted(products, shop_rates.shops_of(shops, listed))
    _close([pk for pk in pks if pk not in wanted])
    standing = {one.product_id: one for one in _open(pks)}
    stale = [pk for pk, new in wanted.items() if pk in standing and not _is_same(standing[pk], new)]
    _close(stale)
    new = [one for pk, one in wanted.items() if pk not in standing or pk in stale]
    PriceProposal.objects.bulk_create(new)
    return len(new)


def _close_unpriced(partner: Partner) -> None:
    """Without a cost nobody knows what a price leaves."""
    still_open = PriceProposal.objects.for_partner(partner).filter(state=State.OPEN)
    unpriced = still_open.exclude(product__cost__gt=0, product__price__gt=0)
    unpriced.update(state=State.OUTDATED, decided_at=timezone.now())


def _open(pks: Iterable[int]) -> QuerySet[PriceProposal]:
    return PriceProposal.objects.filter(product__in=pks, state=State.OPEN)


def _close(pks: Sequence[int]) -> None:
    _open(pks).update(state=State.OUTDATED, decided_at=timezone.now())


def _is_same(old: PriceProposal, new: PriceProposal) -> bool:
    return (old.before, old.after, old.left) == (new.before, new.after, new.left)


def _wanted(products: Sequence[Product], shops: Sequence[Shop]) -> dict[int, PriceProposal]:
    set_by, kept = price_guard.latest_changes(products), _last_kept(products)
    limits = limits_of(products)
    found = {}
    for product in products:
        proposal = price_changes.proposal_from(product, shops, limits[product.pk].margin)
        was = set_by.get(product.pk)
        if proposal and (one := _proposed(product, proposal, was, kept.get(product.pk))):
            found[product.pk] = one
    return found


def _last_kept(products: Sequence[Product]) -> dict[int, PriceProposal]:
    declined = PriceProposal.objects.filter(product__in=products, state=State.DECLINED)
    newest = declined.order_by().values("product").annotate(newest=Max("pk")).values("newest")
    return {one.product_id: one for one in PriceProposal.objects.filter(pk__in=newest)}


def _proposed(
    product: Product, proposal: Proposal, was: PriceChange | None, kept: PriceProposal | None
) -> PriceProposal | None:
    """Where the price leaves less than the target, and less than its seller agreed to."""
    price, after = product.price, proposal.price
    if price is None or product.cost is None or after is None or after <= price:
        return None
    now = pricing.as_json(pricing.explain(cost=product.cost, price=price, proposal=proposal))
    left, agreed = _left(now, price), _agreed(price, was, kept)
    if left >= _target(proposal) * price or (agreed is not None and left >= agreed):
        return None
    is_loss = proposal.floor is not None and price < proposal.floor
    return PriceProposal(
        partner=product.partner,
        product=product,
        currency=product.currency,
        before=price,
        left=left,
        after=after,
        waterfall=pricing.as_json(proposal.waterfall),
        reasons=["below_floor" if is_loss else "below_target", *_grown(now, was)],
    )


def _left(lines: Sequence[dict[str, Any]], price: Decimal) -> Decimal:
    """What is known to be taken stays with others; the rest is the seller's."""
    return price - sum(_amounts(lines).values(), Decimal(0))


def _amounts(lines: Sequence[dict[str, Any]]) -> dict[str, Decimal]:
    return {
        line["step"]: Decimal(line["amount"])
        for line in lines
        if line["step"] not in OURS and line["amount"] is not None
    }


def _target(proposal: Proposal) -> Decimal:
    shares = [step.percent for step in proposal.waterfall if step.reason == "target"]
    return (shares[0] or Decimal(0)) / HUNDRED if shares else Decimal(0)


def _agreed(price: Decimal, was: PriceChange | None, kept: PriceProposal | None) -> Decimal | None:
    """The least that somebody took this price for; None where its cost was not known then."""
    agreed = []
    if was is not None and was.after == price and "cost" in _amounts(was.waterfall):
        agreed.append(_left(was.waterfall, price))
    if kept is not None and kept.before == price:
        agreed.append(kept.left)
    return min(agreed, default=None)


def _grown(now: Sequence[dict[str, Any]], was: PriceChange | None) -> list[str]:
    """The steps that take more than when the price was set."""
    before = _amounts(was.waterfall) if was is not None else {}
    return [step for step, amount in _amounts(now).items() if amount > before.get(step, 0)]


# Told


@transaction.atomic
def _tell(partner: Partner) -> None:
    """Once of each; of several at once in one message with their number."""
    untold = PriceProposal.objects.for_partner(partner).filter(state=State.OPEN, told_at=None)
    news = list(untold.select_for_update(of=["self"]).select_related("product").order_by("pk"))
    if not news:
        return
    PriceProposal.objects.filter(pk__in=[one.pk for one in news]).update(told_at=timezone.now())
    is_one = len(news) == 1
    notices.notify_partner(
        partner,
        kind="price_proposal" if is_one else "price_proposals",
        data=_said(news[0]) if is_one else {"count": len(news)},
        url=PAGE,
        dedupe=f"price_proposal:{news[-1].pk}",
    )


def _said(proposal: PriceProposal) -> dict[str, Any]:
    return {
        "proposal": proposal.pk,
        "product": proposal.product.name,
        "before": in_groups(proposal.before),
        "left": in_groups(proposal.left),
        "after": in_groups(proposal.after),
        "currency": proposal.currency,
    }


# Decided


def accept(*, proposal: PriceProposal, by: User, place: PriceProposal.Place) -> None:
    """Set the proposed price as a person would by hand. Raises NotOpen."""
    with transaction.atomic():
        product = _locked(proposal)
        if product.price == proposal.before:
            is_set = _decide(proposal, State.ACCEPTED, by=by, place=place)
            is_set = is_set and _set_price(proposal, product, by)
        else:
            is_set = False
            _outdate(proposal, by, was=State.OPEN)
    if not is_set:
        raise _not_open(proposal)


def _set_price(proposal: PriceProposal, product: Product, by: User) -> bool:
    """Whether the guard still lets the proposed price through; its step was seen and agreed to."""
    origin = price_changes.Origin(by, rule=RULE, accepted=(price_guard.STEP,))
    try:
        price_changes.set_price(product=product, price=proposal.after, origin=origin)
    except Refused:
        _outdate(proposal, by, was=State.ACCEPTED)
        wake("products.services.price_proposals.review", product.partner_id, product.pk)
        return False
    _note("PRICE_PROPOSAL_ACCEPTED", proposal, by)
    return True


def _outdate(proposal: PriceProposal, by: User, *, was: PriceProposal.State) -> None:
    """It holds no more, which nobody decided; that somebody said yes to it stands in the audit."""
    is_new = PriceProposal.objects.filter(pk=proposal.pk, state=was).update(
        state=State.OUTDATED, decided_at=timezone.now(), decided_by=None, decided_in=""
    )
    if is_new:
        _note("PRICE_PROPOSAL_TOO_LATE", proposal, by)


def decline(*, proposal: PriceProposal, by: User, place: PriceProposal.Place) -> None:
    """Keep the price, also when the same is reviewed again. Raises NotOpen."""
    with transaction.atomic():
        # A review that runs meanwhile sees what was kept, or is waited for.
        _locked(proposal)
        is_ours = _decide(proposal, State.DECLINED, by=by, place=place)
        if is_ours:
            _note("PRICE_PROPOSAL_DECLINED", proposal, by)
    if not is_ours:
        raise _not_open(proposal)


def _locked(proposal: PriceProposal) -> Product:
    return Product.objects.select_for_update(no_key=True).get(pk=proposal.product_id)


def _decide(
    proposal: PriceProposal, state: PriceProposal.State, *, by: User, place: PriceProposal.Place
) -> bool:
    still_open = PriceProposal.objects.filter(pk=proposal.pk, state=State.OPEN)
    return bool(
        still_open.update(state=state, decided_at=timezone.now(), decided_by=by, decided_in=place)
    )


def _note(action: str, proposal: PriceProposal, by: User) -> None:
    audit.record(
        action,
        partner=proposal.partner,
        actor=by,
        entity=proposal,
        before={"price": str(proposal.before)},
        after={"price": str(proposal.after)},
    )


def _not_open(proposal: PriceProposal) -> NotOpen:
    proposal.refresh_from_db(fields=["state", "decided_at", "decided_by", "decided_in"])
    return NotOpen(proposal)
