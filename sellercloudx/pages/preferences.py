"""Language and theme: what a person chose, kept in cookies and read before the page is drawn."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.views.decorators.http import require_POST

from partners.access import is_ours
from partners.models import User
from partners.views.session import remember_language

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")


@require_POST
def choose_language(request):
    """One of ours, and mail in that language from now on."""
    response = HttpResponseRedirect(_where_to(request))
    language = request.POST.get("language")
    # Django's own view takes every language it has heard of, also those we do not speak.
    if language in dict(settings.LANGUAGES):
        remember_language(response, language)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_POST
def set_theme(request):
    """Light, dark, or whatever the device says."""
    response = HttpResponseRedirect(_where_to(request))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(
            "theme",
            theme,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def _where_to(request) -> str:
    wanted = request.POST.get("next", "")
    return wanted if is_ours(request, wanted) else "/"
