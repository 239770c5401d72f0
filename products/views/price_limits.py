"""How far prices may move: of all products, and of one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.access import OPERATOR, partner_required
from products.price_forms import GeneralLimitsForm, LimitsForm
from products.services import price_limits
from products.views.product import own_product


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def general(request):
    return _edit(request, GeneralLimitsForm, None)


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def of_product(request, pk):
    return _edit(request, LimitsForm, own_product(request, pk))


def _edit(request, form_class, product):
    entered = price_limits.entered(request.partner, product)
    form = form_class(request.POST or None, initial=vars(entered))
    if request.method == "POST" and form.is_valid():
        price_limits.enter(
            partner=request.partner, product=product, by=request.user, limits=form.cleaned_data
        )
        messages.success(request, _("Saved. Every price is held to it from now on."))
        return redirect(*(("products:price", product.pk) if product else ("products:many_prices",)))
    context = {"form": form, "product": product}
    status = 422 if form.errors else 200
    return render(request, "products/price_limits.html", context, status=status)
