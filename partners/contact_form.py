"""By what a person logs in and is reached, as they type it; services decide."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners import typed
from partners.forms import TAKEN_WORDS, current_password_field, typed_as
from partners.models import User
from partners.services.registration import AlreadyTaken
from sellercloudx.lib import formats


class ContactForm(forms.Form):
    phone = typed.PhoneField(label=_("Phone"), required=False, max_length=40)
    email = forms.EmailField(label=_("Email"), required=False, max_length=254)
    password = current_password_field()

    def __init__(self, data=None, *, user: User):
        phone = formats.phone(user.phone) if user.phone else ""
        super().__init__(data, initial={"phone": phone, "email": user.email})
        self.fields["phone"].widget.attrs |= typed_as("tel", inputmode="tel")
        self.fields["email"].widget.attrs |= typed_as("email")
        self.fields["password"].help_text = _("It shows that it is you.")

    def clean(self):
        if not self.errors and not (self.cleaned_data["phone"] or self.cleaned_data["email"]):
            raise ValidationError(_("You log in by one of the two: leave at least one."))

    def wanted(self) -> dict[str, str | None]:
        phone, email = self.cleaned_data["phone"], self.cleaned_data["email"]
        return {"phone": phone or None, "email": email.lower() or None}

    def note_taken(self, taken: AlreadyTaken) -> None:
        for name in taken.fields:
            self.add_error(name, TAKEN_WORDS[name])
