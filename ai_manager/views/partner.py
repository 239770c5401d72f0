from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ai_manager.forms import AutomationForm, levels_in_words
from ai_manager.services import automation as automation_levels
from ai_manager.services import cards
from partners.access import MANAGER, partner_required
from partners.forms import posted
from products.models import Listing


@partner_required
@require_POST
def remake(request, pk):
    listing = get_object_or_404(Listing.objects.for_partner(request.partner), pk=pk)
    try:
        cards.remake(listing=listing)
    except cards.BeingMade:
        messages.info(request, _("The card is being made already."))
    else:
        messages.success(request, _("The card is being written anew. It takes a few seconds."))
    return redirect("products:listing", pk)


@partner_required(at_least=MANAGER)
@require_http_methods(["GET", "POST"])
def automation(request):
    """How much is done without a person."""
    partner = request.partner
    level = automation_levels.level_of(partner)
    form = AutomationForm(posted(request), initial={"level": level})
    if form.is_valid():
        automation_levels.choose(partner=partner, by=request.user, level=form.cleaned_data["level"])
        messages.success(request, _("Saved."))
        return redirect("ai_manager:automation")
    context = {"form": form, "level": level, "levels": levels_in_words()}
    status = 422 if form.errors else 200
    return render(request, "ai_manager/automation.html", context, status=status)
