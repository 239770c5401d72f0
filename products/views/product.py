"""One product: what is known of it, its price, its stock, its shops."""

from decimal import ROUND_CEILING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from marketplaces.shop_names import shop_title
from partners.access import OPERATOR, partner_required
from products import price_words, tabs, wording
from products.forms import AdjustForm, PriceForm, ProductForm
from products.models import Product, Reservation, StockMovement
from products.services import (
    catalogue,
    listings,
    price_changes,
    price_guard,
    price_limits,
    pricing,
    shop_rates,
    skus,
    stock,
)
from products.views.catalogue import read_photo
from sellercloudx.lib import formats
from sellercloudx.lib.fragments import fragment_of, polled
from sellercloudx.lib.money import Money
from sellercloudx.lib.submissions import key_of

LEDGER_ROWS = 20
HISTORY = 10
BUSY, SETTLING = "every 2s", "every 15s"


def own_product(request, pk) -> Product:
    return get_object_or_404(own_products(request), pk=pk)


def own_products(request):
    products = Product.objects.for_partner(request.partner).select_related("partner", "photo")
    return products.defer("photo__content")


def _movements(product: Product) -> list[StockMovement]:
    movements = list(product.movements.select_related("actor").order_by("-pk")[:LEDGER_ROWS])
    for movement in movements:
        movement.why = wording.movement_reason(movement)
    return movements


@partner_required
@require_GET
def detail(request, pk):
    priced = price_limits.with_margin(own_products(request))
    found = price_changes.with_latest_change(stock.with_figures(priced))
    product = get_object_or_404(found.annotate(is_price_proposed=tabs.PROPOSED), pk=pk)
    change = price_changes.latest_change(product)
    shops = listings.working_connections(product.partner)
    listed = _listed(product)
    rates, margin = shop_rates.shops_of(shops, listed), price_limits.margin_read(product)
    proposal = price_changes.proposal_from(product, rates, margin)
    proposed = proposal.price if proposal else None
    explained = price_changes.explained(product, change, proposal)
    context = {
        "product": product,
        "figures": stock.figures_read(product),
        "waterfall": wording.waterfall_lines(explained, product.price) if change else [],
        "price_maker": wording.price_maker(change),
        "is_incomplete": price_changes.is_incomplete(change, explained),
        "better_price": proposed if proposed != product.price else None,
        "movements": _movements(product),
        "held": product.reservations.filter(state=Reservation.State.LIVE).order_by("pk"),
        "is_sku_proposed": product.sku.startswith(skus.from_name(product.name)),
        **_shops(listed, shops),
    }
    return render(request, "products/detail.html", context)


def _listed(product) -> list:
    """Its places, with their shops and what those quoted."""
    return list(product.listings.select_related("connection", "quoted_fee").order_by("pk"))


@polled
@partner_required
@require_GET
@fragment_of("products:detail")
def shops(request, pk):
    """The part of the page that changes by itself while cards are made and sent."""
    product = own_product(request, pk)
    shops = listings.working_connections(product.partner)
    return render(
        request, "products/_shops.html", {"product": product, **_shops(_listed(product), shops)}
    )


def _shops(listed, shops) -> dict:
    """`shops` are those that work."""
    for listing in listed:
        listing.standing = wording.standing(listing)
        listing.their_words = wording.their_words(listing)
        listing.stopped_words = price_words.listing_stopped(listing)
        listing.title = shop_title(listing.connection)
        listing.category_words = wording.category_reason(listing)
    taken = {listing.connection_id for listing in listed}
    free = [one for one in shops if one.pk not in taken]
    for connection in free:
        connection.title = shop_title(connection)
    return {"listings": listed, "unlisted": free, "look_again": _look_again(listed)}


def _look_again(listed) -> str:
    """How often the page asks for news; never, when none will come."""
    if any(listing.standing.is_busy for listing in listed):
        return BUSY
    return SETTLING if any(listing.standing.is_settling for listing in listed) else ""


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def edit(request, pk):
    product = own_product(request, pk)
    form = ProductForm(
        request.POST or None, request.FILES or None, initial=ProductForm.initial_of(product)
    )
    if request.method == "POST" and form.is_valid() and _save(request, product, form):
        messages.success(request, _("Saved."))
        return redirect("products:detail", pk)
    context = {"product": product, "form": form}
    return render(request, "products/edit.html", context, status=422 if form.errors else 200)


