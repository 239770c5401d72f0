"""In to the sample shop, and out of it again."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners.access import PARTNER_HOME, applicant_required
from partners.models import Partner
from sellercloudx import sample


@applicant_required
@require_POST
def look_round(request):
    if request.partner.state != Partner.State.PENDING or not request.POST.get("look"):
        request.session.pop(sample.LOOKING, None)
        return redirect("partners:waiting")
    sample.prepare()
    if not sample.is_ready():
        messages.info(
            request, _("The sample shop is being set up. Open it again in half a minute.")
        )
        return redirect("partners:waiting")
    request.session[sample.LOOKING] = True
    return redirect(PARTNER_HOME)
