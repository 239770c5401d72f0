"""What a table says of products, row by row, in the columns of our own export.

A cell that is empty says nothing. What is wrong with a row is said in words, one line a cell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.fields import AmountField, QuantityField, WordsField, is_barcode, is_sku
from products.forms import LONGEST_NAME, NAME_RULES
from sellercloudx.lib import formats, sheets
from sellercloudx.lib.sheets import BadTable
from sellercloudx.lib.text import fold

# So many are judged within a request; said on the page, and in the refusal of more.
MOST_ROWS = 10_000


@dataclass(frozen=True)
class Column:
    label: Promise
    field: forms.Field
    # What it is called in other tables, folded.
    also: tuple[str, ...] = ()


def _words(most: int, *rules: Callable[[str], None], is_long: bool = False) -> WordsField:
    return WordsField(most=most, required=False, validators=list(rules), is_long=is_long)


# The labels are those of the export, so that what went out comes back.
COLUMNS = {
    "sku": Column(gettext_lazy("SKU"), _words(80, is_sku), ("artikul", "articul", "kod")),
    "name": Column(
        gettext_lazy("Name"),
        _words(LONGEST_NAME, *NAME_RULES),
        ("naimenovanie", "tovar", "mahsulot"),
    ),
    "brand": Column(gettext_lazy("Brand"), _words(80)),
    "barcode": Column(gettext_lazy("Barcode"), _words(20, is_barcode), ("ean", "shtrix-kod")),
    "description": Column(gettext_lazy("Description"), _words(5000, is_long=True)),
    "on_hand": Column(
        gettext_lazy("On hand"), QuantityField(required=False), ("qoldiq", "ostatok", "quantity")
    ),
    "cost": Column(gettext_lazy("Cost price"), AmountField(required=False), ("cost",)),
    "price": Column(gettext_lazy("Price"), AmountField(required=False)),
    "currency": Column(gettext_lazy("Currency"), _words(10)),
}


@dataclass(frozen=True)
class Row:
    """One product as the table has it."""

    number: int
    cells: list[str]
    # Column -> its value, for the cells that are not empty.
    given: dict[str, Any]
    wrong: list[str] = field(default_factory=list)

    @property
    def sku(self) -> str:
        return self.given.get("sku", "")

    @property
    def title(self) -> str:
        return self.given.get("name") or self.sku or next(filter(None, self.cells), "")


@dataclass(frozen=True)
class Sheet:
    heads: list[str]
    rows: list[Row]
    # Heads of the columns that nothing is read from.
    unread: list[str]


def read(data: bytes) -> Sheet:
    """Raises BadTable."""
    found = sheets.rows_of(data, most=MOST_ROWS + 1)
    if not found:
        raise BadTable(_("The file is empty. Choose it again."))
    heads = found[0][1]
    columns = _columns(heads)
    if len(found) == 1:
        raise BadTable(_("Under the heads of the columns there is no row."))
    unread = [head for place, head in enumerate(heads) if head and place not in columns]
    rows = (_row(number, cells, columns) for number, cells in found[1:])
    return Sheet(heads, list(_each_sku_once(rows)), unread)


def _columns(heads: list[str]) -> dict[int, str]:
    """Where each of our columns stands."""
    known = {place: _column_of(head) for place, head in enumerate(heads)}
    columns = {place: name for place, name in known.items() if name}
    if "sku" not in columns.values():
        raise BadTable(
            _("The first row has no column “%(sku)s”. Take the template, or an export of ours.")
            % {"sku": COLUMNS["sku"].label}
        )
    for name in COLUMNS:
        if list(columns.values()).count(name) > 1:
            raise BadTable(
                _("The column “%(name)s” stands there twice. Leave one of them.")
                % {"name": COLUMNS[name].label}
            )
    return columns


def _column_of(head: str) -> str | None:
    """«Цена, сум» is the column of prices, too."""
    known = _known_heads()
    return known.get(fold(head)) or known.get(fold(head.partition(",")[0]))


@cache
def _known_heads() -> dict[str, str]:
    """Folded head -> column, in every language we speak."""
    known = {also: name for name, column in COLUMNS.items() for also in column.also}
    for language, _title in settings.LANGUAGES:
        with translation.override(language):
            known |= {fold(str(column.label)): name for name, column in COLUMNS.items()}
    return known


def _row(number: int, cells: list[str], columns: dict[int, str]) -> Row:
    given, wrong = {}, []
    for place, name in columns.items():
        text = cells[place] if place < len(cells) else ""
        if not text:
            continue
        column = COLUMNS[name]
        try:
            given[name] = column.field.clean(text)
        except ValidationError as error:
            wrong += [f"{column.label}: {words}" for words in error.messages]
    if "sku" not in given and not wrong:
        wrong = [_("There is no SKU in it.")]
    return Row(number, cells, given, wrong)


def _each_sku_once(rows: Iterator[Row]) -> Iterator[Row]:
    """The first stands; which of two is meant nobody can know, so the others are shown."""
    first: dict[str, int] = {}
    for row in rows:
        before = first.setdefault(row.sku, row.number) if row.sku else row.number
        if before != row.number:
            words = _("The same SKU stands in row %(number)s already.")
            row = replace(row, wrong=[*row.wrong, words % {"number": before}])  # noqa: PLW2901
        yield row


def in_currency(row: Row, currency: str) -> Row:
    """A price in another currency is no price of ours."""
    said = row.given.get("currency", "")
    if not said or fold(said) in (fold(currency), fold(formats.currency_name(currency))):
        return row
    words = _("Currency: your prices are in %(currency)s.")
    return replace(row, wrong=[*row.wrong, words % {"currency": currency}])
