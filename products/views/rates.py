"""What a shop takes of each price, entered by hand."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from partners.access import OPERATOR, partner_required
from products.forms import RatesForm
from products.services import shop_rates


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def edit(request, connection_pk):
    shown = Connection.objects.for_partner(request.partner).shown().select_related("partner")
    connection = get_object_or_404(shown, pk=connection_pk)
    form = RatesForm(request.POST or None, initial=shop_rates.entered_for(connection))
    if request.method == "POST" and form.is_valid():
        shop_rates.enter(connection=connection, rates=form.cleaned_data, by=request.user)
        messages.success(request, _("Saved. Proposals count with it; prices you have set stay."))
        return redirect("marketplaces:detail", connection_pk)
    context = {"connection": connection, "title": shop_title(connection), "form": form}
    return render(request, "products/rates.html", context, status=422 if form.errors else 200)
