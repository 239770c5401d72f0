"""Who did what, for our staff."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from partners import audit_words
from partners.access import staff_required
from partners.forms import AuditFilterForm
from partners.models import AuditLog
from sellercloudx.lib.keyset import newest_first


@staff_required(permission="partners.view_auditlog")
@require_GET
def index(request):
    form = AuditFilterForm(request.GET)
    records = AuditLog.objects.select_related("actor", "partner")
    if form.is_valid():
        if action := form.cleaned_data["action"]:
            records = records.filter(action=action)
        if partner := form.cleaned_data["partner"]:
            records = records.filter(partner=partner)
    page = newest_first(records, request.GET)
    context = {"page": page, "records": audit_words.told(page.rows), "filters": form}
    return render(request, "partners/staff_audit.html", context)
