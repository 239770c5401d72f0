"""One product of a marketplace's catalogue: what it is here, and what the seller says it is."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from marketplaces import categories, payloads
from marketplaces.connectors.remote import RemoteCard, RemoteContent
from marketplaces.models import Connection
from partners import audit
from partners.models import User
from products.models import CatalogueRow, Listing, Product
from products.services import catalogue, price_changes, price_guard, theirs
from sellercloudx.lib.money import Money

State = CatalogueRow.State
# Every product that such an import makes has its own number under this, so it is made once.
SUBMISSIONS = uuid.UUID("0c2a6f4e-9f2b-4a5c-8d39-6f7a0f4f7a52")
# As the product's columns hold them.
LONGEST = {"sku": 80, "name": 200, "brand": 80, "description": 5000, "barcode": 14}
LARGEST = {"length_cm": 10**6, "width_cm": 10**6, "height_cm": 10**6, "weight_kg": 10**5}
CANDIDATES = 5
SIZES = {"length_cm": "length", "width_cm": "width", "height_cm": "height", "weight_kg": "weight"}
OURS, THEIRS, NEW, SKIP, TAKE = "ours", "theirs", "new", "skip", "take"


class Refused(Exception):
    """It cannot be done as chosen; the text is a code of catalogue_words.REFUSALS."""


class AlreadyDecided(Exception):
    """Somebody chose before, or there is nothing to choose."""


def as_json(card: RemoteCard) -> dict[str, Any]:
    """Without their raw answer: what we read of it is all we use."""
    return payloads.dump(replace(card, listing=replace(card.listing, raw={})))


def card_of(row: CatalogueRow) -> RemoteCard:
    return payloads.load(RemoteCard, row.card)


def name_of(row: CatalogueRow) -> str:
    return str(row.card["listing"]["name"] or row.sku)


def url_of(row: CatalogueRow) -> str:
    return reverse("products:detail", args=[row.product_id]) if row.product_id else ""


def locked(pk: int) -> CatalogueRow:
    rows = CatalogueRow.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("partner", "connection__partner", "product").get(pk=pk)


def counts(connection: Connection) -> dict[str, int]:
    rows = CatalogueRow.objects.filter(connection=connection).order_by()
    return {row["state"]: row["n"] for row in rows.values("state").annotate(n=Count("pk"))}


def settle(row: CatalogueRow, *, by: User) -> tuple[bool, bool]:
    """Link it or add it where there is nothing to choose: whether that was done, and was adding.

    In the caller's transaction. Raises Refused.
    """
    card = card_of(row)
    own = Product.objects.for_partner(row.partner).select_related("partner")
    same = own.filter(sku=row.sku).first()
    others = list(_by_barcode(row, card)[:CANDIDATES])
    problems = _problems(card, same, others)
    if problems:
        row.state, row.problems = State.CONFLICT, problems
        row.product, row.candidates = None, [one.pk for one in others]
        row.save(update_fields=["state", "problems", "product", "candidates"])
        return False, False
    if same is not None:
        link(row, same)
    else:
        create(row, by=by)
    return True, same is None


def _by_barcode(row: CatalogueRow, card: RemoteCard) -> Any:
    barcodes = _content(card).barcodes
    own = Product.objects.for_partner(row.partner).exclude(sku=row.sku)
    return own.filter(barcode__in=barcodes).order_by("pk") if barcodes else own.none()


def _content(card: RemoteCard) -> RemoteContent:
    return card.listing.content or RemoteContent()


def _problems(
    card: RemoteCard, same: Product | None, others: list[Product]
) -> list[dict[str, str]]:
    found = []
    if len(card.listing.sku) > LONGEST["sku"]:
        found.append({"code": "long_sku", "ours": str(LONGEST["sku"]), "theirs": card.listing.sku})
    found += [{"code": "barcode_of", "ours": one.sku, "theirs": one.barcode} for one in others]
    if same is not None:
        found += differences(card, same)
    return found


def differences(card: RemoteCard, product: Product) -> list[dict[str, str]]:
    """Where both say something, and not the same."""
    theirs_, content, found = card.listing, _content(card), []
    if theirs_.name and theirs_.name != product.name:
        found.append({"code": "name", "ours": product.name, "theirs": theirs_.name})
    if product.barcode and content.barcodes and product.barcode not in content.barcodes:
        said = ", ".join(content.barcodes)
        found.append({"code": "barcode", "ours": product.barcode, "theirs": said})
    price, ours = _price(card), product.price
    if price and ours is not None and price != Money(ours, product.currency):
        both = {"ours": _sum(Money(ours, product.currency)), "theirs": _sum(price)}
        found.append({"code": "price", **both})
    return found


def _price(card: RemoteCard) -> Money | None:
    return card.shop_price or card.listing.price


def _sum(price: Money) -> str:
    return f"{price.amount} {price.currency}"


def price_in(text: str) -> Money:
    """Of a problem's price."""
    amount, _space, currency = text.partition(" ")
    return Money(Decimal(amount), currency)


