"""Tickets for those of our people who answer partners."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.access import staff_required
from partners.models import CannedReply, Partner, SupportTicket, TicketMessage
from partners.services import chat, ticket_lists, tickets
from partners.support_forms import StaffMessageForm
from partners.ticket_forms import ChangeForm, TicketFilterForm, change_form
from partners.views.chat import download
from partners.views.staff_chat import canned
from partners.views.tickets import TicketSide, answer_poll, receive, show, tabs
from sellercloudx.lib.fragments import fragment_of
from sellercloudx.lib.keyset import newest_first

RIGHT = tickets.RIGHT
TICKET = "partners/tickets/staff_ticket.html"


@staff_required(permission=RIGHT)
@require_GET
def index(request):
    """What waits for an answer first, the oldest of it before all; then what was talked of last."""
    form = TicketFilterForm(request.GET, user=request.user, is_staff=True)
    rows = ticket_lists.in_queue(SupportTicket.objects.select_related("partner", "assigned"))
    named = [("", _("All")), ("mine", _("Mine")), ("free", _("Nobody's"))]
    context = {
        "page": newest_first(form.narrow(rows), request.GET, by="place"),
        "filters": form,
        "tabs": tabs(form, named),
    }
    return render(request, "partners/tickets/staff_list.html", context)


@staff_required(permission=RIGHT)
@require_http_methods(["GET", "POST"])
def ticket(request, pk):
    rows = SupportTicket.objects.select_related("partner", "opened_by", "assigned")
    one = get_object_or_404(rows, pk=pk)
    side = _side(request, one)
    around = change_form(one, list(chat.colleagues(RIGHT)))
    around["answers"] = list(CannedReply.objects.all())
    if request.method == "POST":
        return receive(request, side, TICKET, **around)
    form = StaffMessageForm(initial={"text": canned(request, around["answers"])})
    return show(request, side, form, TICKET, **around)


def _side(request, one: SupportTicket) -> TicketSide:
    return TicketSide(
        one.partner, request.user, is_staff=True, may_write=True, form=StaffMessageForm, ticket=one
    )


@staff_required(permission=RIGHT)
@require_GET
@fragment_of("partners:staff_ticket")
def news(request, pk):
    """The partner itself is not asked for: a poll is to cost no more than it must."""
    one = get_object_or_404(ticket_lists.glance(SupportTicket.objects.all()), pk=pk)
    side = TicketSide(
        Partner(pk=one.partner_id), request.user, is_staff=True, may_write=False, ticket=one
    )
    return answer_poll(request, side)


@staff_required(permission=RIGHT)
@require_POST
def change(request, pk):
    one = get_object_or_404(SupportTicket, pk=pk)
    form = ChangeForm(request.POST, colleagues=chat.colleagues(RIGHT))
    if form.is_valid():
        _decide(request, one, form)
    else:
        messages.warning(request, _("Nothing was changed: choose each value from its list."))
    return redirect("partners:staff_ticket", pk)


def _decide(request, one: SupportTicket, form: ChangeForm) -> None:
    try:
        if tickets.change(ticket=one, by=request.user, **form.cleaned_data):
            messages.success(request, _("The ticket is changed."))
    except tickets.ChangedMeanwhile:
        messages.warning(
            request,
            _("Somebody has changed this ticket meanwhile. Look at it, then decide again."),
        )
    except tickets.NoSuchStep:
        messages.warning(request, _("A ticket does not go from this status to that one."))


@staff_required(permission=RIGHT)
@require_GET
def file(request, pk):
    return download(TicketMessage.objects.all(), pk)
