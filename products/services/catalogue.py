"""Products: adding them from three fields, and changing what is known of them."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from marketplaces.models import Connection
from partners import audit
from partners.models import Partner, StoredFile, User
from partners.services import files
from partners.services.files import Picture
from products.models import Card, Listing, Product
from products.services import listings, price_changes, skus, stock
from products.services.cards import latest_card
from products.services.category_match import Match
from sellercloudx.lib.text import fold
from sellercloudx.lib.wiring import emit

TRIES = 5
# A card's texts are made of these, the rest of what is sent of these.
SAID_IN_TEXTS = {"name", "brand", "description", "facts"}
SENT_BESIDE = {"barcode", "photo", "length_cm", "width_cm", "height_cm", "weight_kg"}


class SkuTaken(Exception):
    """Another product of this partner has this SKU."""


class SkuIsKnown(Exception):
    """A marketplace knows the product by this SKU; it cannot change any more."""


@dataclass(frozen=True)
class Wanted:
    """A product as it was asked for, and what was looked up for it beforehand."""

    partner: Partner
    submission: uuid.UUID
    sku: str
    quantity: int
    price: Decimal | None
    fields: dict[str, Any]
    photo: Picture | None
    shops: list[Connection]
    found: dict[int, list[Match]]


def add_product(
    *,
    partner: Partner,
    by: User | None,
    submission: uuid.UUID,
    name: str,
    quantity: int,
    cost: Decimal | None,
    photo: Picture | None = None,
    sku: str = "",
    price: Decimal | None = None,
    elsewhere: Connection | None = None,
    **known: Any,
) -> Product:
    """Make a product with everything that can be proposed for it; raises SkuTaken.

    The same submission again gives the product it made the first time. `elsewhere` has it already,
    so no place is opened there.
    """
    shops = [shop for shop in listings.working_connections(partner) if shop != elsewhere]
    found = listings.matches_for(shops, name)
    known |= {"name": name, "cost": cost, "created_by": by}
    return _made(Wanted(partner, submission, sku, quantity, price, known, photo, shops, found))


def _made(wanted: Wanted) -> Product:
    partner, sku = wanted.partner, wanted.sku
    for _ in range(TRIES):
        try:
            return _make(wanted)
        except IntegrityError:
            # The same form was sent twice, or the SKU was taken a moment ago.
            if sku and not _made_before(wanted) and _is_taken(partner, sku):
                raise SkuTaken(sku) from None
    return _make(wanted)


def namesake_of(partner: Partner, name: str, *, submission: uuid.UUID) -> Product | None:
    """The newest product called the same, however it is spelled, that this form has not made."""
    alike = Product.objects.for_partner(partner).filter(folded__startswith=fold(name))
    others = alike.exclude(submission=submission).order_by("-pk")
    return next((product for product in others if fold(product.name) == fold(name)), None)


def _made_before(wanted: Wanted) -> Product | None:
    own = Product.objects.for_partner(wanted.partner)
    return own.filter(submission=wanted.submission).first()


def _is_taken(partner: Partner, sku: str) -> bool:
    return Product.objects.for_partner(partner).filter(sku=sku).exists()


@transaction.atomic
def _make(wanted: Wanted) -> Product:
    """The product and all that belongs to it; or the one this submission made before."""
    if made := _made_before(wanted):
        return made
    partner = wanted.partner
    product = Product.objects.create(
        partner=partner,
        submission=wanted.submission,
        sku=wanted.sku or skus.free_sku(partner=partner, name=wanted.fields["name"]),
        currency=partner.currency,
        photo=_kept(partner, wanted.photo),
        **wanted.fields,
    )
    _receive_first(product, wanted.quantity)
    price_changes.set_first(product=product, price=wanted.price, shops=wanted.shops)
    audit.record(
        "PRODUCT_CREATED",
        partner=partner,
        actor=product.created_by,
        entity=product,
        after={"name": product.name, "sku": product.sku, "quantity": wanted.quantity},
    )
    for shop in wanted.shops:
        listings.open_listing(product=product, connection=shop, found=wanted.found[shop.pk])
    emit("product_created", product=product)
    return product


def _kept(partner: Partner, photo: Picture | None) -> StoredFile | None:
    """In the same transaction as the product: what refuses the one keeps no file of the other."""
    if photo is None:
        return None
    return files.store_image(partner=partner, picture=photo, is_public=True)


def _receive_first(product: Product, quantity: int) -> None:
    if quantity:
        stock.receive(
            partner=product.partner,
            product=product,
            quantity=quantity,
            source=f"product:{product.pk}:first",
            by=product.created_by,
        )


def change_product(
    *, product: Product, by: User, photo: Picture | None = None, **fields: Any
) -> Product:
    """Write down what a person now says of the product. Raises SkuTaken, SkuIsKnown.

    Without a new photo the one it has stays.
    """
    try:
        with transaction.atomic():
            if photo is not None:
                fields["photo"] = _kept(product.partner, photo)
            return _change(product, by, fields)
    except IntegrityError:
        sku = fields.get("sku", product.sku)
        if sku == product.sku or not _is_taken(product.partner, sku):
            raise
        raise SkuTaken(sku) from None


def _change(product: Product, by: User, fields: dict[str, Any]) -> Product:
    product = Product.objects.select_for_update().get(pk=product.pk)
    before = {name: getattr(product, name) for name in fields}
    changed = {name for name, value in fields.items() if value != before[name]}
    if not changed:
        return product
    if "sku" in changed and _is_known_outside(product):
        raise SkuIsKnown(product.sku)
    for name in changed:
        setattr(product, name, fields[name])
    product.save(update_fields=[*changed, "updated_at"])
    audit.record(
        "PRODUCT_CHANGED",
        partner=product.partner,
        actor=by,
        entity=product,
        before={name: _as_json(before[name]) for name in sorted(changed)},
        after={name: _as_json(fields[name]) for name in sorted(changed)},
    )
    _look_at_cards_again(product, changed)
    return product


def _as_json(value: Any) -> Any:
    """For the audit: nothing stays nothing, and a list stays one."""
    if value is None or isinstance(value, bool | int | list | dict):
        return value
    return str(value)[:200]


def _is_known_outside(product: Product) -> bool:
    on_their_side = Q(sent_at__isnull=False) | Q(
        state__in=[Listing.State.APPROVED, Listing.State.UNCLEAR]
    )
    return product.listings.filter(on_their_side).exists()


def _look_at_cards_again(product: Product, changed: set[str]) -> None:
    """A card tells what was known; what changed since is put before a person again."""
    if not changed & (SAID_IN_TEXTS | SENT_BESIDE):
        return
    is_minimal = product.partner.automation == Partner.Automation.MINIMAL
    for listing in product.listings.select_related("connection"):
        card = latest_card(listing)
        if card is None:
            continue
        by_person = card.made_by == Card.Maker.PERSON
        if changed & SAID_IN_TEXTS and not by_person and not is_minimal:
            Listing.objects.filter(pk=listing.pk).update(state=Listing.State.WANTED)
            emit("listing_wanted", listing=listing)
        else:
            Listing.objects.filter(pk=listing.pk).exclude(state=Listing.State.WANTED).update(
                state=Listing.State.REVIEW
            )
