from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ai_manager.services import cards
from partners.access import partner_required
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
