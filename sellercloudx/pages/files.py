"""Pictures at a permanent address, for marketplaces and browsers alike."""

from django.http import HttpResponse, HttpResponseNotFound
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from partners.models import StoredFile
from partners.services.files import content_of
from sellercloudx import sample
from sellercloudx.lib.bucket import BucketAway

YEAR = 365 * 24 * 3600


@require_safe
def file(request, sha256: str) -> HttpResponse:
    """The address is the content's own hash, so an answer never grows old. No cookie is read."""
    public = StoredFile.objects.filter(sha256=sha256, is_public=True)
    stored = public.only("content_type", *_wanted(request)).first()
    stored = stored or sample.picture(sha256)
    if stored is None:
        # Drawn without a request, so that nothing looks who asks.
        return HttpResponseNotFound(render_to_string("404.html"))
    response = HttpResponse(content_type=stored.content_type)
    response["ETag"] = etag = f'"{sha256}"'
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    known = get_conditional_response(request, etag=etag, response=response)
    return known if known.status_code != 200 else _filled(response, stored)


def _filled(response: HttpResponse, stored: StoredFile) -> HttpResponse:
    try:
        response.content = content_of(stored)
    except BucketAway:
        return HttpResponse(status=503, headers={"Retry-After": "30", "Cache-Control": "no-store"})
    return response


def _wanted(request) -> list[str]:
    """Whoever names a copy has it, nearly always: the bytes may stay where they are."""
    return [] if "If-None-Match" in request.headers else ["content"]
