"""The forms of registration, login and the staff's decisions: shape only, services decide."""

from datetime import date, timedelta

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import audit_words, papers, typed
from partners.models import Member, Partner, User
from partners.services import terms
from partners.services.registration import AlreadyTaken, Application, Person

LegalForm = Partner.LegalForm
# A person's own number has 14 digits, a company's nine; a sole proprietor has both.
TAX_ID_LENGTHS = {
    LegalForm.COMPANY: (9,),
    LegalForm.SOLE_PROPRIETOR: (9, 14),
    LegalForm.INDIVIDUAL: (14,),
}
TAX_ID_WORDS = {
    LegalForm.COMPANY: _("The INN/STIR of a company has 9 digits."),
    LegalForm.SOLE_PROPRIETOR: _("An INN/STIR has 9 digits, a PINFL has 14."),
    LegalForm.INDIVIDUAL: _("The PINFL of an individual has 14 digits."),
}
TAKEN_WORDS = {
    "phone": _("This phone has an account already. If it is yours, log in."),
    "email": _("This email has an account already. If it is yours, log in."),
    "tax_id": _("This number is registered already. Ask the owner of that account to let you in."),
}


ROLE_WORDS = {
    Member.Role.OWNER: _("everything, owners too"),
    Member.Role.MANAGER: _("shops, keys and the team below"),
    Member.Role.OPERATOR: _("products, prices, cards and orders"),
    Member.Role.VIEWER: _("looks and changes nothing"),
}


def posted(request):
    """What was sent, also when it is nothing at all; None before anything is."""
    return request.POST if request.method == "POST" else None


def typed_as(autocomplete: str, **attrs: str) -> dict[str, str]:
    return {"autocomplete": autocomplete, **attrs}


def new_password_field(label=None) -> forms.CharField:
    return forms.CharField(
        label=label or _("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not only digits."),
    )


