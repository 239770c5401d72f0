"""Many prices changed at once, carefully.

Each line passes the guard. A few of them go first; the others follow when every shop has taken
those. A batch in which many prices do not earn their cost stops before anything is sent: that is
what a formula that slipped looks like.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from marketplaces.connectors.base import Capability
from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.models import Operation, Stream
from partners import audit
from partners.models import Partner, User
from partners.services import notices
from products.models import Listing, PriceBatch, PriceBatchRow, Product
from products.services import fees, price_changes
from products.services.price_changes import Origin
from products.services.price_guard import Code, Outlook, Refused
from products.services.pricing import HUNDRED
from sellercloudx.lib.money import Money
from sellercloudx.lib.queue import wake

State, RowState, Frozen = PriceBatch.State, PriceBatchRow.State, PriceBatch.Frozen
BY_BATCH = "batch"
CANARY_PERCENT = 5
# More than so many percent of the lines below their floor: the batch is looked at first.
FREEZE_PERCENT = 20
CHUNK = 50
# Codes of lines beside the guard's own.
UNKNOWN_SKU, UNREADABLE, CHANGED_SINCE, TWICE = "unknown_sku", "unreadable", "changed", "twice"
FLOORS = (Code.BELOW_FLOOR, Code.NOTHING_LEFT)


@dataclass(frozen=True)
class Line:
    """What is asked for; no price where what was written is none: do not touch."""

    sku: str
    price: Decimal | None = None


@dataclass(frozen=True)
class Planned:
    """A line as it would be carried out now."""

    sku: str
    product: Product | None
    before: Decimal | None
    after: Decimal | None
    state: PriceBatchRow.State
    code: str = ""
    figures: dict[str, str] | None = None


def by_percent(partner: Partner, skus: Sequence[str], percent: Decimal) -> list[Line]:
    """Today's prices so many percent higher or lower, on round sums; all products without SKUs."""
    products = Product.objects.for_partner(partner).order_by("pk")
    if skus:
        priced = dict(products.filter(sku__in=skus).values_list("sku", "price"))
    else:
        priced = dict(products.filter(price__gt=0).values_list("sku", "price"))
    currency = partner.currency
    wanted = skus or list(priced)
    return [Line(sku, _moved(priced.get(sku), percent, currency)) for sku in wanted]


def _moved(price: Decimal | None, percent: Decimal, currency: str) -> Decimal | None:
    if not price:
        return None
    moved = price * (HUNDRED + percent) / HUNDRED
    multiple = fees.ending(moved, currency)
    return (moved / multiple).to_integral_value() * multiple


def plan(partner: Partner, lines: Sequence[Line]) -> list[Planned]:
    """What each line would do; nothing is changed."""
    skus = {line.sku for line in lines}
    rows = Product.objects.for_partner(partner).filter(sku__in=skus).select_related("partner")
    products = {one.sku: one for one in rows}
    outlook = Outlook(partner, list(products.values()))
    planned, seen = [], set()
    for line in lines:
        one = _planned(line, products.get(line.sku), outlook)
        if line.sku in seen:
            one = replace(one, state=RowState.REFUSED, code=TWICE)
        seen.add(line.sku)
        planned.append(one)
    return planned


def _planned(line: Line, product: Product | None, outlook: Outlook) -> Planned:
    before = product.price if product else None
    one = Planned(line.sku, product, before, line.price, RowState.WAITING)
    if product is None:
        return replace(one, state=RowState.REFUSED, code=UNKNOWN_SKU)
    if line.price is None:
        return replace(one, state=RowState.REFUSED, code=UNREADABLE)
    if line.price == before:
        return replace(one, state=RowState.SAME)
    price = Money(line.price, product.currency)
    refusal = outlook.judge(product, price, told=before, is_automatic=True)
    if refusal is None:
        return one
    return replace(one, state=RowState.REFUSED, code=refusal.code, figures=refusal.as_json())


