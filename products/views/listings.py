"""A product on one shop: the card to read and approve, and what became of it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplaces import categories, gateway, outbox
from marketplaces.connectors.errors import MarketplaceError
from marketplaces.explain import explain
from marketplaces.shop_names import shop_title
from partners.access import OPERATOR, partner_required
from products import card_words, price_words, wording
from products.models import Listing
from products.services import category_match, listings, publishing
from products.services.cards import latest_card
from products.services.readiness import blockers
from products.views.catalogue import asked
from products.views.product import own_product
from sellercloudx.lib.fragments import polled

MOST_FOUND = 20


def own_listing(request, pk) -> Listing:
    rows = Listing.objects.for_partner(request.partner).select_related(
        "product__photo", "connection", "partner"
    )
    listing = get_object_or_404(rows.defer("product__photo__content"), pk=pk)
    listing.title = shop_title(listing.connection)
    listing.standing = wording.standing(listing)
    listing.their_words = wording.their_words(listing)
    listing.stopped_words = price_words.listing_stopped(listing)
    return listing


@polled
@partner_required
@require_GET
def detail(request, pk):
    listing = own_listing(request, pk)
    card = latest_card(listing)
    found = blockers(listing, card)
    may_approve = listing.state in publishing.MAY_BE_APPROVED and card is not None
    subject = listing.subject
    operations = outbox.last_operations([subject]).get(subject, {})
    context = {
        "listing": listing,
        "product": listing.product,
        "card": card,
        "may_approve": may_approve,
        "blockers": wording.blocker_lines(listing, found) if may_approve else [],
        "category_words": wording.category_reason(listing),
        "operations": card_words.operation_lines(operations.values()),
        "versions": listing.cards.order_by("-version").values(
            "version", "created_at", "approved_at"
        )[:10],
    }
    if card:
        context |= card_words.describe(card)
    return render(request, "products/listing.html", context)


@partner_required
@require_POST
def approve(request, pk):
    listing = own_listing(request, pk)
    version = request.POST.get("version", "")
    try:
        publishing.approve_card(
            listing=listing,
            by=request.user,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        )
    except publishing.NotReady as error:
        for line in wording.blocker_lines(listing, error.blockers):
            messages.error(request, line["words"])
    except publishing.AlreadyDecided:
        messages.warning(request, _("The card has changed or is on its way already. Look again."))
    else:
        messages.success(request, _("Approved. The card, the price and the stock are being sent."))
    return redirect("products:listing", pk)


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def category(request, pk):
    listing = own_listing(request, pk)
    if request.method == "POST":
        return _choose(request, listing)
    q = asked(request, most=200, default=listing.product.name)
    trouble = _fetch_tree(listing)
    found = category_match.search(
        marketplace=listing.connection.marketplace, text=q, limit=MOST_FOUND
    )
    context = {
        "listing": listing,
        "product": listing.product,
        "q": q,
        "found": found,
        "trouble": trouble,
        "category_words": wording.category_reason(listing),
    }
    return render(request, "products/category.html", context)


def _fetch_tree(listing) -> dict[str, object]:
    """Why the marketplace's categories cannot be shown, or nothing."""
    try:
        categories.ensure_categories(listing.connection, within=gateway.PATIENCE)
    except MarketplaceError as error:
        return {"words": explain(error.kind, error.reason), "quote": error.words}
    return {}


def _choose(request, listing):
    try:
        listings.choose_category(
            listing=listing, category_id=request.POST.get("category", "")[:40], by=request.user
        )
    except listings.NoSuchCategory:
        messages.error(request, _("The marketplace has no such category. Choose from the list."))
        return redirect("products:category", listing.pk)
    messages.success(request, _("The category is set. A card is being made for it."))
    return redirect("products:detail", listing.product_id)


@partner_required
@require_POST
def open_one(request, pk, connection_pk):
    """Put a product on a shop it is not on yet."""
    product = own_product(request, pk)
    shops = {one.pk: one for one in listings.working_connections(request.partner)}
    if connection_pk not in shops:
        raise Http404
    listings.add_listing(product=product, connection=shops[connection_pk])
    messages.success(request, _("A card is being made."))
    return redirect("products:detail", pk)
