"""A listing in words: what to do next and where, the names of its fields, their advice."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products import wording
from products.card_words import LANGUAGE_NAMES
from products.models import Listing, TheirCard
from products.services.completeness import Completeness
from products.services.differences import Difference
from sellercloudx.lib import formats
from sellercloudx.lib.money import Money
from sellercloudx.lib.wiring import resolve

Words = str | Promise
State = Listing.State

FIELDS: dict[str, Words] = {
    "title": gettext_lazy("Name"),
    "description": gettext_lazy("Description"),
    "category": gettext_lazy("Category"),
    "brand": gettext_lazy("Brand"),
    "barcodes": gettext_lazy("Barcodes"),
    "pictures": gettext_lazy("Pictures"),
    "length": gettext_lazy("Length, cm"),
    "width": gettext_lazy("Width, cm"),
    "height": gettext_lazy("Height, cm"),
    "weight": gettext_lazy("Weight, kg"),
    "price": gettext_lazy("Price"),
    "stock": gettext_lazy("Stock"),
}
# Names of completeness.NEEDED.
PARTS: dict[str, Words] = {
    "title": gettext_lazy("name"),
    "description": gettext_lazy("description"),
    "bullets": gettext_lazy("list of advantages"),
}
# Their kinds of advice about content (OfferCardRecommendationType, 2026-07-17).
ADVICE: dict[str, Words] = {
    "RECOGNIZED_VENDOR": gettext_lazy("Write the maker as the maker does."),
    "PICTURE_COUNT": gettext_lazy("Add pictures."),
    "FIRST_PICTURE_SIZE": gettext_lazy("Take a larger first picture."),
    "AVERAGE_PICTURE_SIZE": gettext_lazy("Take larger pictures."),
    "TITLE_LENGTH": gettext_lazy("Change the name: kind, brand, model, what is special."),
    "DESCRIPTION_LENGTH": gettext_lazy("Write a longer description."),
    "HAS_DESCRIPTION": gettext_lazy("Write a description."),
    "HAS_BARCODE": gettext_lazy("Add the barcode."),
    "HAS_VIDEO": gettext_lazy("Add a video."),
    "VIDEO_COUNT": gettext_lazy("Add a video."),
    "FIRST_VIDEO_SIZE": gettext_lazy("Take a larger video."),
    "AVERAGE_VIDEO_SIZE": gettext_lazy("Take larger videos."),
    "FIRST_VIDEO_LENGTH": gettext_lazy("Take a video of another length."),
    "MAIN": gettext_lazy("Fill in the main characteristics."),
    "ADDITIONAL": gettext_lazy("Fill in further characteristics."),
    "DISTINCTIVE": gettext_lazy("Fill in what tells its variants apart."),
    "FILTERABLE": gettext_lazy("Fill in the characteristics that buyers filter by."),
}
ATTRACTION: dict[str, Words] = {
    "OPTIMAL": gettext_lazy("Attractive to buyers"),
    "AVERAGE": gettext_lazy("Moderate"),
    "LOW": gettext_lazy("Not attractive to buyers"),
}
ATTRACTION_TONES = {"OPTIMAL": "ok", "AVERAGE": "hold", "LOW": "warn"}
# Reasons of a quarantine (PriceQuarantineVerdictType, 2026-07-17).
HELD_FOR: dict[str, Words] = {
    "PRICE_CHANGE": gettext_lazy("The new price is too far from the one before."),
    "LOW_PRICE": gettext_lazy("The price is too far below the market's."),
    "LOW_PRICE_PROMO": gettext_lazy(
        "With the promotions counted in, the price is too far below the market's."
    ),
}
PLACES: dict[str, Words] = {
    "business": gettext_lazy("in all its shops"),
    "shop": gettext_lazy("in this shop alone"),
}


@dataclass(frozen=True)
class Step:
    """What to do next, and the page where it is done."""

    words: str
    url: str


def next_step(listing: Listing) -> Step | None:
    """Nothing where nothing is to be done."""
    standing = wording.standing(listing)
    if listing.state == State.REVIEW and not listing.category_id:
        return Step(_("Choose a category"), reverse("products:category", args=[listing.pk]))
    if not standing.action:
        return None
    if listing.state == State.FOUND or listing.price_held_at:
        return Step(standing.action, reverse("products:compare", args=[listing.pk]))
    if listing.price_stopped_for:
        return Step(standing.action, reverse("products:price", args=[listing.product_id]))
    return Step(standing.action, reverse("products:listing", args=[listing.pk]))


def lines(found: list[Difference]) -> list[dict[str, Any]]:
    """For the table; nothing is said as nothing."""
    return [
        {
            "label": _label(one),
            "ours": _value(one.ours),
            "sent": _value(one.sent),
            "theirs": _value(one.theirs),
            "is_other": one.is_other,
            "is_unsent": one.is_unsent,
        }
        for one in found
    ]


def _label(one: Difference) -> str:
    if one.name:
        return one.name
    field, _colon, language = one.code.partition(":")
    label = str(FIELDS.get(field, field))
    return f"{label}, {LANGUAGE_NAMES.get(language, language)}" if language else label


def _value(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Money):
        return formats.money(value.amount, value.currency)
    if isinstance(value, int):
        return formats.quantity(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def completeness_lines(found: list[Completeness]) -> list[dict[str, Any]]:
    worded = resolve("CARD_CHECK", "problem_worded")
    return [
        {
            "name": LANGUAGE_NAMES.get(one.language, one.language),
            "done": one.done,
            "total": one.total,
            "is_whole": one.is_whole,
            "missing": [str(PARTS[name]) for name in one.missing],
            "problems": [str(worded(problem)) for problem in one.problems],
        }
        for one in found
    ]


def advice_lines(theirs: TheirCard | None) -> list[dict[str, Any]]:
    """A kind that we do not know keeps its own name."""
    return [
        {
            "words": ADVICE.get(one["kind"], ""),
            "kind": one["kind"],
            "percent": one["percent"],
            "points": one["points"],
        }
        for one in (theirs.advice if theirs else [])
    ]


def price_advice(theirs: TheirCard | None) -> dict[str, Any]:
    """What they say of the price; empty where they said nothing yet."""
    said = theirs.price_advice if theirs else {}
    if not said or "unsupported" in said:
        return said
    currency = said["currency"]
    sums = {
        name: formats.money(Decimal(said[name]), currency) if said[name] else ""
        for name in ("attractive", "moderate")
    }
    kind = said["attraction"]
    return sums | {
        "words": ATTRACTION.get(kind, kind),
        "tone": ATTRACTION_TONES.get(kind, "mute"),
        "shows": said["shows"],
    }


def hold_lines(listing: Listing) -> list[dict[str, Any]]:
    """Each price that is held back: where, why, and beside which figures."""
    return [
        {
            "place": PLACES.get(one["place"], one["place"]),
            "reasons": [{"words": HELD_FOR.get(code, ""), "code": code} for code in one["reasons"]],
            **{name: _sum(one[name], one["currency"]) for name in ("price", "valid", "least")},
            "value": f"{one['price']} {one['currency']}" if one["price"] else "",
        }
        for one in listing.price_holds
    ]


def _sum(amount: str | None, currency: str) -> str:
    return formats.money(Decimal(amount), currency) if amount else ""
