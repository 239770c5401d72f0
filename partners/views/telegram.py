"""Linking a person's Telegram, and the door through which Telegram brings its news."""

import json

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from partners.access import applicant_required, staff_required
from partners.forms import PasswordForm
from partners.models import TelegramLink, User
from partners.telegram import bot, links, updates
from partners.views.own_password import is_theirs
from sellercloudx.lib.content_length import is_longer

# Far more than a message of Telegram has.
LARGEST_UPDATE = 256 * 1024


def telegram_of(user: User) -> dict:
    """What `partners/_telegram.html` shows."""
    prefix = "partners:staff_telegram" if user.is_staff else "partners:telegram"
    return {
        "is_on": bot.is_on(),
        "link": TelegramLink.objects.filter(user=user).first(),
        "link_url": reverse(f"{prefix}_link"),
        "unlink_url": reverse(f"{prefix}_unlink"),
    }


@sensitive_post_parameters("password")
@applicant_required
@require_POST
@never_cache
def link(request):
    return _show_link(request, "base_partner.html", "partners:notice_settings")


@sensitive_post_parameters("password")
@staff_required
@require_POST
@never_cache
def staff_link(request):
    return _show_link(request, "base_staff.html", "partners:staff_notice_settings")


def _show_link(request, base: str, settings_page: str):
    """The link is shown this once: who opens it is told what this person is told."""
    if not bot.is_on():
        return redirect(settings_page)
    if links.was_linked(request.user):
        words = {
            "title": _("Link another Telegram"),
            "lead": _(
                "What you are told goes to the new one from then on, and a chat that is linked "
                "now hears of it. Show by your password that it is you."
            ),
        }
        if (asked := _asked_first(request, base, settings_page, words)) is not None:
            return asked
    try:
        name = bot.name()
    except bot.BotError:
        messages.error(request, _("Telegram does not answer now. Try again in a minute."))
        return redirect(settings_page)
    code = links.new_code(request.user)
    context = {
        "base": base,
        "settings_url": reverse(settings_page),
        "bot": name,
        "code": code,
        "address": f"https://t.me/{name}?start={code}",
        "minutes": int(links.LIFE.total_seconds() // 60),
    }
    return render(request, "partners/telegram_link.html", context)


def _asked_first(
    request, base: str, settings_page: str, words: dict[str, str]
) -> HttpResponse | None:
    """The page that asks for the password, until it is right: a chat would lose what it is told."""
    form = PasswordForm(request.POST if "password" in request.POST else None)
    if is_theirs(request, form):
        return None
    context = {"base": base, "form": form, "settings_url": reverse(settings_page), **words}
    status = 422 if form.errors else 200
    return render(request, "partners/telegram_again.html", context, status=status)


@sensitive_post_parameters("password")
@applicant_required
@require_POST
@never_cache
def unlink(request):
    return _unlink(request, "base_partner.html", "partners:notice_settings")


@sensitive_post_parameters("password")
@staff_required
@require_POST
@never_cache
def staff_unlink(request):
    return _unlink(request, "base_staff.html", "partners:staff_notice_settings")


def _unlink(request, base: str, settings_page: str):
    if not TelegramLink.objects.filter(user=request.user).exists():
        return redirect(settings_page)
    words = {
        "title": _("Unlink Telegram"),
        "lead": _(
            "Nothing is sent there any more, and the chat hears of it. Show by your password that "
            "it is you."
        ),
    }
    if (asked := _asked_first(request, base, settings_page, words)) is not None:
        return asked
    if links.unlink_here(request.user):
        messages.success(request, _("Telegram is unlinked: nothing is sent there any more."))
    return redirect(settings_page)


# Telegram has no cookie; it shows the secret we told it.
@csrf_exempt
@require_POST
def webhook(request):
    """Keeps the update and answers; the worker deals with it."""
    if not bot.is_on():
        raise Http404
    shown = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not constant_time_compare(shown, settings.TELEGRAM_WEBHOOK_SECRET):
        return HttpResponse(status=403)
    if is_longer(request.headers.get("Content-Length") or "0", than=LARGEST_UPDATE):
        return HttpResponse(status=413)
    try:
        updates.store(json.loads(request.body))
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    return HttpResponse()
