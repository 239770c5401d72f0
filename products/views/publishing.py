"""Many cards at once: what would be sent is shown before anything is."""

import re
import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.access import OPERATOR, partner_required
from partners.views import activity
from products.listing_filters import ListingFilterForm, shops_of
from products.models import Listing
from products.services import bulk_publishing
from products.views.catalogue import LONGEST_QUERY, asked
from sellercloudx.lib.keyset import number

# A listing and the version of its card that was seen.
_PAIR = re.compile(r"([0-9]{1,18}):([0-9]{1,8})")


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def publish(request):
    """Asked for, it changes nothing; sent, a worker begins."""
    if request.method == "POST":
        return _begin(request)
    candidates, is_cut = bulk_publishing.look_at(_asked_for(request))
    context = {
        "ready": [one for one in candidates if one.is_ready],
        "others": [one for one in candidates if not one.is_ready],
        "most": bulk_publishing.MOST if is_cut else None,
        "submission": uuid.uuid4(),
    }
    return render(request, "products/publish.html", context)


def _asked_for(request):
    """Of the list of products, or of that of listings."""
    pks = [pk for pk in map(number, request.GET.getlist("listing")) if pk is not None]
    if pks:
        return bulk_publishing.of_listings(request.partner, pks)
    if request.GET.get("all_matching") and "listings" in request.GET:
        form = ListingFilterForm(request.GET, shops=shops_of(request.partner))
        chosen = form.narrow(Listing.objects.for_partner(request.partner))
        return chosen.filter(state=Listing.State.REVIEW)
    if request.GET.get("all_matching"):
        q = asked(request, most=LONGEST_QUERY)
        return bulk_publishing.waiting_in(request.partner, tab=request.GET.get("tab", ""), q=q)
    pks = [pk for pk in map(number, request.GET.getlist("id")) if pk is not None]
    return bulk_publishing.of_products(request.partner, pks)


def _begin(request):
    found = filter(None, map(_PAIR.fullmatch, request.POST.getlist("card")))
    asked_for = [(int(pair[1]), int(pair[2])) for pair in found]
    cards = bulk_publishing.own_pairs(request.partner, asked_for)
    if not cards:
        messages.warning(request, _("Choose at least one card."))
        return redirect("products:list")
    return activity.started(request, "publish_cards", cards=cards)
