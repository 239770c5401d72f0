"""What may be typed in Django's own admin: the same that people may type of themselves."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from partners.forms import must_have_its_number
from partners.models import Partner, User
from partners.typed import CompanyField, DigitsField, NameField, PhoneField


class NewUserForm(AdminUserCreationForm):
    first_name = NameField(label=_("First name"), max_length=80)
    last_name = NameField(label=_("Last name"), max_length=80)
    phone = PhoneField(label=_("Phone"), required=False, max_length=40)

    class Meta:
        model = User
        fields = ("email", "phone", "first_name", "last_name")


class UserForm(UserChangeForm):
    first_name = NameField(label=_("First name"), max_length=80)
    last_name = NameField(label=_("Last name"), max_length=80)
    phone = PhoneField(label=_("Phone"), required=False, max_length=40)
    # Letters, notices and pages are written in these.
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = "__all__"


class PartnerForm(forms.ModelForm):
    company_name = CompanyField(label=_("Company name"), max_length=160)
    tax_id = DigitsField(label=_("INN/STIR or PINFL"), max_length=30)

    class Meta:
        model = Partner
        fields = ("company_name", "legal_form", "tax_id")

    def clean(self):
        must_have_its_number(self)
        return super().clean()


class OtherPasswordForm(AdminPasswordChangeForm):
    # Django adds the second sentence in English.
    usable_password_help_text = format_lazy(
        "{} {}",
        AdminUserCreationForm.usable_password_help_text,
        _("If disabled, the current password for this user will be lost."),
    )
