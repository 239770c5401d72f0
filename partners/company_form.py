"""The particulars of a company, as its legal form has them: shape only, services decide."""

import re
import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import papers, regions, typed
from partners.models import CompanyDetails, Partner
from partners.services import company, tax_regimes
from sellercloudx.lib import formats

LegalForm = Partner.LegalForm
COMMON = ("bank", "mfo", "account_number", "address", "region")
# What one legal form is asked and the others are not.
OWN = {
    LegalForm.SOLE_PROPRIETOR: ("full_name", "certificate_number", "certificate_date"),
    LegalForm.COMPANY: ("oked", "director"),
    LegalForm.INDIVIDUAL: ("full_name",),
}
# A company has none.
PAPERS_OF = {
    LegalForm.SOLE_PROPRIETOR: CompanyDetails.PAPERS,
    LegalForm.COMPANY: (),
    LegalForm.INDIVIDUAL: CompanyDetails.PAPERS,
}
FIRST_DAY = date(1991, 9, 1)


class NumberField(typed.DigitsField):
    """Exactly so many digits, which `must` refuses where they can be nobody's."""

    def __init__(self, *, digits: int, wrong, must=papers.must_be_given_out, **kwargs):
        # Room for the spaces that people copy along.
        super().__init__(max_length=3 * digits, **kwargs)
        self.digits, self.wrong, self.must = digits, wrong, must
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value):
        text = super().clean(value)
        if text and len(text) != self.digits:
            raise ValidationError(self.wrong)
        if text:
            self.must(text)
        return text


class PassportField(forms.CharField):
    """AA1234567: two Latin letters and seven digits."""

    def __init__(self, **kwargs):
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self, value):
        text = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", super().clean(value))).upper()
        if text and not re.fullmatch(r"[A-Z]{2}[0-9]{7}", text):
            raise ValidationError(_("Two Latin letters and seven digits, such as AA1234567."))
        return text


class LineField(forms.CharField):
    """A line of plain words."""

    def to_python(self, value):
        return typed.tidy(super().to_python(value))

    def validate(self, value):
        super().validate(value)
        if not value:
            return
        typed.must_be_visible(value)
        typed.must_be_no_markup(value)
        if not any(sign.isalnum() for sign in value):
            raise ValidationError(_("Write it in words or figures."))