def link(row: CatalogueRow, product: Product) -> Listing:
    """That it is this product of ours; nothing of ours is told there because of that."""
    card = card_of(row)
    listing, is_new = Listing.objects.get_or_create(
        product=product,
        connection=row.connection,
        defaults={
            "partner_id": row.partner_id,
            "state": Listing.State.FOUND,
            **_category(row, card),
        },
    )
    if not is_new:
        idle = (Listing.State.UNASKED, Listing.State.NO_CARD)
        Listing.objects.filter(pk=listing.pk, state__in=idle, sent_at=None).update(
            state=Listing.State.FOUND
        )
        Listing.objects.filter(pk=listing.pk, category_id="").update(**_category(row, card))
    theirs.keep(Listing.objects.select_related("partner").get(pk=listing.pk), card)
    _decided(row, State.CREATED if row.state == State.CREATED else State.LINKED, product)
    return listing


def _category(row: CatalogueRow, card: RemoteCard) -> dict[str, str]:
    number = card.listing.category_id[:40]
    known = categories.find(row.connection.marketplace, number) if number else None
    path = known.path if known else _content(card).category
    return {"category_id": number, "category_path": path[:1000]}


def _decided(row: CatalogueRow, state: State, product: Product | None) -> None:
    row.state, row.product, row.problems, row.candidates = state, product, [], []
    row.save(update_fields=["state", "product", "problems", "candidates"])


def create(row: CatalogueRow, *, by: User) -> Product:
    """A product of ours with what they say of it, their price and stock. Raises Refused."""
    card = card_of(row)
    if len(row.sku) > LONGEST["sku"]:
        raise Refused("long_sku")
    price, content = _price(card), _content(card)
    is_ours = price is not None and price.currency == row.partner.currency and price.amount > 0
    try:
        product = catalogue.add_product(
            partner=row.partner,
            by=by,
            submission=uuid.uuid5(SUBMISSIONS, f"{row.partner_id}:{row.sku}"),
            sku=row.sku,
            quantity=card.stock or 0,
            cost=None,
            price=price.amount if is_ours and price else None,
            elsewhere=row.connection,
            **_words(card, content),
        )
    except catalogue.SkuTaken as error:
        raise Refused("sku_taken") from error
    row.state = State.CREATED
    link(row, product)
    return product


def _words(card: RemoteCard, content: RemoteContent) -> dict[str, Any]:
    sizes = {ours: getattr(content, name) for ours, name in SIZES.items()}
    return {
        "name": (card.listing.name or card.listing.sku)[: LONGEST["name"]],
        "brand": content.brand[: LONGEST["brand"]],
        "description": content.description[: LONGEST["description"]],
        "barcode": next((one for one in content.barcodes if len(one) <= LONGEST["barcode"]), ""),
        **{name: size if _fits(name, size) else None for name, size in sizes.items()},
    }


