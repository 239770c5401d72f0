"""What people type about themselves, made uniform or refused with a sentence that helps."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.login import normalise_phone
from sellercloudx.lib.text import APOSTROPHES

# Control and format characters, halves of surrogate pairs, private and unassigned ones.
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")
# Line ends, and what ties several emoji into one.
KEPT_IN_TEXT = "\n\t\u200d"
NAME_SIGNS = set(APOSTROPHES) | set(" -‐.")  # noqa: RUF001
COMPANY_SIGNS = set(APOSTROPHES) | set(' -‐–—.,:;!?/&+()[]*#@_%"«»„“”№™®©°')  # noqa: RUF001
_REFERRAL = re.compile(r"SCX-?([A-Z0-9]{6})(?![A-Z0-9])")


# Twice what the longest of our fields takes.
TIDIED = 1000


def tidy(text: str) -> str:
    """One form for what looks the same: composed letters, single spaces.

    What is longer than any field is left for the field to refuse: a run of accents in disorder
    takes the square of its length to sort.
    """
    if len(text) > TIDIED:
        return text
    return re.sub(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+", " ", unicodedata.normalize("NFC", text))


def is_letter(sign: str) -> bool:
    """A letter of the two scripts people write in here."""
    return sign.isalpha() and unicodedata.name(sign, "").startswith(("LATIN ", "CYRILLIC "))


def without_invisible(text: str) -> str:
    """For a name: what is left is seen, and nothing turns the direction of the rest."""
    return "".join(s for s in text if unicodedata.category(s) not in INVISIBLE)


def neutral(text: str) -> str:
    """Somebody's sentences: lines stay, and so do joined emoji; what turns or hides goes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (s for s in lines if s in KEPT_IN_TEXT or unicodedata.category(s) not in INVISIBLE)
    return "".join(kept).strip()


def must_be_visible(text: str) -> None:
    if any(unicodedata.category(sign) in INVISIBLE for sign in text):
        raise ValidationError(
            _("There is an invisible character in it, perhaps from copying. Type it by hand.")
        )


def must_be_no_markup(text: str) -> None:
    if "<" in text or ">" in text:
        raise ValidationError(_("The signs < and > cannot be used here."))


class SearchField(forms.CharField):
    """Words to look for; what the field is called stands in it, too."""

    def __init__(self, *, label, placeholder=None, **options):
        attrs = {"type": "search", "placeholder": placeholder or label}
        widget = forms.TextInput(attrs=attrs)
        super().__init__(label=label, required=False, max_length=100, widget=widget, **options)


class NameField(forms.CharField):
    """A person's first or last name."""

    def to_python(self, value):
        return tidy(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if not value:
            return
        must_be_visible(value)
        must_be_no_markup(value)
        has_letter = any(map(is_letter, value))
        if not has_letter or any(not is_letter(s) and s not in NAME_SIGNS for s in value):
            raise ValidationError(
                _("Write the name in Latin or Cyrillic letters; hyphen and apostrophe are fine.")
            )


class CompanyField(forms.CharField):
    """What a company calls itself: any usual sign, at least one letter."""

    def to_python(self, value):
        return tidy(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if not value:
            return
        must_be_visible(value)
        must_be_no_markup(value)
        readable = [is_letter(sign) or sign in "0123456789" for sign in value]
        unknown = [
            s for s, ok in zip(value, readable, strict=True) if not ok and s not in COMPANY_SIGNS
        ]
        if not any(readable) or unknown:
            raise ValidationError(
                _("Write it in letters, Latin or Cyrillic, digits and usual signs, without emoji.")
            )
        if not any(map(is_letter, value)):
            raise ValidationError(_("The name of a company has at least one letter."))


class PhoneField(forms.CharField):
    """An Uzbek number in any usual way of typing; the value is E.164."""

    widget = forms.TelInput

    def clean(self, value):
        text = super().clean(value)
        phone = normalise_phone(text)
        if text and phone is None:
            raise ValidationError(_("Enter +998 and nine digits, for example +998 90 123 45 67."))
        if phone and phone.startswith("+99800"):
            raise ValidationError(_("No number begins with the code 00. Check the digits."))
        return phone


class DigitsField(forms.CharField):
    """A number that is a name: spaces and hyphens are for the eye only."""

    def clean(self, value):
        text = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", super().clean(value)))
        if text and not re.fullmatch(r"[0-9]+", text):
            raise ValidationError(_("Only digits."))
        return text


def referral_code_in(text: str) -> str:
    """The code in what was typed, which may be a whole link; "" when there is none."""
    found = _REFERRAL.search(unicodedata.normalize("NFKC", text).upper())
    return f"SCX-{found[1]}" if found else ""