def is_suspicious(codes: Iterable[str]) -> bool:
    """Whether more lines than may be stand below their floor."""
    codes = list(codes)
    low = sum(code in FLOORS for code in codes)
    return low * HUNDRED > len(codes) * FREEZE_PERCENT


@transaction.atomic
def start(*, partner: Partner, by: User, lines: Sequence[Line], submission: UUID) -> PriceBatch:
    """Write the batch down and begin; the same `submission` is one batch."""
    batch, is_new = PriceBatch.objects.get_or_create(
        partner=partner, submission=submission, defaults={"created_by": by}
    )
    if not is_new:
        return batch
    planned = plan(partner, lines)
    waiting = [number for number, one in enumerate(planned) if one.state == RowState.WAITING]
    canaries = set(waiting[: ceil(len(waiting) * CANARY_PERCENT / 100)])
    PriceBatchRow.objects.bulk_create(
        [_row(batch, number, one, number in canaries) for number, one in enumerate(planned)]
    )
    audit.record(
        "PRICES_CHANGED",
        partner=partner,
        actor=by,
        entity=batch,
        after={"count": len(planned), "changes": len(waiting)},
    )
    if is_suspicious(one.code for one in planned):
        _freeze(batch, Frozen.FLOOR)
    else:
        wake("products.services.price_batches.advance", batch.pk)
    return batch


def _row(batch: PriceBatch, number: int, one: Planned, is_canary: bool) -> PriceBatchRow:
    return PriceBatchRow(
        batch=batch,
        number=number,
        sku=one.sku[:80],
        product=one.product,
        before=one.before,
        after=one.after,
        is_canary=is_canary,
        state=one.state,
        code=one.code,
        figures=one.figures or {},
    )


def _freeze(batch: PriceBatch, why: str) -> None:
    frozen = PriceBatch.objects.filter(pk=batch.pk, state__in=PriceBatch.OPEN)
    if not frozen.update(state=State.FROZEN, frozen_for=why):
        return
    batch.state, batch.frozen_for = State.FROZEN, why
    notices.notify_partner(
        batch.partner,
        kind="prices_frozen",
        data={"batch": batch.pk},
        url=f"/partner-dashboard/products/prices/many/{batch.pk}/",
        dedupe=f"prices_frozen:{batch.pk}:{why}",
    )


def wake_due() -> None:
    """Called by the clock: batches whose first prices may have been taken by now."""
    for pk in PriceBatch.objects.filter(state__in=PriceBatch.OPEN).values_list("pk", flat=True):
        wake("products.services.price_batches.advance", pk)


def advance(batch_id: int) -> str:
    """Go as far as may be gone now; the state it is in then."""
    while _step(batch_id):
        pass
    return PriceBatch.objects.values_list("state", flat=True).get(pk=batch_id)


@transaction.atomic
def _step(batch_id: int) -> bool:
    """One piece of the batch, under its lock; whether there may be another."""
    rows = PriceBatch.objects.select_for_update(of=("self",)).select_related("partner")
    batch = rows.get(pk=batch_id)
    if batch.state not in PriceBatch.OPEN:
        return False
    is_first = batch.state == State.CANARY
    turn = batch.rows.filter(state=RowState.WAITING)
    if is_first:
        turn = turn.filter(is_canary=True)
    some = list(turn.select_related("product").order_by("number")[:CHUNK])
    for row in some:
        _set(batch, row)
    if some:
        return not _freezes(batch)
    return _let_others_follow(batch) if is_first else _finish(batch)


def _set(batch: PriceBatch, row: PriceBatchRow) -> None:
    code, figures, change = "", {}, None
    # Only a line with a product waits for its turn.
    product = Product.objects.select_for_update(no_key=True).get(pk=row.product_id or 0)
    try:
        if product.price != row.before or row.after is None:
            code = CHANGED_SINCE
        else:
            origin = Origin(batch.created_by, BY_BATCH, rule=BY_BATCH)
            price_changes.set_price(product=product, price=row.after, origin=origin)
            change = product.price_changes.latest("pk")
    except Refused as error:
        code, figures = error.refusal.code, error.refusal.as_json()
    row.state = RowState.REFUSED if code else RowState.SET
    row.code, row.figures, row.change = code, figures, change
    row.save(update_fields=["state", "code", "figures", "change"])


