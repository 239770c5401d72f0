"""From a forgotten password to a new one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from partners import limits, one_time_links, reset_links
from partners.forms import NewPasswordForm, PasswordResetForm, posted
from partners.services import letters, password_reset
from partners.telegram import bot


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request):
    form = PasswordResetForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        login = form.cleaned_data["login"]
        if limits.may_ask_reset(request, login):
            password_reset.ask(login=login)
            return redirect("partners:password_reset_sent")
        form.add_error(None, _("Too many attempts. Try again in an hour."))
        status = 429
    context = {"form": form} | _ways()
    return render(request, "partners/password_reset.html", context, status=status)


@require_GET
def sent(request):
    """The same words for every login that was typed."""
    return render(request, "partners/password_reset_sent.html", _ways())


def _ways() -> dict:
    """What can bring a link to anybody here; nothing of the one who asks."""
    return {"is_mail_on": letters.is_on(), "is_bot_on": bot.is_on()}


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def new_password(request, token):
    try:
        user = reset_links.user_of(token)
        form = NewPasswordForm(posted(request), user=user)
        if request.method == "POST" and form.is_valid():
            password_reset.set_new(token=token, password=form.cleaned_data["password"])
            return _to_login(request, user)
    except one_time_links.BadLink as error:
        context = {"reason": _explained(error)}
        return render(request, "partners/password_reset_bad.html", context, status=410)
    return render(request, "partners/new_password.html", {"form": form})


def _to_login(request, user):
    for login in filter(None, (user.phone, user.email)):
        limits.forget_tries(login)
    messages.success(request, _("Your new password is saved. Log in with it."))
    return redirect("partners:login")


def _explained(error: one_time_links.BadLink) -> str:
    if isinstance(error, one_time_links.ExpiredLink):
        return _("It worked for one hour.")
    if isinstance(error, one_time_links.UsedLink):
        return _("It was used already, or your account has changed since it was sent.")
    return _("It is not whole: copy all of it from the letter or the message.")
