"""The admin panel's pages about partners."""

import re

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners.access import staff_required
from partners.forms import BlockForm, EndForm, PartnerSearchForm, ReasonForm
from partners.models import Delivery, Member, Partner
from partners.services import approval, deliveries
from sellercloudx.lib.keyset import newest_first
from sellercloudx.lib.text import fold

State = Partner.State
VIEW, CHANGE = "partners.view_partner", "partners.change_partner"


@staff_required(permission=VIEW)
@require_GET
def index(request):
    state = request.GET.get("state", "")
    form = PartnerSearchForm(request.GET)
    words = form.data.get("q", "").strip()
    found = _search(Partner.objects.all(), words) if form.is_valid() else Partner.objects.none()
    partners = _with_owners(found)
    if state in State.values:
        partners = partners.filter(state=state)
    context = {
        "page": newest_first(partners, request.GET),
        "tabs": _tabs(state, words),
        "filters": form,
        "words": words,
        # Only where all that is shown may be approved.
        "may_choose": state == State.PENDING and request.user.has_perm(CHANGE),
    }
    return render(request, "partners/staff_list.html", context)


def _with_owners(partners):
    owners = Member.objects.filter(role=Member.Role.OWNER).select_related("user").order_by("pk")
    return partners.prefetch_related(Prefetch("members", owners, to_attr="owners"))


def _search(partners, words: str):
    """Every word must be found, in the company or in one of its people."""
    for word in _search_words(words):
        people = Member.objects.filter(partner=OuterRef("pk"), user__folded__contains=word)
        partners = partners.filter(Q(folded__contains=word) | Exists(people))
    return partners


def _search_words(words: str) -> list[str]:
    """A phone or tax number is one word, however it is spaced."""
    digits = re.sub(r"[\s().+-]", "", words)
    return [digits] if digits.isdecimal() else fold(words).split()


def _tabs(current: str, words: str) -> list[dict]:
    counts = dict(Partner.objects.values_list("state").annotate(Count("pk")))
    tabs = [{"label": _("All"), "value": "", "count": sum(counts.values())}]
    tabs += [{"label": s.label, "value": s.value, "count": counts.get(s, 0)} for s in State]
    for tab in tabs:
        tab["url"] = "?" + urlencode({"state": tab["value"], "q": words})
        tab["is_current"] = tab["value"] == current
        tab["is_hot"] = tab["value"] == State.PENDING
    return tabs


@staff_required(permission=CHANGE)
@require_POST
def approve(request, pk):
    return _decide(request, pk, approval.approve, _("The partner is approved and told."))


@staff_required(permission=CHANGE)
@require_POST
def unblock(request, pk):
    return _decide(request, pk, approval.unblock, _("The partner works again and is told."))


@staff_required(permission=CHANGE)
@require_POST
def change_end(request, pk):
    words, title = _("The end of the block is changed and told."), _("Change the date")
    return _explained(request, pk, EndForm, approval.change_end, words, title=title)


@staff_required(permission=CHANGE)
@require_POST
def reactivate(request, pk):
    words = _("The account is open again and the partner is told.")
    return _decide(request, pk, approval.reactivate, words)


@staff_required(permission=CHANGE)
@require_POST
def reject(request, pk):
    words = _("The application is rejected.")
    return _explained(request, pk, ReasonForm, approval.reject, words, title=_("Reject"))


@staff_required(permission=CHANGE)
@require_POST
def block(request, pk):
    words = _("The partner is blocked and told.")
    return _explained(request, pk, BlockForm, approval.block, words, title=_("Block"))


@staff_required(permission=CHANGE)
@require_POST
def deactivate(request, pk):
    words = _("The partner is deactivated and told.")
    return _explained(request, pk, ReasonForm, approval.deactivate, words, title=_("Deactivate"))


def _explained(request, pk, form_class, decision, words: str, *, title):
    """A decision the partner reads the reason of; asked for anew where something is wrong."""
    form = form_class(request.POST)
    if form.is_valid():
        return _decide(request, pk, decision, words, **form.cleaned_data)
    partner = get_object_or_404(Partner, pk=pk)
    context = {"partner": partner, "reason_form": form, "verb": title}
    return render(request, "partners/staff_reason.html", context, status=422)


def _decide(request, pk, decision, words: str, **reason):
    partner = get_object_or_404(Partner, pk=pk)
    try:
        decision(partner=partner, by=request.user, **reason)
    except approval.AlreadyDecided:
        partner.refresh_from_db()
        messages.warning(
            request,
            _("Nothing was changed: somebody has decided already. The state now: %(state)s.")
            % {"state": partner.get_state_display()},
        )
    else:
        messages.success(request, words)
    return redirect("pages:partner", pk)


@staff_required(permission=CHANGE)
@require_POST
def send_again(request, pk):
    """Another round for a message that could not be delivered."""
    if deliveries.send_again(delivery=get_object_or_404(Delivery, pk=pk)):
        messages.success(request, _("The message will be tried again."))
    else:
        messages.info(request, _("Nothing to try: the message is on its way or has arrived."))
    return redirect("pages:staff_home")
