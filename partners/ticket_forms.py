"""What is typed into a ticket and about it: shape only, services decide."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners import typed
from partners.models import SupportTicket, User
from partners.models.tickets import LONGEST_CODE
from partners.services import ticket_lists, tickets
from partners.support_forms import AssignForm, MessageForm

Priority, Category, Status = SupportTicket.Priority, SupportTicket.Category, SupportTicket.Status
CODE = re.compile(rf"[0-9A-Za-z-]{{1,{LONGEST_CODE}}}")
FILTERS = ("status", "priority", "category")


def code_in(text: str) -> str:
    """The code of a page, as an address brings it; "" where it cannot be one."""
    return text if CODE.fullmatch(text) else ""


class TicketForm(MessageForm):
    subject = forms.CharField(
        label=_("Subject"),
        max_length=120,
        help_text=_("What it is about, in a few words."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    category = forms.ChoiceField(label=_("About"), choices=[("", _("Choose…")), *Category.choices])
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=Priority.choices,
        initial=Priority.MEDIUM,
        help_text=_("Urgent means: you cannot sell until it is solved."),
    )
    request_code = forms.CharField(
        label=_("Code of the page"),
        required=False,
        max_length=LONGEST_CODE,
        help_text=_("It stands on a page that says what went wrong."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("subject", "category", "priority", "text", "attachment", "request_code")

    def clean_subject(self):
        subject = typed.tidy(typed.without_invisible(self.cleaned_data["subject"])).strip()
        if not subject:
            raise ValidationError(_("Write what it is about, in a few words."))
        return subject

    def clean_request_code(self):
        code = self.cleaned_data["request_code"]
        if code and not code_in(code):
            raise ValidationError(_("A code has only Latin letters, digits and hyphens."))
        return code


class ChangeForm(AssignForm):
    """What is decided about a ticket, as it was when the page was drawn."""

    status = forms.ChoiceField(label=_("Status"), choices=Status.choices)
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices)
    revision = forms.IntegerField(min_value=1, max_value=10**9, widget=forms.HiddenInput)
    field_order = ("status", "priority", "assigned", "revision")


def change_form(ticket: SupportTicket, colleagues: Iterable[User]) -> dict[str, Any]:
    """What the selects of a ticket offer, the present first."""
    steps = (ticket.status, *tickets.STEPS[ticket.status])
    return {
        "statuses": [(value, Status(value).label) for value in steps],
        "priorities": Priority.choices,
        "colleagues": colleagues,
    }


class TicketFilterForm(forms.Form):
    """What narrows a list of tickets; anything odd in the address is left out."""

    q = forms.CharField(
        label=_("Number, subject or words of a message"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Number, subject or words of a message")}
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Any status")), *Status.choices]
    )
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[("", _("Any priority")), *Priority.choices]
    )
    category = forms.ChoiceField(
        label=_("About"), required=False, choices=[("", _("About anything")), *Category.choices]
    )
    show = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, params: Mapping[str, str], *, user: User, is_staff: bool):
        super().__init__(params)
        self.user, self.is_staff = user, is_staff
        self.full_clean()

    @property
    def in_use(self) -> dict[str, str]:
        """As they stand in the address."""
        named = ("q", *FILTERS, "show")
        return {name: self.cleaned_data[name] for name in named if self.cleaned_data.get(name)}

    def narrow(self, rows: QuerySet[SupportTicket]) -> QuerySet[SupportTicket]:
        in_use = self.in_use
        rows = rows.filter(**{name: in_use[name] for name in FILTERS if name in in_use})
        if in_use.get("show") == "mine":
            mine = {"assigned" if self.is_staff else "opened_by": self.user}
            rows = rows.filter(**mine)
        elif in_use.get("show") == "free" and self.is_staff:
            rows = rows.filter(assigned=None)
        return ticket_lists.found(rows, in_use.get("q", ""), is_staff=self.is_staff)
