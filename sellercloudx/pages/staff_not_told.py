"""What was not told to marketplaces, of all partners, for those of our people who help them."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from marketplaces import not_told
from marketplaces.forms import NotToldForm
from marketplaces.models import Operation
from marketplaces.views.not_told import back, carry_out, chosen_of, listing
from partners.access import staff_required
from sellercloudx.lib.keyset import number
from sellercloudx.pages.staff_shops import RETRY


@staff_required(permission="marketplaces.view_connection")
@require_GET
def index(request):
    form = NotToldForm(request.GET)
    rows = _of_shop(request.GET, form.narrow(Operation.objects.select_related("partner")))
    context = listing(request, rows, not_told.show_of(request.GET), form)
    return render(request, "pages/staff_not_told.html", context)


@staff_required(permission=RETRY)
@require_POST
def decide(request):
    """As the seller may, but for what its owner must let through."""
    chosen = chosen_of(
        request, _of_shop(request.POST, Operation.objects.all()), NotToldForm(request.POST)
    )
    carry_out(request, chosen.exclude(state=Operation.State.HELD))
    return back(request, reverse("pages:staff_not_told"))


def _of_shop(params, operations):
    """One shop's, where the address names one."""
    shop = number(params.get("connection"))
    return operations.filter(connection=shop) if shop else operations
