"""Prices that are proposed, and what a person says to each."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners.access import partner_required
from products import wording
from products.models import PriceProposal
from products.services import price_proposals
from products.services.price_proposals import NotOpen, Place

PAGE = 20


@partner_required
@require_GET
def index(request):
    waiting = PriceProposal.objects.for_partner(request.partner).filter(
        state=PriceProposal.State.OPEN
    )
    rows = list(_after(waiting, request.GET.get("after", "")).order_by("-pk")[: PAGE + 1])
    for row in rows[:PAGE]:
        row.why = wording.proposal_reasons(row)
        row.lines = wording.waterfall_lines(row.waterfall, row.after)
    context = {
        "proposals": rows[:PAGE],
        "next_after": rows[PAGE - 1].pk if len(rows) > PAGE else "",
        "is_later_page": "after" in request.GET,
    }
    return render(request, "products/proposals.html", context)


def _after(proposals, cursor: str):
    """With their products, behind the one the page before ended with."""
    if cursor.isdecimal() and len(cursor) < 19:
        proposals = proposals.filter(pk__lt=int(cursor))
    return proposals.select_related("product").defer("product__facts", "product__description")


@partner_required
@require_POST
def accept(request, pk):
    proposal = _own(request, pk)
    try:
        price_proposals.accept(proposal=proposal, by=request.user, place=Place.CABINET)
    except NotOpen as error:
        messages.warning(request, wording.proposal_standing(error.proposal))
    else:
        messages.success(request, _("The price is set and goes to the shops that have it."))
    return redirect("products:proposals")


@partner_required
@require_POST
def decline(request, pk):
    proposal = _own(request, pk)
    try:
        price_proposals.decline(proposal=proposal, by=request.user, place=Place.CABINET)
    except NotOpen as error:
        messages.warning(request, wording.proposal_standing(error.proposal))
    else:
        messages.success(request, _("The price stays as it is."))
    return redirect("products:proposals")


def _own(request, pk) -> PriceProposal:
    return get_object_or_404(PriceProposal.objects.for_partner(request.partner), pk=pk)
