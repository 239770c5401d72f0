"""Prices as they are set: each with its waterfall, each kept."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from marketplaces.models import Connection
from partners import audit
from partners.models import User
from products.models import PriceChange, PriceProposal, Product
from products.services import listings, pricing, publishing, shop_rates
from products.services.fees import Shop
from products.services.pricing import Proposal, Step
from sellercloudx.lib.queue import wake

BY_RULES = "rules"
BY_PERSON = "person"


class BelowFloor(Exception):
    """The price does not earn back cost and the known fees; `floor` would."""

    def __init__(self, floor: Decimal):
        super().__init__(floor)
        self.floor = floor


def proposal_for(product: Product, shops: Sequence[Connection] | None = None) -> Proposal | None:
    """What we would ask for the product today; None where the cost is not known."""
    if product.cost is None:
        return None
    shops = listings.working_connections(product.partner) if shops is None else shops
    return proposal_from(product, shop_rates.shops_of(shops))


def proposal_from(product: Product, shops: Sequence[Shop]) -> Proposal | None:
    """The same from what the shops are known to take."""
    if product.cost is None:
        return None
    return pricing.propose(
        cost=product.cost,
        currency=product.currency,
        shops=shops,
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
        waterfall=_waterfall(product, proposal, by_person=by_person),
        made_by=BY_PERSON if by_person else BY_RULES,
        by=product.created_by,
    )


def _waterfall(product: Product, proposal: Proposal | None, *, by_person: bool) -> tuple[Step, ...]:
    if proposal is None or product.cost is None or product.price is None:
        return ()
    if by_person and product.price != proposal.price:
        return pricing.explain(cost=product.cost, price=product.price, proposal=proposal)
    return proposal.waterfall


def _keep(
    product: Product,
    *,
    before: Decimal | None,
    waterfall: Sequence[Step],
    made_by: str,
    by: User | None,
) -> PriceChange:
    return PriceChange.objects.create(
        partner=product.partner,
        product=product,
        currency=product.currency,
        before=before,
        after=product.price,
        waterfall=pricing.as_json(waterfall),
        made_by=made_by,
        actor=by,
    )


@transaction.atomic
def change_price(
    *,
    product: Product,
    price: Decimal,
    by: User,
    cost: Decimal | None = None,
    accept_loss: bool = False,
) -> Product:
    """Set what a person decided, and tell the shops that already have the product.

    Raises BelowFloor unless selling at a loss is accepted.
    """
    product = Product.objects.select_for_update().get(pk=product.pk)
    before = {"price": product.price, "cost": product.cost}
    product.price, product.cost = price, product.cost if cost is None else cost
    if {"price": product.price, "cost": product.cost} == before:
        return product
    proposal = proposal_for(product)
    floor = proposal.floor if proposal else None
    if floor is not None and price < floor and not accept_loss:
        raise BelowFloor(floor)
    product.save(update_fields=["price", "cost", "updated_at"])
    _note_change(product, proposal, before=before, by=by)
    if before["price"] != price:
        _outdate_proposals(product)
        publishing.tell_price(product, by=by)
    if before["cost"] != product.cost:
        wake("products.services.price_proposals.review", product.partner_id, product.pk)
    return product


def _outdate_proposals(product: Product) -> None:
    """What was proposed beside another price is no answer to this one."""
    proposals = PriceProposal.objects.filter(product=product, state=PriceProposal.State.OPEN)
    proposals.update(state=PriceProposal.State.OUTDATED, decided_at=timezone.now())


def _note_change(
    product: Product, proposal: Proposal | None, *, before: dict[str, Decimal | None], by: User
) -> None:
    """Into the audit, and where the price itself is another, into its history."""
    if product.price != before["price"]:
        _keep(
            product,
            before=before["price"],
            waterfall=_waterfall(product, proposal, by_person=True),
            made_by=BY_PERSON,
            by=by,
        )
    audit.record(
        "PRICE_CHANGED",
        partner=product.partner,
        actor=by,
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
    costs = [Decimal(step["amount"]) for step in change.waterfall if step["step"] == "cost"]
    if proposal is None or costs == [product.cost]:
        return change.waterfall
    return pricing.as_json(_waterfall(product, proposal, by_person=True))
