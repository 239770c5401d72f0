"""A partner's own files, handed out."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from partners.models import StoredFile
from partners.services.files import content_of
from sellercloudx.lib.bucket import BucketAway


def saved(stored: StoredFile, name: str) -> HttpResponse:
    """A file of a partner, for its own people alone and never opened in the page."""
    try:
        content = content_of(stored)
    except BucketAway:
        return HttpResponse(status=503, headers={"Retry-After": "30", "Cache-Control": "no-store"})
    response = HttpResponse(content, content_type=stored.content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
