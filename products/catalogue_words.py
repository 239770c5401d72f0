"""What an import of a shop's catalogue met, and what the seller may choose, in words."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import CatalogueRow
from products.services import catalogue_rows
from sellercloudx.lib import formats

Words = str | Promise

FIELDS: dict[str, Words] = {
    "name": gettext_lazy("Name"),
    "barcode": gettext_lazy("Barcode"),
    "price": gettext_lazy("Price"),
}
CHOICES: dict[str, Words] = {
    catalogue_rows.OURS: gettext_lazy("Link it, keep ours"),
    catalogue_rows.THEIRS: gettext_lazy("Link it, take theirs"),
    catalogue_rows.NEW: gettext_lazy("Add it as another product"),
    catalogue_rows.SKIP: gettext_lazy("Leave it out"),
}
# Codes of catalogue_rows.Refused.
REFUSALS: dict[str, Words] = {
    "long_sku": gettext_lazy("Its SKU is longer than 80 signs, so it cannot be kept here."),
    "sku_taken": gettext_lazy("Another product of yours has this SKU."),
    "sku_known": gettext_lazy(
        "A marketplace knows your product by its own SKU, so it cannot get theirs."
    ),
    "currency": gettext_lazy(
        "Their price is in another currency than yours. Keep ours, or leave it out."
    ),
    "price": gettext_lazy(
        "Their price would not pay what your limits ask for. Keep ours, or set the price first."
    ),
}


def refusal(error: catalogue_rows.Refused) -> str:
    return str(REFUSALS[str(error)])


def problem_lines(row: CatalogueRow) -> list[str]:
    return [_line(problem) for problem in row.problems]


def _line(problem: dict[str, str]) -> str:
    if problem["code"] == "long_sku":
        return str(REFUSALS["long_sku"])
    if problem["code"] == "barcode_of":
        words = _("Your product %(sku)s has its barcode %(barcode)s.")
        return words % {"sku": problem["ours"], "barcode": problem["theirs"]}
    said = {name: _worded(problem, name) for name in ("ours", "theirs")}
    field = FIELDS[problem["code"]]
    return _("%(field)s: ours “%(ours)s”, theirs “%(theirs)s”.") % {"field": field, **said}


def differing(row: CatalogueRow) -> list[dict[str, Any]]:
    """For a table: what is ours and what theirs."""
    return [
        {
            "label": FIELDS[problem["code"]],
            "ours": _worded(problem, "ours"),
            "theirs": _worded(problem, "theirs"),
        }
        for problem in row.problems
        if problem["code"] in FIELDS
    ]


def _worded(problem: dict[str, str], name: str) -> str:
    if problem["code"] != "price":
        return problem[name]
    price = catalogue_rows.price_in(problem[name])
    return formats.money(price.amount, price.currency)


def remarks(row: CatalogueRow) -> list[str]:
    """What the seller should know of one that was taken in."""
    card = catalogue_rows.card_of(row)
    price = card.shop_price or card.listing.price
    if price and price.currency != row.partner.currency:
        words = _("Their price is in %(currency)s: it was not taken over.")
        return [words % {"currency": price.currency}]
    return []


def choices(row: CatalogueRow, names: dict[int, str]) -> list[tuple[str, str]]:
    """(value, words) for one of catalogue_rows.waiting; `names` of products by number."""
    found = []
    for choice in catalogue_rows.choices(row, has_own=row.has_own):
        kind, _colon, pk = choice.partition(":")
        if kind == catalogue_rows.TAKE:
            name = names.get(int(pk), "")
            words = _("It is “%(product)s”: give that their SKU") % {"product": name}
        else:
            words = str(CHOICES[kind])
        found.append((choice, words))
    return found


def page_of(row: CatalogueRow) -> str:
    return reverse("products:shop_catalogue", args=[row.connection_id])