def _save(request, product, form) -> bool:
    photo = read_photo(request, form)
    if form.errors:
        return False
    fields = form.cleaned_data | {"photo": photo}
    try:
        catalogue.change_product(product=product, by=request.user, **fields)
    except catalogue.SkuTaken:
        form.add_error("sku", _("Another product of yours has this SKU. Choose another."))
    except catalogue.SkuIsKnown:
        form.add_error("sku", _("A marketplace knows the product by this SKU: it must stay."))
    return not form.errors


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def price(request, pk):
    product = own_product(request, pk)
    shops = listings.working_connections(product.partner)
    listed = _listed(product)
    margin = price_limits.limits_of([product])[product.pk].margin
    rates = shop_rates.shops_of(shops, listed)
    proposal = price_changes.proposal_from(product, rates, margin)
    proposed = proposal.price if proposal else None
    initial = {"price": product.price or proposed, "cost": product.cost}
    form = PriceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _set_price(request, product, form):
        messages.success(request, _("The price is set and goes to the shops that have it."))
        return redirect("products:detail", pk)
    context = {
        "product": product,
        "form": form,
        "proposed": proposed,
        "lines": _lines_of(proposal),
        "is_complete": proposal is not None and proposal.is_complete,
        "shops": [(shop.pk, shop_title(shop)) for shop in shops],
        "stopped": _stopped(listed),
        "elsewhere": _elsewhere(product, shops),
        "history": product.price_changes.select_related("actor").order_by("-pk")[:HISTORY],
    }
    return render(request, "products/price.html", context, status=422 if form.errors else 200)


def _stopped(listed) -> list[dict]:
    """The shops the price was not sent to, and why."""
    return [
        {"shop": shop_title(one.connection), "why": price_words.listing_stopped(one)}
        for one in listed
        if one.price_stopped_for
    ]


def _elsewhere(product, shops) -> list[dict]:
    """The price in the currencies of shops that count in another."""
    if product.price is None:
        return []
    price = Money(product.price, product.currency)
    currencies = {shop.currency for shop in shops} - {"", product.currency}
    return [
        {"currency": one, "words": price_words.in_currency(price, one)}
        for one in sorted(currencies)
    ]


def _lines_of(proposal):
    if proposal is None:
        return []
    return wording.waterfall_lines(pricing.as_json(proposal.waterfall), proposal.price)


def _set_price(request, product, form) -> bool:
    try:
        price_changes.change_price(product=product, by=request.user, **form.cleaned_data)
    except price_changes.BelowFloor as error:
        form.add_error("price", _losing(error, product))
    except price_guard.Refused as error:
        refusal = error.refusal
        form.add_error("price", price_words.price_stopped(refusal.code, refusal.as_json()))
    return not form.errors


def _losing(error, product) -> str:
    if error.floor is None:
        return str(price_words.STOPPED[error.refusal.code])
    # To be typed in by a person: whole, and no less than the floor.
    whole = error.floor.to_integral_value(ROUND_CEILING)
    return _("Below %(floor)s you lose on each piece. Raise it, or tick the box below.") % {
        "floor": formats.money(whole, product.currency)
    }


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def adjust(request, pk):
    product = own_product(request, pk)
    form = AdjustForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _adjust(request, product, form):
        messages.success(request, _("The count is corrected and the shops are told."))
        return redirect("products:detail", pk)
    context = {"product": product, "form": form, "figures": stock.figures(product)}
    return render(request, "products/adjust.html", context, status=422 if form.errors else 200)


def _adjust(request, product, form) -> bool:
    quantity, reason = form.cleaned_data["quantity"], form.cleaned_data["reason"]
    key = key_of(
        form.cleaned_data["submission"], product=product.pk, quantity=quantity, reason=reason
    )
    try:
        stock.adjust(
            partner=request.partner,
            product=product,
            quantity=quantity,
            reason=reason,
            source=f"adjustment:{key}",
            by=request.user,
        )
    except stock.NotEnough:
        form.add_error("quantity", _("So many are not free: some are promised to orders."))
    except stock.TooMany:
        form.add_error("quantity", _("That would be more than a million pieces."))
    return not form.errors
