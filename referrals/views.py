from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from partners.access import partner_required
from referrals.models import Referral
from sellercloudx.lib.keyset import newest_first


@partner_required
@require_GET
def overview(request):
    """One's own code, and who came by it."""
    code = request.partner.referral_code
    came = Referral.objects.for_partner(request.partner).select_related("referred")
    context = {
        "code": code,
        "link": f"{settings.PUBLIC_URL}{reverse('partners:register')}?{urlencode({'ref': code})}",
        "page": newest_first(came, request.GET),
        "total": came.count(),
    }
    return render(request, "referrals/overview.html", context)
