"""Who asks, on whose behalf, with which request id."""

import ipaddress
import secrets

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from partners import request_context as context
from partners.access import CHOSEN_PARTNER, may_write_to_support
from partners.models import Member
from sellercloudx.lib.content_length import is_longer
from sellercloudx.visitor import visitor


def request_context(get_response):
    """Give the request an id, tell audit and logs who is behind it, and the caller when to come
    again: the limits have noted it."""

    def middleware(request):
        request.id = secrets.token_hex(8)
        with context.of(
            request_id=request.id,
            ip=client_address(request),
            user_agent=request.headers.get("User-Agent", "")[:300],
        ):
            response = get_response(request)
        response["X-Request-ID"] = request.id
        if response.status_code == 429 and (pause := getattr(request, "pause", 0)):
            response.headers.setdefault("Retry-After", str(pause))
        return response

    return middleware


def client_address(request) -> str:
    """The proxy's word is taken only where we know there is one that overwrites it."""
    told = request.headers.get("X-Real-IP", "") if settings.IS_BEHIND_PROXY else ""
    return _address(told) or request.META["REMOTE_ADDR"]


def _address(text: str) -> str:
    """As limits and audit can keep it; "" when it is none."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    # Of the others only the addresses of the internet: a zone means nothing here.
    return "" if address.scope_id else str(address.ipv4_mapped or address)


def permissions_policy(get_response):
    def middleware(request):
        response = get_response(request)
        response["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
        return response

    return middleware


def private_pages(get_response):
    """What was drawn for one person stays in no cache, nor behind the Back button after them."""

    def middleware(request):
        response = get_response(request)
        # Looking into the session would ask a database that may just have failed.
        is_somebodys = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.accessed
        if is_somebodys and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def body_limit(get_response):
    """Refuse what is too long before anything reads it; the CSRF check would be the first.

    A body that does not tell its length (chunked) is read as an empty one.
    """

    def middleware(request):
        told = request.META.get("CONTENT_LENGTH") or "0"
        if is_longer(told, than=settings.LARGEST_BODY):
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware


def readable_form(get_response):
    """Refuse a form that nobody can read, once.

    Django's pages for 400, 403, 404 and 500 look for a CSRF token in it, and would break off again.
    """

    def middleware(request):
        try:
            request.POST  # noqa: B018  reads it, and keeps what it read
        except RequestDataTooBig:
            return render(request, "413.html", status=413)
        except (BadRequest, SuspiciousOperation, MultiPartParserError):
            return render(request, "400.html", status=400)
        except UnreadablePostError:
            # The one who sent it has gone; whoever needs the form hears it again.
            pass
        return get_response(request)

    return middleware


def current_partner(get_response):
    """Set request.member and request.partner, which came with the user."""

    def middleware(request):
        request.member = SimpleLazyObject(lambda: _member(request))
        request.partner = SimpleLazyObject(
            lambda: request.member.partner if request.member else None
        )
        return get_response(request)

    return middleware


def _member(request):
    """In the company that was chosen, else in the first."""
    places = _places(request.user)
    chosen = request.session.get(CHOSEN_PARTNER)
    member = next((place for place in places if place.partner_id == chosen), None)
    member = member or next(iter(places), None)
    if member:
        context.note_partner(member.partner_id, may_report=may_write_to_support(member))
    return member


def _places(user) -> list[Member]:
    if not user.is_authenticated:
        return []
    # Who has signed in during this very request was not found by their session.
    known = user if hasattr(user, "places") else visitor(user.pk)
    return known.places if known else []
