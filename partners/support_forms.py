"""What people type to our support, and our support to them: shape only, services decide."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners import typed
from partners.models import CannedReply, User

LONGEST = 4000
# As the input offers them; what is taken is decided by the bytes.
ENDINGS = ".jpg,.jpeg,.png,.webp,.pdf,.xlsx,.csv,.txt"


class EitherField(forms.CharField):
    """May be left out where something else is sent instead; not called optional for that."""

    is_called_optional = False


def words_field(label, *, rows: int = 3, **options) -> forms.CharField:
    return EitherField(
        label=label,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
        **options,
    )


def client_id_field() -> forms.UUIDField:
    """The number a message has before it is sent; sent twice, it is one message."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def sentences(text: str) -> str:
    """What is typed, without signs that turn or hide the rest; "" where nothing is seen."""
    text = typed.neutral(text)
    return text if typed.without_invisible(text).strip() else ""


class MessageForm(forms.Form):
    text = words_field(_("Your message"), required=False)
    attachment = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=_("A picture, PDF, XLSX, CSV or TXT up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ENDINGS}),
    )
    client_id = client_id_field()

    def clean_text(self):
        return sentences(self.cleaned_data["text"])

    def clean(self):
        said = self.cleaned_data
        if not self.errors and not said.get("text") and not said.get("attachment"):
            self.add_error("text", ValidationError(_("Write something, or choose a file.")))


class StaffMessageForm(MessageForm):
    is_private = forms.BooleanField(
        label=_("A private note: only our own people see it"), required=False
    )


class WordsForm(forms.Form):
    q = typed.SearchField(label=_("Words of a message"))


class RoomSearchForm(forms.Form):
    q = typed.SearchField(label=_("Company or words of a message"))
    show = forms.CharField(required=False, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    """Who answers: one of those who may, or nobody."""

    assigned = forms.ModelChoiceField(
        label=_("Who answers"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
        error_messages={"invalid_choice": _("Choose one of those who answer partners.")},
    )

    def __init__(self, *args, colleagues=None, **kwargs):
        super().__init__(*args, **kwargs)
        if colleagues is not None:
            self.fields["assigned"].queryset = colleagues


class CannedReplyForm(forms.ModelForm):
    class Meta:
        model = CannedReply
        fields = ("title", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    def clean_title(self) -> str:
        title = typed.tidy(typed.without_invisible(self.cleaned_data["title"]))
        if not title.strip():
            raise ValidationError(_("Write something."))
        return title

    def clean_text(self) -> str:
        text = sentences(self.cleaned_data["text"])[:LONGEST]
        if not text:
            raise ValidationError(_("Write something."))
        return text
