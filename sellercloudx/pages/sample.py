"""In to the sample shop, and out of it again."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from partners.access import PARTNER_HOME, applicant_required
from partners.models import Partner
from sellercloudx import sample

# Seconds.
ASKED_EVERY = 3


@applicant_required
@require_POST
def look_round(request):
    if request.partner.state != Partner.State.PENDING or not request.POST.get("look"):
        request.session.pop(sample.LOOKING, None)
        return redirect("partners:waiting")
    sample.prepare()
    request.session[sample.LOOKING] = True
    return _in_or_back(request) or redirect("pages:sample_wait")


@applicant_required
@require_GET
@never_cache
def wait(request):
    """Asks again by itself, also without a script, and goes in as soon as there is a shop."""
    if not request.session.get(sample.LOOKING):
        return redirect("partners:waiting")
    if (leads := _in_or_back(request)) is not None:
        return leads
    response = render(request, "pages/sample_wait.html")
    response["Refresh"] = str(ASKED_EVERY)
    return response


def _in_or_back(request):
    """None while it is being made."""
    if sample.is_ready():
        return redirect(PARTNER_HOME)
    if sample.is_on_its_way():
        return None
    request.session.pop(sample.LOOKING, None)
    messages.info(request, _("The sample shop cannot be shown now. Try again later."))
    return redirect("partners:waiting")