class CompanyForm(forms.Form):
    full_name = typed.NameField(
        label=_("Full name"), max_length=160, help_text=_("As it stands in your passport.")
    )
    certificate_number = LineField(label=_("Certificate number"), max_length=40)
    certificate_date = forms.DateField(
        label=_("Certificate date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Of your registration as a sole proprietor."),
    )
    oked = NumberField(
        label=_("OKED"),
        digits=5,
        wrong=_("An OKED has 5 digits."),
        help_text=_("5 digits: your main kind of activity."),
    )
    director = typed.NameField(label=_("Director"), max_length=160, help_text=_("Full name."))
    passport = PassportField(label=_("Passport"), required=False)
    forget_passport = forms.BooleanField(label=_("Remove the passport"), required=False)
    pinfl = NumberField(
        label=_("PINFL"),
        digits=14,
        wrong=_("A PINFL has 14 digits."),
        must=papers.must_be_pinfl,
        required=False,
    )
    forget_pinfl = forms.BooleanField(label=_("Remove the PINFL"), required=False)
    bank = typed.CompanyField(label=_("Bank"), max_length=160)
    mfo = NumberField(
        label=_("MFO"), digits=5, wrong=_("An MFO has 5 digits."), help_text=_("5 digits.")
    )
    account_number = NumberField(
        label=_("Bank account"),
        digits=20,
        wrong=_("A bank account has 20 digits."),
        must=papers.must_be_account,
        help_text=_("20 digits."),
    )
    address = LineField(
        label=_("Legal address"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        help_text=_("District, street and house."),
    )
    region = forms.ChoiceField(label=_("Region"))
    tax_base = forms.ChoiceField(label=_("How you pay tax"), widget=forms.RadioSelect)

    def __init__(self, data=None, *, partner: Partner, details: CompanyDetails | None):
        super().__init__(data, initial=_initial(partner, details))
        self.partner = partner
        self.kept = company.papers_of(details)
        for name in set(self.fields) - set(self._asked()):
            del self.fields[name]
        for name in PAPERS_OF[LegalForm(partner.legal_form)]:
            self.fields[name].help_text = _hint(name, self.kept.get(name, ""))
        self.fields["region"].choices = [("", "—"), *regions.choices()]
        self.fields["tax_base"].choices = _regimes(partner)

    def _asked(self) -> list[str]:
        form = LegalForm(self.partner.legal_form)
        forget = [f"forget_{name}" for name in self.kept]
        return [*OWN[form], *PAPERS_OF[form], *forget, *COMMON, "tax_base"]

    def may_pay_vat(self) -> bool:
        return any(base == Partner.TaxBase.VAT for base, _words in self.fields["tax_base"].choices)

    def own_fields(self) -> list[forms.BoundField]:
        """Of the legal form."""
        return [self[name] for name in OWN[LegalForm(self.partner.legal_form)]]

    def paper_fields(self) -> list[forms.BoundField]:
        names = [name for kept in CompanyDetails.PAPERS for name in (kept, f"forget_{kept}")]
        return [self[name] for name in names if name in self.fields]

    def clean_certificate_date(self):
        day = self.cleaned_data["certificate_date"]
        if not FIRST_DAY <= day <= timezone.localdate():
            raise ValidationError(_("Write the day that stands on the certificate."))
        return day

    def clean_pinfl(self):
        number = self.cleaned_data["pinfl"]
        is_registered = self.partner.legal_form == LegalForm.INDIVIDUAL
        if number and is_registered and number != self.partner.tax_id:
            raise ValidationError(_("You registered with another PINFL. Check the digits."))
        if number and number != self.partner.tax_id:
            papers.must_check_out(number)
        return number

    def clean(self):
        """A paper is replaced or removed: both at once says neither."""
        for name in CompanyDetails.PAPERS:
            if self.cleaned_data.get(name) and self.cleaned_data.get(f"forget_{name}"):
                self.add_error(
                    name,
                    ValidationError(
                        _("Either type a number or tick the box to remove it, not both.")
                    ),
                )

    def details(self) -> dict[str, str | date]:
        """Columns of the table."""
        names = (*OWN[LegalForm(self.partner.legal_form)], *COMMON)
        return {name: self.cleaned_data[name] for name in names}

    def papers(self) -> dict[str, str]:
        """As they will be kept: what is left empty stays what it was."""
        return {
            name: self.cleaned_data[name]
            or ("" if self.cleaned_data.get(f"forget_{name}") else self.kept.get(name, ""))
            for name in PAPERS_OF[LegalForm(self.partner.legal_form)]
        }


def _initial(partner: Partner, details: CompanyDetails | None) -> dict:
    known = {"tax_base": partner.tax_base}
    if details:
        known |= {name: getattr(details, name) for name in (*COMMON, *sum(OWN.values(), ()))}
    return known


def _hint(name: str, number: str) -> str:
    if number:
        kept = {"number": masked(name, number)}
        return _("Kept: %(number)s. Leave it empty to keep it.") % kept
    if name == "passport":
        return _("Such as AA1234567. Kept encrypted and shown to nobody in full.")
    return _("14 digits. Kept encrypted and shown to nobody in full.")


def masked(name: str, number: str) -> str:
    """Enough to tell one's own from another's."""
    if name == "passport":
        return f"{number[:2]}•••••{number[-2:]}"
    return "•" * (len(number) - 4) + number[-4:]


def _regimes(partner: Partner) -> list[tuple[str, str]]:
    """Those of today; the base that is chosen already stays, also where no row knows it."""
    known = {
        one.base: regime_in_words(one)
        for one in tax_regimes.choices(legal_form=partner.legal_form, on=timezone.localdate())
    }
    chosen = {partner.tax_base: Partner.TaxBase(partner.tax_base).label}
    return list((known if partner.tax_base in known else chosen | known).items())


def regime_in_words(regime) -> str:
    base = Partner.TaxBase(regime.base).label
    return f"{base}: {formats.percent(regime.rate)}"
