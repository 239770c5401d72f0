"""Shops of all partners that need somebody, for those of our people who help them."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from marketplaces import parking
from marketplaces.models import Connection, Operation
from partners.access import staff_required
from partners.models import Partner
from sellercloudx.lib.keyset import newest_first
from sellercloudx.pages.partner import described

STATES = (Connection.State.PARKED, Connection.State.DEGRADED)
STUCK = "stuck"
RETRY = "marketplaces.retry_operation"


@staff_required(permission="marketplaces.view_connection")
@require_GET
def shops(request):
    """Those whose key is refused, that answer badly, or have not answered something at all."""
    which = request.GET.get("show", "")
    page = newest_first(_shops().filter(_chosen(which)), request.GET)
    for shop in page.rows:
        described(shop, shop.partner)
    context = {"page": page, "tabs": _tabs(which), "which": which}
    return render(request, "pages/staff_shops.html", context)


@staff_required(permission=RETRY)
@require_POST
def retry(request, pk):
    """Tell the shop after all what was set aside for a person, as its seller may."""
    shop = get_object_or_404(Connection.objects.defer("secret"), pk=pk)
    done = parking.retry_all(connection=shop, by=request.user)
    if done:
        words = ngettext("%(n)d is being told again.", "%(n)d are being told again.", done)
        messages.success(request, words % {"n": done})
    else:
        messages.info(request, _("Nothing waits for a person here any more."))
    which = {"show": request.POST.get("show", "")}
    return redirect(f"{reverse('pages:staff_shops')}?{urlencode(which)}")


def _chosen(which: str) -> Q:
    if which in STATES:
        return Q(state=which, partner__state=Partner.State.APPROVED)
    parked = Operation.objects.filter(connection=OuterRef("pk"), state=Operation.State.PARKED)
    if which == STUCK:
        return Q(Exists(parked))
    return Q(state__in=STATES, partner__state=Partner.State.APPROVED) | Q(Exists(parked))


def _shops() -> QuerySet[Any]:
    parked = Operation.objects.filter(connection=OuterRef("pk"), state=Operation.State.PARKED)
    whole = parked.order_by().values("connection")
    return (
        Connection.objects.select_related("partner", "breaker")
        .defer("secret")
        .annotate(
            read_at=Max("streams__succeeded_at", filter=Q(streams__name="orders")),
            parked=Subquery(whole.annotate(count=Count("pk")).values("count")),
            parked_since=Subquery(whole.annotate(since=Min("created_at")).values("since")),
        )
    )


def _tabs(current: str) -> list[dict[str, Any]]:
    named = [
        ("", _("All")),
        *((state.value, state.label) for state in STATES),
        (STUCK, _("Without an answer")),
    ]
    known = current if current in dict(named) else ""
    return [
        {"label": label, "url": f"?show={value}", "is_current": value == known}
        for value, label in named
    ]
