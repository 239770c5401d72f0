"""Coming in and going out."""

from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from partners import audit, devices, limits, second_step
from partners.access import CHOSEN_PARTNER, PARTNER_HOME, home_of, is_ours, member_required
from partners.forms import LoginForm, posted
from partners.login import find_user, masked
from partners.models import Member, Partner, User
from sellercloudx.lib.keyset import number


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def login(request):
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    form = LoginForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if not limits.may_try_login(request, typed["login"]):
            form.add_error(None, _("Too many attempts. Wait a quarter of an hour and try again."))
            status = 429
        elif user := auth.authenticate(
            request, username=typed["login"], password=typed["password"]
        ):
            limits.forget_tries(typed["login"])
            return _come_in(request, user)
        else:
            _note_failure(typed["login"])
            form.add_error(None, _("The phone or email and the password do not match."))
    next_url = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "partners/login.html", {"form": form, "next": next_url}, status=status)


def _come_in(request, user: User):
    sign_in(request, user)
    wanted = request.POST.get("next", "")
    response = HttpResponseRedirect(wanted if is_ours(request, wanted) else home_of(user))
    devices.remember(request, response, user)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        remember_language(response, user.language)
    return response


def sign_in(request, user: User) -> None:
    """Start a session for somebody who has proved who they are."""
    auth.login(request, user)
    audit.record("LOGIN_SUCCESS", partner=_partner_of(user), actor=user, entity=user)


def _note_failure(login: str) -> None:
    """In the history of whose account it is, too; the visitor is not told whether there is one."""
    user = find_user(login)
    audit.record(
        "LOGIN_FAILED", partner=_partner_of(user), entity=user, after={"login": masked(login)}
    )


def _partner_of(user: User | None) -> Partner | None:
    """Where they come in first. Asked of nobody as well, so that the time tells nothing."""
    members = Member.objects.filter(user=user.pk if user else 0).select_related("partner")
    member = members.order_by("pk").first()
    return member.partner if member else None


def remember_language(response, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


@require_POST
def logout(request):
    if request.user.is_authenticated:
        partner = request.partner if request.member else None
        audit.record("LOGOUT", partner=partner, actor=request.user, entity=request.user)
    auth.logout(request)
    messages.success(request, _("You have logged out."))
    return redirect("pages:home")


@member_required
@require_POST
def switch(request):
    """Open the cabinet of another partner one is a member of.

    `?next=` leads on to a page there, `?send_to=` sends what was typed on to that address.
    """
    wanted = request.GET.get("partner") or request.POST.get("partner")
    members = Member.objects.filter(user=request.user).select_related("partner")
    chosen = get_object_or_404(members, partner=number(wanted))
    if chosen.partner != request.partner:
        request.session[CHOSEN_PARTNER] = chosen.partner_id
        audit.record(
            "PARTNER_SWITCHED",
            partner=chosen.partner,
            actor=request.user,
            entity=chosen.partner,
            before={"partner": request.partner.pk},
        )
    return _lead_on(request)


def _lead_on(request):
    send_to, page = request.GET.get("send_to", ""), request.GET.get("next", "")
    if is_ours(request, send_to):
        return redirect(send_to, preserve_request=True)
    return redirect(page if is_ours(request, page) else PARTNER_HOME)


@never_cache
@require_http_methods(["GET", "POST"])
def admin_login(request):
    """Django's own pages ask for the same login, with the same limits."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    page = "partners:second_step" if request.user.is_authenticated else "partners:login"
    return second_step.lead_to(page, request.GET.get("next") or reverse("admin:index"))
