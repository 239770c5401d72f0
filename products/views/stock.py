"""What shops show of a product's stock, what a bundle is made of, and whether it all adds up."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from marketplaces.shop_names import shop_title
from partners.access import OPERATOR, partner_required
from products import stock_words
from products.services import (
    publishing,
    stock,
    stock_check,
    stock_limits,
    stock_parts,
    stock_risk,
    stock_shares,
)
from products.stock_forms import STRICT, PartsForm, StockForm
from products.views.product import own_product, own_products


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def limits(request, pk):
    product = get_object_or_404(stock.with_figures(own_products(request)), pk=pk)
    figures, shown = stock.figures_read(product), publishing.told([product])
    can_be_strict = not (product.is_bundle or product.is_part)
    form = StockForm(
        request.POST or None,
        listings=shown,
        is_strict=figures.is_strict,
        can_be_strict=can_be_strict,
    )
    if request.method == "POST" and form.is_valid() and _save(request, product, form):
        messages.success(request, _("Saved. Shops that show another number now are told."))
        return redirect("products:stock", pk)
    for listing in shown:
        listing.title = shop_title(listing.connection)
    context = {
        "product": product,
        "form": form,
        "figures": figures,
        "can_be_strict": can_be_strict,
        "shops": [(one, *stock_words.shop_figures(one, figures)) for one in shown],
        "level": stock_shares.level_of(product) if figures.is_strict else None,
        "risk": None if figures.is_strict else _risk(product, shown),
        "check": stock_check.latest(product.partner),
    }
    return render(request, "products/stock.html", context, status=422 if form.errors else 200)


def _risk(product, shown) -> dict:
    return stock_words.risk_lines(stock_risk.measure(product, shown), shown)


def _save(request, product, form) -> bool:
    is_strict = form.cleaned_data["mode"] == STRICT
    try:
        stock_limits.set_limits(product=product, limits=form.limits(), by=request.user)
        stock_limits.set_mode(product=product, is_strict=is_strict, by=request.user)
    except stock_shares.InABundle:
        form.add_error("mode", _("The pieces of a bundle and of its parts cannot be shared out."))
    return not form.errors


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def parts(request, pk):
    product = own_product(request, pk)
    form = PartsForm(
        request.POST or None, partner=request.partner, parts=stock_parts.parts_of(product)
    )
    if request.method == "POST" and form.is_valid() and _set_parts(request, product, form):
        messages.success(request, _("Saved. Shops hear how many can be had."))
        return redirect("products:detail", pk)
    context = {"product": product, "form": form}
    return render(request, "products/parts.html", context, status=422 if form.errors else 200)


def _set_parts(request, product, form) -> bool:
    try:
        stock_parts.set_parts(bundle=product, parts=form.cleaned_data["parts"], by=request.user)
    except stock_parts.CannotBeBundle as refused:
        form.add_error("parts", stock_words.no_bundle(refused))
    return not form.errors


@partner_required
@require_GET
def check(request):
    last = stock_check.latest(request.partner)
    context = {"check": last, "wrong": stock_words.findings(last)}
    return render(request, "products/stock_check.html", context)
