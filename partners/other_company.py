"""A form of one company that is sent while another is open: in another tab one has switched.

Each form names the company it was drawn for, beside its CSRF token
(sellercloudx/templatetags/whose.py); static/js/chat.js names it in a header, as it asks for news.
Nothing lands with another company: it is refused, and what was typed is offered for sending where
it belongs.
"""

from contextlib import suppress
from urllib.parse import urlsplit

from django.db import Error
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from partners.models import Member, Partner
from sellercloudx.lib.keyset import number

FIELD, HEADER = "whose", "Whose"
# Of the form itself; all others are typed.
NOT_TYPED = ("csrfmiddlewaretoken", FIELD)
# What no page repeats, not even to whoever has just typed it.
SECRET = ("password", "key", "token", "secret")


def company_of(request) -> int | None:
    """Whose cabinet is open on the page being drawn; None where there is none to change."""
    if request is None or getattr(request, "is_sample", False):
        return None
    # A page may be drawn because the database is away.
    with suppress(Error):
        if member := getattr(request, "member", None):
            return member.partner_id
    return None


def refusal(request) -> HttpResponse | None:
    """409 where a member sends what was written in another company's cabinet.

    403 where they work there no more, or somebody else has logged in meanwhile.
    """
    told = request.POST.get(FIELD) or request.headers.get(HEADER)
    if not told or not request.member or number(told) == request.member.partner_id:
        return None
    places = Member.objects.filter(user=request.user, partner=number(told))
    place = places.select_related("partner").first()
    words = _words(request.partner, place.partner if place else None)
    status = 409 if place else 403
    if request.htmx:
        return HttpResponse(words, "text/plain; charset=utf-8", status=status)
    context = {"words": words, "meant": place and place.partner, **_typed(request)}
    return render(request, "partners/other_company.html", context, status=status)


def _words(opened: Partner, meant: Partner | None) -> str:
    if meant is None:
        return _("This page is of a company you do not work in any more. Nothing was sent.")
    names = {"open": opened.company_name, "meant": meant.company_name}
    return (
        _("You have another company open: %(open)s. This page is of %(meant)s. Nothing was sent.")
        % names
    )


def _typed(request) -> dict:
    """What was sent, for sending it once more; a file and a key have to be given anew."""
    sent = [(name, value) for name, all_of in request.POST.lists() for value in all_of]
    typed = [(name, value) for name, value in sent if name not in NOT_TYPED]
    shown = [(name, value) for name, value in typed if not _is_secret(name)]
    return {
        "typed": shown,
        "is_whole": shown == typed and not request.FILES,
        "files": [one.name for one in request.FILES.values()],
        "send_to": request.get_full_path(),
        "next": _page_of_form(request),
    }


def _page_of_form(request) -> str:
    """Where it was typed, as the browser says; "" where it does not."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from._replace(scheme="", netloc="").geturl()


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET)