def login_field() -> forms.CharField:
    return forms.CharField(
        label=_("Phone or email"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


def check_password(form: forms.Form, password: str, user: User, *, field: str = "password") -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        form.add_error(field, error)


class PersonForm(forms.Form):
    """Who somebody is, and how they log in."""

    first_name = typed.NameField(label=_("First name"), max_length=80)
    last_name = typed.NameField(label=_("Last name"), max_length=80)
    phone = typed.PhoneField(
        label=_("Phone"),
        max_length=40,
        help_text=_("You log in with it: +998 and nine digits."),
    )
    email = forms.EmailField(label=_("Email"), required=False, max_length=254)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, attrs in {
            "first_name": typed_as("given-name"),
            "last_name": typed_as("family-name"),
            "phone": typed_as("tel", inputmode="tel"),
            "email": typed_as("email"),
        }.items():
            self.fields[name].widget.attrs.update(attrs)

    def clean_email(self):
        return self.cleaned_data["email"].lower() or None

    def person(self) -> Person:
        return Person(**{name: self.cleaned_data[name] for name in Person.__dataclass_fields__})

    def note_taken(self, taken: AlreadyTaken) -> None:
        for name in taken.fields:
            self.add_error(name, TAKEN_WORDS[name])


def must_have_its_number(form: forms.Form) -> None:
    """The tax number of a form is one that its legal form has."""
    legal_form, tax_id = form.cleaned_data.get("legal_form"), form.cleaned_data.get("tax_id")
    if not legal_form or not tax_id:
        return
    if len(tax_id) not in TAX_ID_LENGTHS[legal_form]:
        form.add_error("tax_id", TAX_ID_WORDS[legal_form])
        return
    try:
        (papers.must_be_pinfl if len(tax_id) == 14 else papers.must_be_given_out)(tax_id)
    except ValidationError as error:
        form.add_error("tax_id", error)


class ApplicationForm(PersonForm):
    """Who applies, and for which company."""

    company_name = typed.CompanyField(
        label=_("Company name"),
        max_length=160,
        help_text=_("An individual writes their full name."),
    )
    legal_form = forms.ChoiceField(
        label=_("Legal form"), choices=LegalForm.choices, widget=forms.RadioSelect
    )
    tax_id = typed.DigitsField(
        label=_("INN/STIR or PINFL"),
        max_length=30,
        help_text=_("INN/STIR: 9 digits. PINFL: 14 digits."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("The decision is sent here, too.")
        for name, attrs in {
            "company_name": typed_as("organization"),
            "tax_id": typed_as("off", inputmode="numeric"),
        }.items():
            self.fields[name].widget.attrs.update(attrs)

    def clean(self):
        must_have_its_number(self)

    def application(self) -> Application:
        fields = Application.__dataclass_fields__
        return Application(**{name: self.cleaned_data[name] for name in fields})


class NewAccountForm(forms.Form):
    """What a new account needs besides the person: a password that holds, and consent."""

    password = new_password_field()
    accept_terms = forms.BooleanField(
        label=_("I have read the terms and accept them"),
        error_messages={"required": _("We may keep your data only if you accept the terms.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["accept_terms"].help_text = _(
            "Country of storage: %(country)s. AI providers: %(providers)s."
        ) % {"country": terms.storage_country(), "providers": ", ".join(terms.AI_PROVIDERS)}

    def clean(self):
        super().clean()
        password = self.cleaned_data.get("password")
        if not password:
            return
        names = ("first_name", "last_name", "phone", "email")
        user = User(**{name: self.cleaned_data.get(name) or "" for name in names})
        check_password(self, password, user)


class RegistrationForm(NewAccountForm, ApplicationForm):
    referral_code = forms.CharField(
        label=_("Referral code"),
        required=False,
        max_length=200,
        help_text=_("If another seller invited you."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_referral_code(self):
        return typed.referral_code_in(self.cleaned_data["referral_code"])


class JoinForm(NewAccountForm, PersonForm):
    """A new account for somebody who was invited."""


def current_password_field() -> forms.CharField:
    return forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class LoginForm(forms.Form):
    login = login_field()
    password = current_password_field()


class PasswordForm(forms.Form):
    """Asked of somebody who is logged in: an open browser alone is not they."""

    password = current_password_field()


class PasswordResetForm(forms.Form):
    login = login_field()


class NewPasswordForm(forms.Form):
    password = new_password_field()

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        if password := self.cleaned_data.get("password"):
            check_password(self, password, self.user)


class ChangePasswordForm(PasswordForm):
    """The one that is known, and the new one as it is meant."""

    new = new_password_field(_("New password"))
    again = new_password_field(_("New password once more"))

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].label = _("Password until now")
        self.fields["again"].help_text = ""

    def clean(self):
        new, again = self.cleaned_data.get("new"), self.cleaned_data.get("again")
        if new:
            check_password(self, new, self.user, field="new")
        if new and again and new != again:
            self.add_error("again", _("The two are not the same. Type it once more."))


class RoleForm(forms.Form):
    """What a member may do, of the roles the asker may give."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args, roles: list[Member.Role], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (role, f"{role.label}: {ROLE_WORDS[role]}") for role in roles
        ]


class InvitationForm(RoleForm):
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        max_length=254,
        help_text=_("The link is mailed there. Without it you send the link yourself."),
    )
    note = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=120,
        help_text=_("A name or a phone, for you to know later whose link it is."),
    )

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean_note(self):
        text = typed.tidy(self.cleaned_data["note"])
        typed.must_be_visible(text)
        return text


class ReasonForm(forms.Form):
    """Why, in words the partner will read."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The partner reads it as you write it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self):
        text = typed.tidy(self.cleaned_data["reason"].replace("\r\n", "\n").replace("\n", " "))
        typed.must_be_visible(text)
        return text


class EndForm(forms.Form):
    """Until when a block goes on."""

    until = forms.DateField(
        label=_("Until"),
        required=False,
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": _("Write a date like 30.11.2026.")},
        help_text=_("On this day they work again by themselves. Empty: until you unblock them."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["min"] = _tomorrow().isoformat()

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until and until < _tomorrow():
            raise ValidationError(_("This day has come already. Choose one from tomorrow on."))
        return until


class BlockForm(ReasonForm, EndForm):
    """Why, and until when."""


def _tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


class PartnerSearchForm(forms.Form):
    q = typed.SearchField(label=_("Company, person, tax number or phone"))
    state = forms.CharField(required=False, widget=forms.HiddenInput)


class AuditFilterForm(forms.Form):
    action = forms.ChoiceField(label=_("Action"), required=False)
    partner = forms.IntegerField(
        label=_("Partner number"),
        required=False,
        min_value=1,
        max_value=10**15,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": _("Partner number")}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("All actions")), *audit_words.choices()]
