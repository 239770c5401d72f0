"""Several applications at once: first what would happen, then what did."""

from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from partners.access import staff_required
from partners.services import applications
from sellercloudx.lib.keyset import number


@staff_required(permission="partners.change_partner")
@require_http_methods(["GET", "POST"])
def approve(request):
    """Asked for, it changes nothing; sent, it answers with what became of each."""
    sent = request.POST if request.method == "POST" else request.GET
    pks = [pk for pk in map(number, sent.getlist("id")) if pk is not None]
    if request.method == "POST":
        done = applications.approve(pks, by=request.user)
    else:
        done = applications.chosen(pks)
    ready = [one for one in done if one.is_ready]
    context = {"applications": done, "ready": ready, "is_done": request.method == "POST"}
    context["approved"] = sum(one.is_approved for one in done)
    context["told"] = sum(one.is_told for one in done)
    return render(request, "partners/staff_approve_many.html", context)
