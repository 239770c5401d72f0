"""What keeps a shop from harm: its rehearsal and its daily cap."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplaces import caps, rehearsing
from marketplaces.forms import CapForm
from marketplaces.models import Intent
from marketplaces.views import shops
from partners.access import partner_required
from partners.models import Member
from sellercloudx.lib.keyset import newest_first

Role = Member.Role
# Of a request, what its page shows at once; the whole is a file.
SHOWN = 2000
PAGE = 20


@partner_required(at_least=Role.MANAGER)
@require_http_methods(["GET", "POST"])
def rehearsal(request, pk):
    connection = shops.shown(request, pk)
    if request.method == "POST":
        is_on = request.POST.get("is_on") == "1"
        if rehearsing.switch(connection=connection, by=request.user, is_on=is_on):
            begun = _("The rehearsal has begun: nothing is sent to this shop.")
            ended = _("The rehearsal is over: what happens from now on is sent.")
            messages.success(request, begun if is_on else ended)
        return redirect("marketplaces:rehearsal", pk)
    page = newest_first(connection.intents.all(), request.GET, size=PAGE)
    for intent in page.rows:
        intent.text = bytes(intent.body)[:SHOWN].decode("utf-8", "replace")
        intent.is_cut = len(intent.body) > SHOWN
    context = {"connection": connection, "page": page}
    return render(request, "marketplaces/rehearsal.html", context)


@partner_required
@require_GET
def intent(request, pk):
    """The body as it would have been sent, byte for byte."""
    found = get_object_or_404(Intent.objects.for_partner(request.partner), pk=pk)
    name = f"{found.group}-{found.pk}.txt"
    return HttpResponse(
        bytes(found.body),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@partner_required(at_least=Role.OWNER)
@require_POST
def cap(request, pk):
    connection = shops.shown(request, pk)
    form = CapForm(request.POST)
    if form.is_valid():
        caps.set_cap(
            connection=connection, by=request.user, cap=form.cleaned_data["destructive_cap"]
        )
        messages.success(request, _("The daily limit is set."))
    else:
        typed = request.POST.get("destructive_cap", "")[:20]
        words = _("“%(typed)s” is no number from 0 to 100 000. The limit stays at %(cap)s.")
        messages.error(request, words % {"typed": typed, "cap": connection.destructive_cap})
    return redirect("marketplaces:detail", pk)
