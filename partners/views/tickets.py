"""Tickets as both sides see them, and the pages on which a partner opens and reads theirs."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners.access import applicant_required, may_write_to_support, support_writer_required
from partners.forms import posted
from partners.models import SupportTicket, TicketMessage
from partners.services import notices, ticket_lists, tickets
from partners.support_forms import MessageForm
from partners.ticket_forms import TicketFilterForm, TicketForm, code_in
from partners.views.chat import AT_ONCE, Side, download, judge, lines
from sellercloudx.lib.fragments import fragment_of
from sellercloudx.lib.keyset import newest_first, number

TICKET = "partners/tickets/ticket.html"
# What goes along from a closed ticket into a new one.
FROM_CLOSED = ("subject", "category", "priority", "text")


@dataclass(frozen=True)
class TicketSide(Side):
    """Who looks at a ticket, and from where."""

    ticket: SupportTicket = field(kw_only=True)

    def url(self, of: str = "", *, message: int | None = None) -> str:
        name = "partners:staff_ticket" if self.is_staff else "partners:ticket"
        if of == "file":
            return reverse(f"{name}_file", args=[message])
        return reverse(f"{name}_news" if of == "news" else name, args=[self.ticket.pk])


@applicant_required
@require_GET
def index(request):
    form = TicketFilterForm(request.GET, user=request.user, is_staff=False)
    mine = SupportTicket.objects.for_partner(request.partner)
    context = {
        "page": newest_first(form.narrow(mine), request.GET, by="last_public_id"),
        "filters": form,
        "tabs": tabs(form, [("", _("All")), ("mine", _("Opened by me"))]),
        "may_write": may_write_to_support(request.member),
    }
    return render(request, "partners/tickets/list.html", context)


@support_writer_required
@require_http_methods(["GET", "POST"])
def new(request):
    if "fill" in request.POST:
        return render(request, "partners/tickets/new.html", {"form": _filled(request)})
    if request.method == "POST":
        return _open(request)
    code = code_in(request.GET.get("code", ""))
    initial = {"request_code": code, "category": "technical"} if code else {}
    return render(request, "partners/tickets/new.html", {"form": TicketForm(initial=initial)})


def _filled(request) -> TicketForm:
    """With what somebody wrote to a ticket that had been closed meanwhile; looked at, then sent."""
    return TicketForm(initial={name: request.POST.get(name, "") for name in FROM_CLOSED})


def _open(request) -> HttpResponse:
    form = TicketForm(posted(request), request.FILES)
    attachment, status = judge(request, request.partner, form)
    if form.errors:
        return render(request, "partners/tickets/new.html", {"form": form}, status=status)
    ticket = tickets.open_ticket(
        partner=request.partner,
        by=request.user,
        **form.cleaned_data | {"attachment": attachment},
    )
    messages.success(request, _("Your ticket is opened. We answer here, and you are told."))
    return redirect("partners:ticket", ticket.pk)


@applicant_required
@require_http_methods(["GET", "POST"])
def ticket(request, pk):
    """Whose it is comes first: another's is not there, whatever one may do."""
    mine = SupportTicket.objects.for_partner(request.partner).select_related("opened_by")
    one = get_object_or_404(mine, pk=pk)
    may_write = may_write_to_support(request.member)
    side = TicketSide(
        request.partner, request.user, is_staff=False, may_write=may_write, ticket=one
    )
    return say(request, side) if request.method == "POST" else show(request, side, MessageForm())


@applicant_required
@require_GET
@fragment_of("partners:ticket")
def news(request, pk):
    mine = ticket_lists.glance(SupportTicket.objects.for_partner(request.partner))
    one = get_object_or_404(mine, pk=pk)
    side = TicketSide(request.partner, request.user, is_staff=False, may_write=False, ticket=one)
    return answer_poll(request, side)


@support_writer_required
def say(request, side: TicketSide) -> HttpResponse:
    return receive(request, side, TICKET)


@applicant_required
@require_GET
def file(request, message_pk):
    mine = TicketMessage.objects.for_partner(request.partner)
    return download(ticket_lists.visible(mine, is_staff=False), message_pk)


# --- For both sides ---


def tabs(form: TicketFilterForm, named: list[tuple[str, str]]) -> list[dict]:
    in_use = form.in_use
    return [
        {
            "label": label,
            "url": "?" + urlencode(in_use | {"show": value}),
            "is_current": value == in_use.get("show", ""),
        }
        for value, label in named
    ]


def show(
    request, side: TicketSide, form, template: str = TICKET, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The newest messages, or those before a number."""
    _mark_seen(side)
    said = ticket_lists.visible(side.ticket.messages.all(), is_staff=side.is_staff)
    page = newest_first(said, request.GET)
    context = {
        "side": side,
        "ticket": side.ticket,
        "page": page,
        "lines": lines(side, page.rows[::-1], None),
        "is_newest": not (page.after or request.GET.get("before")),
        "form": form,
        "news_url": side.url("news"),
    }
    return render(request, template, context | more, status=status)


def _mark_seen(side: TicketSide) -> None:
    if getattr(side.user, "unread", True):
        notices.mark_seen(user=side.user, partner=side.ticket.partner_id, url=side.url())


def answer_poll(request, side: TicketSide) -> HttpResponse:
    """What came after `?after=`, or 204; and how the ticket stands by now."""
    after = number(request.GET.get("after")) or 0
    response = HttpResponse(status=204)
    if after < (side.ticket.last_id if side.is_staff else side.ticket.last_public_id):
        said = ticket_lists.visible(
            side.ticket.messages.filter(pk__gt=after), is_staff=side.is_staff
        )
        _mark_seen(side)
        drawn = {"lines": lines(side, list(said.order_by("pk")[:AT_ONCE]), None)}
        response = HttpResponse(render_to_string("partners/support/_lines.html", drawn))
    response["Ticket-Status"] = side.ticket.status
    return response


def receive(request, side: TicketSide, template: str, **more: Any) -> HttpResponse:
    """An answer: kept and led on, else said why not."""
    form = side.form(posted(request), request.FILES)
    attachment, status = judge(request, side.partner, form)
    if not form.errors:
        try:
            said = form.cleaned_data | {"attachment": attachment}
            tickets.answer(ticket=side.ticket, by=side.user, is_from_staff=side.is_staff, **said)
            return redirect(side.url())
        except tickets.TicketClosed:
            form.add_error(None, _("This ticket is closed. Open a new one."))
            side.ticket.refresh_from_db(fields=["status"])
            status = 409
    return show(request, side, form, template, status=status, **more)
