"""What a new key of the API is to open, and for how long."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import typed
from partners.models import ApiKey

FOREVER = "0"
DAYS = [
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("A year")),
    (FOREVER, _("Without end")),
]


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("Such as the program that will use it. You will know the key by this."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may read"),
        choices=ApiKey.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose only what the program needs. No key can change anything."),
    )
    days = forms.ChoiceField(
        label=_("Works for"), choices=DAYS, widget=forms.RadioSelect, initial="90"
    )

    def clean_name(self) -> str:
        text = typed.tidy(self.cleaned_data["name"])
        typed.must_be_visible(text)
        return text

    @property
    def expires_at(self) -> datetime | None:
        days = int(self.cleaned_data["days"])
        return timezone.now() + timedelta(days=days) if days else None
