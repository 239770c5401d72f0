"""Form fields that read what people type: sums with spaces and commas, codes, plain words."""

import re
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from products import text_rules
from products.services.stock import LARGEST_QUANTITY
from sellercloudx.lib import formats
from sellercloudx.lib.money import LARGEST

_GAPS = re.compile(r"[\s\u00a0\u202f\u2007\u2009]+")
_CURRENCY = re.compile(r"(?i) ?(so['ʻʼ‘’`]?m|soum|sum|сум|uzs|руб\.?|rub|₽)$")
_PLAIN = re.compile(r"-?[0-9]{1,40}(?:[.,][0-9]{1,2})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?: [0-9]{3}){1,12}(?:[.,][0-9]{1,2})?")
_THREE_AFTER = re.compile(r"-?[0-9]{1,3}(?:[.,][0-9]{3})+")


class AmountField(forms.CharField):
    """A sum of money: 150000, 150 000, 150000,50."""

    default_error_messages = {
        "amount": _("Write a sum such as 150 000 or 150000,50."),
        "unclear": _("Is %(value)s thousands or a fraction? Write it without the sign between."),
        "positive": _("The sum must be more than zero."),
        "large": _("The sum must not be more than %(most)s."),
    }

    def __init__(self, **kwargs):
        super().__init__(widget=_number_input("decimal"), **kwargs)

    def to_python(self, value):
        text = _CURRENCY.sub("", _GAPS.sub(" ", super().to_python(value))).strip()
        if not text:
            return None
        text = text.replace("\u2212", "-")
        if _THREE_AFTER.fullmatch(text):
            raise self._error("unclear", value=text)
        if not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
            raise self._error("amount")
        return Decimal(text.replace(" ", "").replace(",", "."))

    def clean(self, value):
        amount = self.to_python(value)
        if amount is None:
            if self.required:
                raise self._error("required")
            return None
        if amount <= 0:
            raise self._error("positive")
        if amount > LARGEST:
            raise self._error("large", most=formats.number(LARGEST))
        return amount

    def prepare_value(self, value):
        return formats.amount(value) if isinstance(value, Decimal) else value

    def _error(self, code: str, **params) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class QuantityField(forms.CharField):
    """A whole number of pieces: 1200, 1 200."""

    default_error_messages = {
        "whole": _("Write a whole number of pieces, such as 12."),
        "few": _("The number of pieces must not be less than %(least)s."),
        "many": _("The number of pieces must not be more than %(most)s."),
    }

    def __init__(self, *, least: int = 0, most: int = LARGEST_QUANTITY, **kwargs):
        self.least, self.most = least, most
        super().__init__(widget=_number_input("numeric"), **kwargs)

    def to_python(self, value):
        text = _GAPS.sub(" ", super().to_python(value)).strip().replace("\u2212", "-")
        if not text:
            return None
        if not re.fullmatch(r"[+-]?(?:[0-9]{1,40}|[0-9]{1,3}(?: [0-9]{3}){1,12})", text):
            raise ValidationError(self.error_messages["whole"], code="whole")
        return int(text.replace(" ", ""))

    def clean(self, value):
        number = self.to_python(value)
        if number is None:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        for code, is_wrong, key, limit in (
            ("few", number < self.least, "least", self.least),
            ("many", number > self.most, "most", self.most),
        ):
            if is_wrong:
                raise ValidationError(
                    self.error_messages[code], code=code, params={key: formats.number(limit)}
                )
        return number


class WordsField(forms.CharField):
    """A line, or a text, of plain words."""

    default_error_messages = {
        "too_long": _("Shorten it by %(extra)s: at most %(most)s characters are kept."),
    }

    def __init__(self, *, most: int, is_long: bool = False, **kwargs):
        self.most = most
        widget = forms.Textarea(attrs={"rows": 5}) if is_long else forms.TextInput()
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if len(text) <= 2 * self.most:
            # What is longer is refused anyway, and marks in disorder are sorted slowly.
            text = unicodedata.normalize("NFC", text)
        if isinstance(self.widget, forms.TextInput):
            return re.sub(r"[ \t\u00a0]+", " ", text)
        return text.replace("\r\n", "\n")

    def validate(self, value):
        super().validate(value)
        if len(value) > self.most:
            extra = len(value) - self.most
            raise ValidationError(
                self.error_messages["too_long"],
                code="too_long",
                params={"extra": formats.number(extra), "most": formats.number(self.most)},
            )
        if isinstance(self.widget, forms.TextInput) and ("\n" in value or "\r" in value):
            raise ValidationError(_("Write it in one line."), code="lines")
        text_rules.is_readable(value)


class SizeField(forms.CharField):
    """A length or a weight with a decimal comma or point."""

    default_error_messages = {
        "size": _("Write a number such as 12 or 12,5."),
        "range": _("It must be more than 0 and at most %(most)s."),
    }

    def __init__(self, *, most: int, places: int, **kwargs):
        self.most, self.places = most, places
        super().__init__(widget=_number_input("decimal"), **kwargs)

    def clean(self, value):
        text = self.to_python(value).replace(",", ".").replace("\u2212", "-")
        if not text:
            return None
        if not re.fullmatch(rf"-?[0-9]{{1,9}}(?:\.[0-9]{{1,{self.places}}})?", text):
            raise ValidationError(self.error_messages["size"], code="size")
        size = Decimal(text)
        if not 0 < size <= self.most:
            raise ValidationError(
                self.error_messages["range"],
                code="range",
                params={"most": formats.number(self.most)},
            )
        return size

    def prepare_value(self, value):
        return formats.quantity(value) if isinstance(value, Decimal) else value


class PercentField(forms.CharField):
    """A share of a price: 15, 15,5 %, 0."""

    default_error_messages = {
        "percent": _("Write a share in percent such as 15 or 15,5."),
        "range": _("It must be from 0 to less than 100."),
    }

    def __init__(self, **kwargs):
        super().__init__(widget=_number_input("decimal"), **kwargs)

    def clean(self, value):
        text = _GAPS.sub("", self.to_python(value)).removesuffix("%").replace(",", ".")
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,2})?", text):
            raise ValidationError(self.error_messages["percent"], code="percent")
        if (share := Decimal(text)) >= 100:
            raise ValidationError(self.error_messages["range"], code="range")
        return share

    def prepare_value(self, value):
        return formats.quantity(value) if isinstance(value, Decimal) else value


def is_barcode(value: str) -> None:
    """EAN-8, UPC-A, EAN-13 or GTIN-14 with a check digit that holds."""
    if re.fullmatch(r"(?i)[0-9][.,]?[0-9]*e\+?[0-9]{1,2}", value):
        raise ValidationError(
            _(
                "A spreadsheet has shortened this barcode, and its digits are lost. Copy it from "
                "the package, and format the column as text."
            ),
            code="shortened",
        )
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", value):
        raise ValidationError(
            _("A barcode has 8, 12, 13 or 14 digits and nothing else."), code="barcode"
        )
    digits = [int(digit) for digit in reversed(value)]
    total = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    if total % 10:
        raise ValidationError(
            _("The last digit does not fit the others: please check the barcode."), code="check"
        )


def is_sku(value: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9А-Яа-яЁё][A-Za-z0-9А-Яа-яЁё._/()\[\]=+-]*", value):
        raise ValidationError(
            _("Use letters, digits and . - _ / without spaces, beginning with a letter or digit."),
            code="sku",
        )


def _number_input(mode: str) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"})
