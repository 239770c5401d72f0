"""A note about a partner, as our people type it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.support_forms import client_id_field, sentences, words_field


class NoteForm(forms.Form):
    text = words_field(
        _("New note"),
        help_text=_("Only our own people see it. It cannot be changed or removed later."),
    )
    client_id = client_id_field()

    def clean_text(self) -> str:
        text = sentences(self.cleaned_data["text"])
        if not text:
            raise ValidationError(_("Write something."))
        return text
