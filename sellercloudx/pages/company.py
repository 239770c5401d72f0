"""The particulars of a company, how it pays tax, and what is left until the limit of its regime."""

from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.services import turnover
from partners import regions
from partners.access import MANAGER, partner_required
from partners.company_form import COMMON, OWN, CompanyForm, LegalForm, masked
from partners.forms import posted
from partners.models import CompanyDetails, Partner
from partners.services import company
from products.services.fees import source_in
from sellercloudx.lib import formats


@partner_required(at_least=MANAGER)
@require_http_methods(["GET", "POST"])
def company_details(request):
    partner = request.partner
    details = company.details_of(partner)
    form = CompanyForm(posted(request), partner=partner, details=details)
    status = 422
    if form.is_valid():
        try:
            _save(request, form)
            return redirect("pages:company")
        except company.ChangedMeanwhile:
            partner.refresh_from_db(fields=["tax_base"])
            details = company.details_of(partner)
            form.differs_from(details)
            status = 409
    context = {
        "form": form,
        # Whoever sends it once more has read what it replaces.
        "seen": company.version_of(partner, details),
        "known": in_words(partner, details) if details else [],
        **_turnover(partner),
    }
    return render(request, "pages/company.html", context, status=status if form.errors else 200)


def _save(request, form: CompanyForm) -> None:
    company.save_details(
        partner=request.partner,
        by=request.user,
        details=form.details(),
        papers=form.papers(),
        tax_base=form.cleaned_data["tax_base"],
        seen=request.POST.get("seen"),
    )
    messages.success(request, _("Saved."))


def _turnover(partner: Partner) -> dict[str, Any]:
    sold = turnover.standing(partner)
    source = sold.regime.source if sold.regime else ""
    return {
        "turnover": sold,
        "turnover_tone": "bad" if sold.is_over else "warn",
        "turnover_source": source_in(formats.language(), source),
    }


def in_words(partner: Partner, details: CompanyDetails) -> list[tuple[str, str]]:
    """For those who may look only: label and value, papers masked."""
    form = CompanyForm(partner=partner, details=details)
    names = (*OWN[LegalForm(partner.legal_form)], *COMMON)
    values = {name: getattr(details, name) for name in names}
    values["region"] = regions.name_of(details.region)
    if day := values.get("certificate_date"):
        values["certificate_date"] = formats.day(day)
    papers = {name: masked(name, number) for name, number in form.kept.items()}
    shown = values | papers
    return [(form.fields[name].label, shown[name]) for name in shown if name in form.fields]
