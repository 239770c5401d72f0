"""What is answered when a request broke off."""

import sys

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from sellercloudx.lib.database import is_away

SAFE = ("GET", "HEAD", "OPTIONS")
RETRY_AFTER = 10


def broken(request) -> HttpResponse:
    """As Django answers, but a database that is away is no fault to report: it comes back.

    No redirect: while this page stands, the browser still has what was typed and sends it again.
    """
    if not is_away(sys.exc_info()[1]):
        return server_error(request)
    page = render_to_string("503.html", {"is_read": request.method in SAFE})
    response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
