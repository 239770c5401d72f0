"""What narrows the Inbox, and what people type there: shape only, services decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplaces.shop_filter import ShopFilterForm
from orders.models import Conversation, ConversationMessage, ReplyTemplate
from partners import typed
from partners.models import User
from partners.support_forms import CannedReplyForm, client_id_field, sentences
from sellercloudx.lib.text import fold

# Beyond what any marketplace takes; each says its own length.
LONGEST = 20_000
LONGEST_READY = 4000
SALT = "orders.inbox.reply"


class InboxFilterForm(ShopFilterForm):
    """Anything odd in the address is left out."""

    narrowing = ("q", "kind", "shop")
    q = typed.SearchField(label=_("Search"), placeholder=_("Buyer, words, order, SKU"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Conversation.Kind.choices],
    )
    show = forms.CharField(required=False, widget=forms.HiddenInput)

    def narrow(self, found: QuerySet[Conversation]) -> QuerySet[Conversation]:
        found = self.of_shop(found)
        if kind := self.filters.get("kind"):
            found = found.filter(kind=kind)
        return searched(found, self.filters.get("q", ""))


def searched(found: QuerySet[Conversation], q: str) -> QuerySet[Conversation]:
    """Every word stands in what it is about, or all of them in one message."""
    about, said = Q(), ConversationMessage.objects.filter(conversation=OuterRef("pk"))
    for word in fold(q).split():
        about &= Q(folded__contains=word)
        said = said.filter(folded__contains=word)
    return found.filter(about | Exists(said)) if fold(q) else found


class ReplyForm(forms.Form):
    """`token` binds the form to one conversation and person, and to what they had read."""

    text = forms.CharField(
        label=_("Your answer to the buyer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    client_id = client_id_field()
    token = forms.CharField(widget=forms.HiddenInput)

    def clean_text(self) -> str:
        text = sentences(self.cleaned_data["text"])
        if not text:
            raise ValidationError(_("Write something."))
        return text


def token_for(conversation: Conversation, user: User) -> str:
    said = [conversation.pk, user.pk, conversation.last_id]
    return signing.dumps(said, salt=SALT)


def seen_by(token: str, conversation: Conversation, user: User) -> int | None:
    """The newest message they had read; None where the form is another's or of another talk."""
    try:
        of, who, seen = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(seen) if (of, who) == (conversation.pk, user.pk) else None


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note for colleagues"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
    client_id = client_id_field()

    def __init__(self, data: Any = None):
        super().__init__(data, auto_id="note_%s")

    def clean_note(self) -> str:
        text = sentences(self.cleaned_data["note"])
        if not text:
            raise ValidationError(_("Write something."))
        return text


class AnswererForm(forms.Form):
    """Who answers: one of those who may, or nobody."""

    assigned = forms.ChoiceField(label=_("Who answers"), required=False)

    def __init__(self, data: Any = None, *, colleagues: Sequence[User], **options: Any):
        super().__init__(data, **options)
        named = [(str(one.pk), one.get_full_name()) for one in colleagues]
        self.fields["assigned"].choices = [("", _("Nobody yet")), *named]
        self.by_pk = {str(one.pk): one for one in colleagues}

    @property
    def person(self) -> User | None:
        return self.by_pk.get(self.cleaned_data["assigned"])


class TemplateForm(CannedReplyForm):
    class Meta(CannedReplyForm.Meta):
        model = ReplyTemplate
        widgets = {"text": forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_READY})}

    def clean_text(self) -> str:
        text = super().clean_text()
        if len(text) > LONGEST_READY:
            words = _("At most %(most)s characters.")
            raise ValidationError(words % {"most": LONGEST_READY})
        return text
