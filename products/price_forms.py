"""Prices of many products at once, and the limits within which prices move."""

import re
import uuid
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from products.fields import AmountField, PercentField, QuantityField, WordsField
from products.services.price_batches import Line

MOST_LINES = 2000
# Between a SKU and its price: what a spreadsheet puts there when cells are copied, or a semicolon.
_BETWEEN = re.compile(r"\s*[;\t]\s*")


def amount_of(said: str) -> Decimal | None:
    """A price as it was written; None for what is none, which is then not touched."""
    try:
        return AmountField(required=False).clean(said)
    except ValidationError:
        return None


class SharePlusMinusField(PercentField):
    """A share with its sign: 5, -10."""

    def clean(self, value):
        text = self.to_python(value).replace("\u2212", "-").strip()
        share = super().clean(text.lstrip("+-"))
        return -share if share and text.startswith("-") else share


class ManyPricesForm(forms.Form):
    """Lines of SKU and price, or SKUs and by how much their prices change."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    percent = SharePlusMinusField(
        label=_("Change by, %"),
        help_text=_("5 or -10, on round sums. Empty: the lines below hold the prices."),
        required=False,
    )
    lines = WordsField(
        label=_("Products"),
        help_text=_(
            "One on each line: SKU; price. With a percentage, SKUs alone; no line means all"
            " products with a price."
        ),
        most=100_000,
        is_long=True,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {"submission": uuid.uuid4()})
        super().__init__(*args, **kwargs)

    def clean_lines(self):
        rows = [row.strip() for row in self.cleaned_data["lines"].split("\n")]
        rows = [row for row in rows if row]
        if len(rows) > MOST_LINES:
            raise ValidationError(_("Write at most 2 000 lines."))
        return rows

    def clean(self):
        cleaned = super().clean()
        if not (self.errors or cleaned.get("percent") or cleaned.get("lines")):
            raise ValidationError(_("Write lines of SKU and price, or a percentage."))
        return cleaned

    def skus(self) -> list[str]:
        return [_BETWEEN.split(row)[0] for row in self.cleaned_data["lines"]]

    def priced(self) -> list[Line]:
        split = [_BETWEEN.split(row) for row in self.cleaned_data["lines"]]
        return [Line(parts[0], amount_of(parts[-1]) if parts[1:] else None) for parts in split]


class LimitsForm(forms.Form):
    """Its fields are those of `services.price_limits.Limits`; least and most of a product only."""

    margin = PercentField(
        label=_("Smallest margin, %"),
        help_text=_("What must be left of the price when everything is paid."),
        required=False,
    )
    least = AmountField(label=_("Lowest price"), required=False)
    most = AmountField(label=_("Highest price"), required=False)
    step = PercentField(
        label=_("Largest step, %"),
        help_text=_("Of the higher of the two prices. Empty: 50."),
        required=False,
    )
    per_hour = QuantityField(
        label=_("Changes in an hour"),
        help_text=_("In each shop. Empty: 20."),
        least=1,
        most=1000,
        required=False,
    )
    per_day = QuantityField(
        label=_("Changes in a day"),
        help_text=_("In each shop. Empty: 60."),
        least=1,
        most=10_000,
        required=False,
    )

    def clean(self):
        cleaned = super().clean()
        least, most = cleaned.get("least"), cleaned.get("most")
        if least and most and least > most:
            self.add_error("most", _("The highest price must not be below the lowest."))
        return cleaned


class GeneralLimitsForm(LimitsForm):
    """For all products: no amount fits all of them."""

    least = most = None

    def clean(self):
        return super().clean() | {"least": None, "most": None}
