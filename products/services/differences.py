"""Field by field: what we hold, what was sent last, and what the marketplace shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplaces import categories, payloads
from marketplaces.connectors.remote import Attribute, CardDraft
from marketplaces.models import Operation
from partners.services import files
from products.models import Card, Listing, TheirCard
from products.services import publishing, stock
from sellercloudx.lib.money import Money

SIZES = ("length", "width", "height", "weight")
TEXTS = ("title", "description")


@dataclass(frozen=True)
class Difference:
    """One field; None is not known, or not said. `name` is of a characteristic alone."""

    code: str
    ours: Any
    sent: Any
    theirs: Any
    name: str = ""

    @property
    def is_other(self) -> bool:
        """Ours and theirs are known, and not the same."""
        if self.ours is None or self.theirs is None:
            return False
        return bool(self.ours != self.theirs)

    @property
    def is_unsent(self) -> bool:
        return self.ours is not None and self.sent is not None and self.ours != self.sent


def of(listing: Listing, card: Card | None) -> list[Difference]:
    """All fields of which anything is known, in the order a seller reads them."""
    known = categories.stored_attributes(listing.connection.marketplace, listing.category_id)
    names = _Names(card, known or [])
    ours = _of_draft(publishing.draft(listing, card) if card else _bare(listing), names)
    sent, theirs = _sent(listing, names), _theirs(listing, names)
    ours["price"], theirs["price"] = _price(listing), _their_price(listing)
    sent["price"] = _money(listing.sent_price, listing.product.currency)
    figures = stock.figures(listing.product)
    ours["stock"] = publishing.shown(listing, figures)
    sent["stock"], theirs["stock"] = listing.sent_stock, _stock(listing)
    return [
        Difference(code, ours.get(code), sent.get(code), theirs.get(code), names.of(code))
        for code in _in_order(ours, sent, theirs)
    ]


def _in_order(*sides: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for side in sides:
        found |= {code: None for code, value in side.items() if value is not None}
    # Characteristics stand behind all else.
    return sorted(found, key=lambda code: code.startswith("attribute:"))


class _Names:
    """Names of characteristics, and what the options of their lists say."""

    def __init__(self, card: Card | None, known: Sequence[Attribute]):
        rows = card.attributes if card else []
        self._names = {str(row["attribute_id"]): row["name"] for row in rows}
        self._names |= {one.id: one.name for one in known}
        self._options = {
            (str(row["attribute_id"]), str(row["option_id"])): str(row["value"])
            for row in rows
            if row.get("option_id")
        }
        self._options |= {
            (one.id, option.id): option.value for one in known for option in one.options
        }

    def of(self, code: str) -> str:
        kind, _colon, number = code.partition(":")
        return self._names.get(number, f"№ {number}") if kind == "attribute" else ""

    def values(self, rows: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
        """By code; several values of one are one line."""
        found: dict[str, set[str]] = {}
        for number, value, option in rows:
            words = self._options.get((number, option), value or option)
            found.setdefault(f"attribute:{number}", set()).add(words)
        return {code: ", ".join(sorted(words)) for code, words in found.items()}


def _of_draft(draft: CardDraft, names: _Names) -> dict[str, Any]:
    texts = {
        f"{field}:{text.language.lower()}": getattr(text, field) or None
        for text in draft.texts
        for field in TEXTS
    }
    attributes = [(one.attribute_id, one.value, one.option_id) for one in draft.attributes]
    return {
        **texts,
        "category": draft.category_id or None,
        "brand": draft.brand or None,
        "barcodes": ", ".join(sorted(draft.barcodes)) or None,
        "pictures": len(draft.pictures),
        **{name: _size(getattr(draft, name)) for name in SIZES},
        **names.values(attributes),
    }


def _bare(listing: Listing) -> CardDraft:
    """Without a card of ours: what the product itself says."""
    product = listing.product
    return CardDraft(
        sku=product.sku,
        category_id=listing.category_id,
        texts=(),
        brand=product.brand,
        pictures=(files.public_url(product.photo),) if product.photo else (),
        barcodes=(product.barcode,) if product.barcode else (),
        length=product.length_cm,
        width=product.width_cm,
        height=product.height_cm,
        weight=product.weight_kg,
    )


def _size(value: Any) -> Decimal | None:
    """12.50 and 12.5 are one."""
    return None if value is None else Decimal(str(value)).normalize()


def _sent(listing: Listing, names: _Names) -> dict[str, Any]:
    """The last card they took."""
    told = Operation.objects.filter(
        subject=listing.subject, kind=Operation.Kind.PUBLISH_CARD, state=Operation.State.DONE
    )
    last = told.order_by("-pk").first()
    return _of_draft(payloads.load(CardDraft, last.payload), names) if last else {}


def _theirs(listing: Listing, names: _Names) -> dict[str, Any]:
    content = theirs.content if (theirs := read(listing)) else {}
    if not content:
        return {}
    texts = {
        f"{field}:{language}": said.get(field) or None
        for language, said in content["texts"].items()
        for field in TEXTS
    }
    rows = [(one["attribute_id"], one["value"], one["option_id"]) for one in content["attributes"]]
    return {
        **texts,
        "category": content["category_id"] or None,
        "brand": content["brand"] or None,
        "barcodes": ", ".join(sorted(content["barcodes"])) or None,
        "pictures": len(content["pictures"]),
        "length": _size(content["length_cm"]),
        "width": _size(content["width_cm"]),
        "height": _size(content["height_cm"]),
        "weight": _size(content["weight_kg"]),
        **names.values(rows),
    }


def read(listing: Listing) -> TheirCard | None:
    """What was read back of it, if anything was."""
    return getattr(listing, "theirs", None)


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def _price(listing: Listing) -> Money | None:
    return _money(listing.product.price, listing.product.currency)


def _their_price(listing: Listing) -> Money | None:
    theirs = read(listing)
    return _money(theirs.price, theirs.currency) if theirs else None


def _stock(listing: Listing) -> int | None:
    theirs = read(listing)
    return theirs.stock if theirs else None
