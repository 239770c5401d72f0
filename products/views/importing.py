"""Products out of a table: choosing it, looking at what it would change, beginning."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners import limits
from partners.access import OPERATOR, partner_required
from partners.views import activity
from products.forms import ImportForm
from products.models import ProductImport
from products.services import import_files, import_preview, import_rows, importing
from sellercloudx.lib import tables
from sellercloudx.lib.sheets import BadTable


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def upload(request):
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (sent := _take(request, form)):
        return redirect("products:import_preview", sent.pk)
    context = {
        "form": form,
        "columns": [column.label for column in import_rows.COLUMNS.values()],
        "most": import_rows.MOST_ROWS,
    }
    return render(request, "products/import.html", context, status=422 if form.errors else 200)


def _take(request, form) -> ProductImport | None:
    """The table, kept; what is wrong with it becomes an error of its field."""
    if not limits.may_upload(request, request.partner):
        form.add_error("table", _("Too many files within an hour. Try again later."))
        return None
    chosen = form.cleaned_data["table"]
    try:
        return import_files.take(partner=request.partner, by=request.user, upload=chosen)
    except BadTable as error:
        form.add_error("table", str(error))
        return None


@partner_required(to_look=OPERATOR)
@require_GET
def template(request):
    response = HttpResponse(importing.template(), content_type=tables.CONTENT_TYPE)
    name = f"{_('products')}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def preview(request, pk):
    """Asked for, it changes nothing; sent, a worker begins."""
    own = ProductImport.objects.for_partner(request.partner).select_related("partner")
    sent = get_object_or_404(own, pk=pk)
    if request.method == "POST":
        return activity.started(request, "import_products", **{"import": sent.pk})
    try:
        found = import_preview.of(sent)
    except BadTable as error:
        messages.error(request, str(error))
        return redirect("products:import")
    if found is None:
        messages.warning(request, _("The file was kept for 7 days and is gone. Upload it again."))
        return redirect("products:import")
    context = {"sent": sent, "preview": found, "submission": uuid.uuid4()}
    return render(request, "products/import_preview.html", context)