def _fits(name: str, size: Decimal | None) -> bool:
    return size is not None and 0 < size < LARGEST[name]


# What the seller chooses


def waiting(connection: Connection) -> QuerySet[CatalogueRow]:
    """What waits for a choice; `has_own`: a product of ours has the SKU."""
    own = Product.objects.filter(partner=OuterRef("partner"), sku=OuterRef("sku"))
    rows = CatalogueRow.objects.filter(connection=connection, state=State.CONFLICT)
    return rows.select_related("partner", "connection").annotate(has_own=Exists(own))


def choices(row: CatalogueRow, *, has_own: bool) -> list[str]:
    """What may be chosen: "take:7" gives product 7 their SKU."""
    codes = {one["code"] for one in row.problems}
    if "long_sku" in codes:
        return [SKIP]
    if not has_own:
        return [*(f"{TAKE}:{pk}" for pk in row.candidates), NEW, SKIP]
    return [OURS, THEIRS, SKIP] if codes - {"barcode_of"} else [OURS, SKIP]


@transaction.atomic
def decide(*, row: CatalogueRow, choice: str, by: User) -> None:
    """Do as the seller chose. Raises AlreadyDecided, Refused, and what the price guard raises."""
    row = locked(row.pk)
    has_own = Product.objects.filter(partner=row.partner_id, sku=row.sku).exists()
    if row.state != State.CONFLICT or choice not in choices(row, has_own=has_own):
        raise AlreadyDecided
    _CHOICES[choice.partition(":")[0]](row, choice, by)
    row.decision, row.decided_by, row.decided_at = choice[:30], by, timezone.now()
    row.save(update_fields=["decision", "decided_by", "decided_at"])
    audit.record(
        "CATALOGUE_ROW_DECIDED",
        partner=row.partner,
        actor=by,
        entity=row,
        after={"sku": row.sku[:80], "choice": choice},
    )


def _own(row: CatalogueRow) -> Product:
    found = Product.objects.for_partner(row.partner).select_related("partner")
    product = found.filter(sku=row.sku).first()
    if product is None:
        raise AlreadyDecided
    return product


def _keep_ours(row: CatalogueRow, choice: str, by: User) -> None:
    link(row, _own(row))


def _take_theirs(row: CatalogueRow, choice: str, by: User) -> None:
    product, card = _own(row), card_of(row)
    codes = {one["code"] for one in row.problems}
    words = _words(card, _content(card))
    changed = {name: words[name] for name in ("name", "barcode") if name in codes and words[name]}
    if changed:
        catalogue.change_product(product=product, by=by, **changed)
    link(row, product)
    price = _price(card)
    if "price" in codes and price:
        if price.currency != product.currency:
            raise Refused("currency")
        product = _own(row)
        try:
            price_changes.change_price(
                product=product, by=by, price=price.amount, cost=product.cost
            )
        except (price_changes.BelowFloor, price_guard.Refused) as error:
            raise Refused("price") from error


def _give_their_sku(row: CatalogueRow, choice: str, by: User) -> None:
    own = Product.objects.for_partner(row.partner).select_related("partner")
    product = own.filter(pk=int(choice.partition(":")[2])).first()
    if product is None:
        raise AlreadyDecided
    try:
        catalogue.change_product(product=product, by=by, sku=row.sku)
    except catalogue.SkuTaken as error:
        raise Refused("sku_taken") from error
    except catalogue.SkuIsKnown as error:
        raise Refused("sku_known") from error
    link(row, _own(row))


def _add(row: CatalogueRow, choice: str, by: User) -> None:
    create(row, by=by)


def _leave_out(row: CatalogueRow, choice: str, by: User) -> None:
    _decided(row, State.SKIPPED, None)


_CHOICES: dict[str, Callable[[CatalogueRow, str, User], None]] = {
    OURS: _keep_ours,
    THEIRS: _take_theirs,
    TAKE: _give_their_sku,
    NEW: _add,
    SKIP: _leave_out,
}
