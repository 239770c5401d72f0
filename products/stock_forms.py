"""What a partner decides about stock: what shops may show, and what a bundle is made of."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from products.fields import QuantityField, WordsField
from products.models import BundlePart, Product
from products.services.stock_limits import Limits, limits_of
from products.services.stock_parts import MOST_PARTS, MOST_PIECES

POOLED, STRICT = "pooled", "strict"
MODES = [
    (POOLED, _("Together: each shop shows everything that is available")),
    (STRICT, _("Shared out: no piece is on sale in two shops")),
]
_PART = re.compile(r"(?P<sku>\S+?)\s*(?:[:×*]|\s[xXхХ]\s)\s*(?P<quantity>[0-9]{1,9})")


class StockForm(forms.Form):
    """The mode, and two numbers for each shop that has the product."""

    mode = forms.ChoiceField(label=_("How pieces are shown"), choices=MODES)

    def __init__(self, *args, listings, is_strict, can_be_strict=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.listings = listings
        self.fields["mode"].initial = STRICT if is_strict else POOLED
        if not can_be_strict:
            self.fields["mode"].choices = MODES[:1]
        for listing in listings:
            now = limits_of(listing)
            self.fields[f"buffer_{listing.pk}"] = QuantityField(
                label=_("Keep back"), initial=now.buffer
            )
            self.fields[f"cap_{listing.pk}"] = QuantityField(
                label=_("Show at most"), initial=now.cap, required=False
            )

    @property
    def shops(self):
        """Each listing with its two fields."""
        return [
            (listing, self[f"buffer_{listing.pk}"], self[f"cap_{listing.pk}"])
            for listing in self.listings
        ]

    def limits(self) -> dict:
        return {
            one: Limits(
                self.cleaned_data[f"buffer_{one.pk}"] or 0, self.cleaned_data[f"cap_{one.pk}"]
            )
            for one in self.listings
        }


class PartsForm(forms.Form):
    """The parts of a bundle, one on each line: SKU: pieces."""

    parts = WordsField(
        label=_("Made of"),
        help_text=_("One part on each line: its SKU, a colon, and how many pieces. POT-1: 2"),
        most=5000,
        is_long=True,
        required=False,
    )

    def __init__(self, *args, partner, parts: list[BundlePart], **kwargs):
        text = "\n".join(f"{one.part.sku}: {one.quantity}" for one in parts)
        super().__init__(*args, initial={"parts": text}, **kwargs)
        self.partner = partner

    def clean_parts(self):
        """Pieces by product."""
        lines = list(filter(None, map(str.strip, self.cleaned_data["parts"].split("\n"))))
        if len(lines) > MOST_PARTS:
            raise forms.ValidationError(_("A bundle has at most 30 parts."))
        wanted: dict[str, int] = {}
        for line in lines:
            sku, quantity = self._read(line)
            wanted[sku] = wanted.get(sku, 0) + quantity
        known = Product.objects.for_partner(self.partner).filter(sku__in=wanted)
        found = {product.sku: product for product in known}
        for sku in wanted.keys() - found.keys():
            raise forms.ValidationError(
                _("You have no product with the SKU %(sku)s."), params={"sku": sku[:80]}
            )
        return {found[sku]: quantity for sku, quantity in wanted.items()}

    def _read(self, line: str) -> tuple[str, int]:
        match = _PART.fullmatch(line)
        if not match:
            raise forms.ValidationError(
                _("Write SKU: pieces on each line. This line is not like that: %(line)s"),
                params={"line": line[:60]},
            )
        quantity = int(match["quantity"])
        if not 1 <= quantity <= MOST_PIECES:
            raise forms.ValidationError(
                _("Of each part a bundle holds 1 to 1000 pieces. Look at this line: %(line)s"),
                params={"line": line[:60]},
            )
        return match["sku"], quantity
