"""Notes about a partner, for our own people."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners.access import staff_required
from partners.models import Partner, PartnerNote
from partners.note_form import NoteForm
from partners.services import notes
from sellercloudx.lib.keyset import newest_first


@staff_required(permission="partners.view_partnernote")
@require_GET
def index(request, pk):
    """All of them, newest first."""
    partner = get_object_or_404(Partner, pk=pk)
    written = PartnerNote.objects.for_partner(partner).select_related("author")
    context = {"partner": partner, "page": newest_first(written, request.GET)}
    return render(request, "partners/staff_notes.html", context)


@staff_required(permission="partners.add_partnernote")
@require_POST
def add(request, pk):
    partner = get_object_or_404(Partner, pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        context = {"partner": partner, "form": form}
        return render(request, "partners/staff_note.html", context, status=422)
    notes.add(partner=partner, by=request.user, **form.cleaned_data)
    messages.success(request, _("The note is kept."))
    return redirect("pages:partner", pk)
