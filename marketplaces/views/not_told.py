"""The page of what was not told: looked at by any member, decided about by those who work."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from marketplaces import not_told, parking
from marketplaces.explain import unclear_words
from marketplaces.forms import NotToldForm
from marketplaces.models import Connection, Operation
from partners.access import is_ours, partner_required
from partners.models import Member
from sellercloudx.lib.keyset import newest_first, number

DECISIONS = {"retry": parking.retry, "drop": parking.dismiss}


@partner_required
@require_GET
def index(request):
    shops = list(Connection.objects.for_partner(request.partner).only("name", "marketplace"))
    form = NotToldForm(request.GET, shops=shops)
    show = not_told.show_of(request.GET)
    own = form.narrow(Operation.objects.for_partner(request.partner))
    return render(request, "marketplaces/not_told.html", listing(request, own, show, form))


def listing(request, operations, show, form):
    """What the page of a partner, or of our people, shows."""
    rows = not_told.listed(operations, show).select_related("connection").defer("payload")
    page = newest_first(rows, request.GET)
    for operation in page.rows:
        operation.why = unclear_words(operation) or operation.error_message
    return {"page": page, "tabs": not_told.tabs(show), "show": show, "form": form}


@partner_required
@require_POST
def decide(request):
    own = Operation.objects.for_partner(request.partner)
    shops = Connection.objects.for_partner(request.partner).only("name", "marketplace")
    chosen = chosen_of(request, own, NotToldForm(request.POST, shops=list(shops)))
    if request.POST.get("do") == "retry" and not request.member.is_at_least(Member.Role.OWNER):
        # What is over the day's cap is its owner's to let through.
        chosen = chosen.exclude(state=Operation.State.HELD)
    carry_out(request, chosen)
    return back(request, reverse("marketplaces:not_told"))


def chosen_of(request, operations, form):
    """The rows that were ticked, or all of the list as it was narrowed; the oldest first."""
    if "all_matching" in request.POST:
        found = not_told.listed(form.narrow(operations), not_told.show_of(request.POST))
    else:
        ticked = [pk for pk in map(number, request.POST.getlist("id")) if pk is not None]
        found = operations.filter(pk__in=ticked[: parking.AT_ONCE])
    return found.filter(state__in=Operation.UNDECIDED).order_by("pk")


def carry_out(request, chosen):
    """Do what the button said, and say of how many."""
    do = request.POST.get("do", "")
    if do not in DECISIONS:
        return
    done = parking.decide_all(chosen, decision=DECISIONS[do], by=request.user)
    if do == "retry":
        words = ngettext("%(n)d is being told again.", "%(n)d are being told again.", done)
    else:
        words = ngettext("%(n)d was dropped.", "%(n)d were dropped.", done)
    level = messages.success if done else messages.warning
    level(request, words % {"n": done})


def back(request, page):
    wanted = request.POST.get("next", "")
    return redirect(wanted if is_ours(request, wanted) else page)