def _freezes(batch: PriceBatch) -> bool:
    """Costs or fees may have changed since it was planned."""
    if batch.is_released or not is_suspicious(batch.rows.values_list("code", flat=True)):
        return False
    _freeze(batch, Frozen.FLOOR)
    return True


def _let_others_follow(batch: PriceBatch) -> bool:
    """Once each shop has taken the first prices and holds none of them back."""
    listings = list(
        Listing.objects.filter(
            product__in=batch.rows.filter(is_canary=True, state=RowState.SET).values("product")
        ).select_related("connection", "product")
    )
    verdicts = {_verdict(listing) for listing in listings}
    for bad in (Frozen.REFUSED, Frozen.HELD):
        if bad in verdicts:
            _freeze(batch, bad)
            return False
    if "wait" in verdicts:
        return False
    PriceBatch.objects.filter(pk=batch.pk, state=State.CANARY).update(state=State.RUNNING)
    return True


def _verdict(listing: Listing) -> str:
    """What a shop said to the newest price of a listing: "", "wait", or why the batch is frozen."""
    operation = (
        Operation.objects.filter(subject=listing.subject, kind=Operation.Kind.PUSH_PRICE)
        .order_by("-pk")
        .first()
    )
    if operation is None:
        # It is not sold there yet.
        return ""
    if operation.state in Operation.OPEN:
        return "wait"
    if operation.state != Operation.State.DONE:
        return Frozen.REFUSED
    if listing.price_held_at:
        return Frozen.HELD
    return "" if _has_been_looked_at(listing) else "wait"


def _has_been_looked_at(listing: Listing) -> bool:
    """Whether the quarantine was read since the price was told, where there is one to read."""
    slug = listing.connection.marketplace
    if slug not in CONNECTORS or listing.price_told_at is None:
        return True
    if not connector_class(slug).supports(Capability.PRICE_QUARANTINE):
        return True
    read = Stream.objects.filter(connection=listing.connection_id, name="held_prices")
    return read.filter(succeeded_at__gt=listing.price_told_at).exists()


def _finish(batch: PriceBatch) -> bool:
    running = PriceBatch.objects.filter(pk=batch.pk, state=State.RUNNING)
    running.update(state=State.DONE, finished_at=timezone.now())
    return False


@transaction.atomic
def release(*, batch: PriceBatch, by: User) -> bool:
    """Go on all the same with the lines that pass the guard; whether it was frozen."""
    frozen = PriceBatch.objects.filter(pk=batch.pk, state=State.FROZEN)
    has_begun = batch.rows.filter(is_canary=True).exclude(state=RowState.WAITING).exists()
    state = State.RUNNING if has_begun else State.CANARY
    if not frozen.update(state=state, frozen_for="", is_released=True):
        return False
    audit.record("PRICES_RELEASED", partner=batch.partner, actor=by, entity=batch)
    wake("products.services.price_batches.advance", batch.pk)
    return True


@transaction.atomic
def stop(*, batch: PriceBatch, by: User) -> bool:
    """What has not been set stays as it is; whether anything was left to set."""
    going = PriceBatch.objects.filter(pk=batch.pk, state__in=(*PriceBatch.OPEN, State.FROZEN))
    if not going.update(state=State.STOPPED, finished_at=timezone.now()):
        return False
    batch.rows.filter(state=RowState.WAITING).update(state=RowState.DROPPED)
    audit.record("PRICES_STOPPED", partner=batch.partner, actor=by, entity=batch)
    return True


def counts(batch: PriceBatch) -> dict[str, int]:
    """How many lines are in each state; together they are all lines."""
    states = RowState.values
    return batch.rows.aggregate(
        total=Count("pk"), **{one: Count("pk", filter=Q(state=one)) for one in states}
    )
