"""Codes of the second step, as they are typed."""

from django import forms
from django.utils.translation import gettext_lazy as _


def code_field(**words) -> forms.CharField:
    return forms.CharField(
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        **words,
    )


class CodeForm(forms.Form):
    """What lets somebody pass who has set it up."""

    code = code_field(
        label=_("Code from the app"),
        help_text=_("Six digits. Without your phone: one of your recovery codes."),
    )


class FirstCodeForm(forms.Form):
    """What proves that the app has the key."""

    code = code_field(
        label=_("Code from the app"),
        help_text=_("Six digits; there is a new one every 30 seconds."),
    )


class AnotherDeviceForm(forms.Form):
    code = code_field(
        label=_("Code from the new phone"),
        help_text=_("Six digits; there is a new one every 30 seconds."),
    )
    current = code_field(
        label=_("Code from the old phone"),
        help_text=_("Or one of your recovery codes, if you do not have it any more."),
    )
