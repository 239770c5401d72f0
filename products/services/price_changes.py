"""Prices as they are set: each with its waterfall, each kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from marketplaces.models import Connection
from partners import audit
from partners.models import User
from products.models import Listing, PriceChange, PriceProposal, Product
from products.services import listings, price_guard, pricing, publishing, shop_rates
from products.services.fees import Shop
from products.services.price_guard import BY_PERSON, LOSS, STEP, Refused
from products.services.price_limits import limits_of
from products.services.pricing import Proposal, Step
from sellercloudx.lib.money import Money
from sellercloudx.lib.queue import wake

BY_RULES = "rules"


class BelowFloor(Refused):
    """The price does not earn back cost, the known fees and the smallest margin."""

    @property
    def floor(self) -> Decimal | None:
        """What would; None where no price does."""
        return self.refusal.bound


def proposal_for(product: Product, shops: Sequence[Connection] | None = None) -> Proposal | None:
    """What we would ask for the product today; None where the cost is not known."""
    if product.cost is None:
        return None
    shops = listings.working_connections(product.partner) if shops is None else shops
    margin = limits_of([product])[product.pk].margin
    return proposal_from(product, shop_rates.shops_of(shops, _quoted(product)), margin)


def _quoted(product: Product) -> list[Listing]:
    """Its places with what marketplaces quoted; a product that is just made has none."""
    return list(product.listings.select_related("quoted_fee")) if product.pk else []


def proposal_from(
    product: Product, shops: Sequence[Shop], least_margin: Decimal | None
) -> Proposal | None:
    """The same from what the shops are known to take."""
    if product.cost is None:
        return None
    return pricing.propose(
        least_margin=least_margin,
        cost=product.cost,
        currency=product.currency,
        shops=[one.of(product.pk) for one in shops],
        legal_form=product.partner.legal_form,
        tax_base=product.partner.tax_base,
    )


def set_first(*, product: Product, price: Decimal | None, shops: Sequence[Connection]) -> None:
    """The price of a new product: the one given, else the proposed one, else none."""
    proposal = proposal_for(product, shops)
    chosen = price or (proposal.price if proposal else None)
    if chosen is None:
        return
    product.price = chosen
    product.save(update_fields=["price"])
    by_person = price is not None
    _keep(
        product,
        before=None,
        waterfall=_waterfall(product, proposal, by_person=by_person, shops=shops),
        origin=Origin(product.created_by, BY_PERSON if by_person else BY_RULES),
    )


def _waterfall(
    product: Product,
    proposal: Proposal | None,
    *,
    by_person: bool,
    shops: Sequence[Connection] | None = None,
) -> tuple[Step, ...]:
    if product.price is None:
        return ()
    if proposal is None or product.cost is None:
        shops = listings.working_connections(product.partner) if shops is None else shops
        return pricing.without_cost(
            price=product.price,
            shops=[one.of(product.pk) for one in shop_rates.shops_of(shops, _quoted(product))],
            legal_form=product.partner.legal_form,
            tax_base=product.partner.tax_base,
        )
    if by_person and product.price != proposal.price:
        return pricing.explain(cost=product.cost, price=product.price, proposal=proposal)
    return proposal.waterfall


@dataclass(frozen=True)
class Origin:
    """Where a change comes from, and what was agreed to with it."""

    by: User | None
    made_by: str = BY_PERSON
    rule: str = ""
    accepted: tuple[str, ...] = ()
    undoes: PriceChange | None = None


def _keep(
    product: Product,
    *,
    before: Decimal | None,
    waterfall: Sequence[Step],
    origin: Origin,
) -> PriceChange:
    return PriceChange.objects.create(
        partner=product.partner,
        product=product,
        currency=product.currency,
        before=before,
        after=product.price,
        waterfall=pricing.as_json(waterfall),
        made_by=origin.made_by,
        rule=origin.rule,
        accepted=list(origin.accepted),
        undoes=origin.undoes,
        actor=origin.by,
    )


@transaction.atomic
def change_price(
    *,
    product: Product,
    price: Decimal,
    by: User,
    cost: Decimal | None = None,
    accept_loss: bool = False,
    accept_step: bool = False,
) -> Product:
    """Set what a person decided, and tell the shops that already have the product.

    Raises BelowFloor unless selling at a loss is accepted, Refused for what else the guard stops;
    a large step is let through where it is accepted.
    """
    accepted = tuple(name for name, said in ((LOSS, accept_loss), (STEP, accept_step)) if said)
    return set_price(product=product, price=price, cost=cost, origin=Origin(by, accepted=accepted))


@transaction.atomic
def set_price(
    *, product: Product, price: Decimal, origin: Origin, cost: Decimal | None = None
) -> Product:
    """The one way a price becomes another. Raises BelowFloor, Refused."""
    rows = Product.objects.select_for_update(of=("self",)).select_related("partner")
    product = rows.get(pk=product.pk)
    before = {"price": product.price, "cost": product.cost}
    product.price, product.cost = price, product.cost if cost is None else cost
    is_same = {"price": product.price, "cost": product.cost} == before
    if is_same and not (origin.accepted or _is_stopped(product)):
        return product
    proposal = proposal_for(product)
    _check(product, told=before["price"], origin=origin)
    product.save(update_fields=["price", "cost", "updated_at"])
    if not is_same or origin.accepted:
        _note_change(product, proposal, before=before, origin=origin)
    if is_same or before["price"] != price:
        _outdate_proposals(product)
        publishing.tell_price(product, by=origin.by)
    if before["cost"] != product.cost:
        wake("products.services.price_proposals.review", product.partner_id, product.pk)
    return product


def _is_stopped(product: Product) -> bool:
    return product.listings.exclude(price_stopped_for="").exists()


def _check(product: Product, *, told: Decimal | None, origin: Origin) -> None:
    """Let the guard look at the price before it is ours: for all shops, then for each."""
    assert product.price is not None  # noqa: S101  it has just been set
    price = Money(product.price, product.currency)
    refusal = price_guard.Outlook(product.partner, [product]).judge(
        product,
        price,
        told=told,
        accepted=origin.accepted,
        is_automatic=origin.made_by != BY_PERSON,
    )
    if refusal is None:
        return
    if refusal.code in (price_guard.Code.BELOW_FLOOR, price_guard.Code.NOTHING_LEFT):
        raise BelowFloor(refusal)
    raise Refused(refusal)


def _outdate_proposals(product: Product) -> None:
    """What was proposed beside another price is no answer to this one."""
    proposals = PriceProposal.objects.filter(product=product, state=PriceProposal.State.OPEN)
    proposals.update(state=PriceProposal.State.OUTDATED, decided_at=timezone.now())


def _note_change(
    product: Product,
    proposal: Proposal | None,
    *,
    before: dict[str, Decimal | None],
    origin: Origin,
) -> None:
    """Into the audit, and where the price itself is another, into its history.

    So is what was agreed to: the guard asks for it when the price is sent.
    """
    if product.price != before["price"] or origin.accepted:
        _keep(
            product,
            before=before["price"],
            waterfall=_waterfall(product, proposal, by_person=True),
            origin=origin,
        )
    audit.record(
        "PRICE_UNDONE" if origin.undoes else "PRICE_CHANGED",
        partner=product.partner,
        actor=origin.by,
        entity=product,
        before=_as_text(before),
        after=_as_text({"price": product.price, "cost": product.cost}),
    )


def _as_text(figures: dict[str, Decimal | None]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in figures.items()}


def with_latest_change(products: "QuerySet[Product]") -> "QuerySet[Product]":
    """Each with the newest change of its price, for `latest_change`."""
    newest = PriceChange.objects.filter(product=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    latest = FilteredRelation("price_changes", condition=Q(price_changes__pk=Subquery(newest)))
    # The stubs know relations of the model only.
    return products.annotate(latest_change=latest).select_related("latest_change")  # type: ignore[misc]


def latest_change(product: Product) -> PriceChange | None:
    """Of a product from `with_latest_change`; one without any comes without the attribute."""
    return getattr(product, "latest_change", None)


def is_incomplete(change: PriceChange | None, lines: Sequence[dict[str, Any]]) -> bool:
    """Whether the price is a proposal of ours that left out what was not known."""
    by_rules = change is not None and change.made_by == BY_RULES
    return by_rules and any(line["amount"] is None for line in lines)


def explained(
    product: Product, change: PriceChange | None, proposal: Proposal | None
) -> list[dict[str, Any]]:
    """The lines under the price: as it was set, or as it is since the cost is another."""
    if change is None:
        return []
    costs = [step["amount"] for step in change.waterfall if step["step"] == "cost"]
    known = [Decimal(amount) for amount in costs if amount is not None]
    if proposal is None or known == [product.cost]:
        return change.waterfall
    return pricing.as_json(_waterfall(product, proposal, by_person=True))
