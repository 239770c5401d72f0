"""All listings over all shops: ours, sent, theirs, and what is to be done next."""

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marketplaces.shop_names import shop_title
from partners.access import partner_required
from partners.views import activity
from products import listing_filters, listing_words, wording
from products.listing_filters import ListingFilterForm
from products.models import Listing
from products.services import taking_over
from sellercloudx.lib.keyset import newest_first, number

MOST = 500


@partner_required
@require_GET
def index(request):
    shops = listing_filters.shops_of(request.partner)
    form = ListingFilterForm(request.GET, shops=shops)
    own = Listing.objects.for_partner(request.partner)
    rows = form.narrow(own).select_related("product", "connection", "theirs")
    page = newest_first(rows, request.GET)
    for listing in page.rows:
        _describe(listing)
    context = {
        "form": form,
        "page": page,
        "tabs": listing_filters.links(request.partner, form),
        "is_filtered": bool(form.filters) or bool(form.view.slug),
        "submission": uuid.uuid4(),
        "is_found": form.view.slug == "found",
    }
    return render(request, "products/listings.html", context)


def _describe(listing) -> None:
    listing.title = shop_title(listing.connection)
    listing.standing = wording.standing(listing)
    listing.their_words = wording.their_words(listing)
    listing.next = listing_words.next_step(listing)
    listing.their_side = getattr(listing, "theirs", None)


@partner_required
@require_POST
def take_over(request):
    """The chosen ones; a worker does it."""
    pks = [pk for pk in map(number, request.POST.getlist("listing")) if pk is not None]
    every = request.POST.get("all_matching")
    waiting = taking_over.waiting(request.partner, None if every else pks)
    chosen = list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST])
    if not chosen:
        messages.warning(request, _("Choose at least one listing."))
        return redirect("products:listings")
    return activity.started(request, "take_over_listings", listings=chosen)
