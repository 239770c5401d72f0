"""A listing field by field: ours, sent and theirs; its price in quarantine; taking it over."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marketplaces.shop_names import shop_title
from partners.access import partner_required
from products import listing_words, price_words, wording
from products.models import Listing
from products.services import completeness, differences, held_prices, price_guard, taking_over
from products.services.cards import latest_card
from sellercloudx.lib.money import Money

COMPARE = "products:compare"
MOST_PRICES = 10


def _own(request, pk) -> Listing:
    rows = Listing.objects.for_partner(request.partner).select_related(
        "product__photo", "connection", "partner", "theirs", "channel"
    )
    listing = get_object_or_404(rows.defer("product__photo__content"), pk=pk)
    listing.title = shop_title(listing.connection)
    listing.standing = wording.standing(listing)
    return listing


@partner_required
@require_GET
def detail(request, pk):
    listing = _own(request, pk)
    theirs = differences.read(listing)
    card = latest_card(listing)
    found = listing_words.lines(differences.of(listing, card))
    context = {
        "listing": listing,
        "product": listing.product,
        "theirs": theirs,
        "lines": found,
        "others": sum(line["is_other"] for line in found),
        "languages": listing_words.completeness_lines(completeness.of(card)),
        "advice": listing_words.advice_lines(theirs),
        "price_advice": listing_words.price_advice(theirs),
        "holds": listing_words.hold_lines(listing),
        "is_found": listing.state == Listing.State.FOUND,
    }
    return render(request, "products/compare.html", context)


@partner_required
@require_POST
def take_over(request, pk):
    listing = _own(request, pk)
    try:
        taking_over.take_over(listing=listing, by=request.user)
    except taking_over.NotFound:
        messages.info(request, _("It is taken over already."))
    else:
        messages.success(request, _("Taken over: its price and stock are being sent."))
    return redirect(COMPARE, pk)


@partner_required
@require_POST
def confirm_price(request, pk):
    listing = _own(request, pk)
    prices = [_price(said) for said in request.POST.getlist("price")[:MOST_PRICES]]
    try:
        held_prices.confirm(listing=listing, prices=[one for one in prices if one], by=request.user)
    except held_prices.NotHeld:
        messages.warning(
            request, _("Nothing was confirmed: another price is held back, or none. Look again.")
        )
    except price_guard.Refused as error:
        words = price_words.batch_line(error.refusal.code, error.refusal.as_json())
        messages.error(request, _("Nothing was confirmed. %(reason)s") % {"reason": words})
    else:
        messages.success(request, _("Confirmed. The marketplace is being told."))
    return redirect(COMPARE, pk)


def _price(said: str) -> Money | None:
    """As the page wrote it; anything else is no price that was seen."""
    amount, _space, currency = said[:40].partition(" ")
    try:
        return Money(Decimal(amount), currency)
    except InvalidOperation:
        return None
