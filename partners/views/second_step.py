"""The second step of our own people, after the password."""

import logging

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import limits, second_step, totp
from partners.access import home_of, is_ours, password_of_staff_required, staff_required
from partners.code_forms import AnotherDeviceForm, CodeForm, FirstCodeForm
from partners.forms import posted
from partners.models import User
from partners.services import second_factor

logger = logging.getLogger(__name__)


@sensitive_post_parameters("code")
@never_cache
@password_of_staff_required
@require_http_methods(["GET", "POST"])
def ask(request):
    if second_step.is_passed(request):
        return redirect(_wanted(request) or home_of(request.user))
    if second_factor.device_of(request.user) is None:
        return second_step.lead_to("partners:set_up_second_step", _wanted(request))
    form = CodeForm(posted(request))
    # The only thing to do on this page.
    form.fields["code"].widget.attrs["autofocus"] = True
    device = _tried(
        request, form, lambda typed: second_factor.come_in(user=request.user, code=typed["code"])
    )
    if device:
        second_step.mark(request, device)
        return redirect(_wanted(request) or home_of(request.user))
    return _show(request, "partners/second_step.html", form)


@sensitive_post_parameters("code")
@never_cache
@password_of_staff_required
@require_http_methods(["GET", "POST"])
def set_up(request):
    """Answers with the page of the codes: they are shown now and never again."""
    if second_factor.device_of(request.user):
        return second_step.lead_to("partners:second_step", _wanted(request))
    key = second_step.key_being_set_up(request)
    form = FirstCodeForm(posted(request))
    try:
        made = _tried(
            request,
            form,
            lambda typed: second_factor.set_up(user=request.user, key=key, code=typed["code"]),
        )
    except second_factor.SetUpAlready:
        return second_step.lead_to("partners:second_step", _wanted(request))
    if made:
        second_step.mark(request, made.device)
        return _show_codes(request, made.codes, _wanted(request) or home_of(request.user))
    return _show(request, "partners/second_step_set_up.html", form, **_for_phone(request, key))


@staff_required
@require_GET
def security(request):
    """One's own second step."""
    return _show_security(request, CodeForm())


def _show_security(request, form: CodeForm):
    device = second_factor.device_of(request.user)
    left = second_factor.codes_left(request.user)
    return _show(request, "partners/security.html", form, device=device, left=left)


@sensitive_post_parameters("code")
@never_cache
@staff_required
@require_POST
def renew_codes(request):
    form = CodeForm(request.POST)
    codes = _tried(
        request,
        form,
        lambda typed: second_factor.renew_codes(user=request.user, current=typed["code"]),
    )
    if codes:
        return _show_codes(request, codes, reverse("partners:security"))
    return _show_security(request, form)


@sensitive_post_parameters("code", "current")
@never_cache
@staff_required
@require_http_methods(["GET", "POST"])
def change_device(request):
    key = second_step.key_being_set_up(request)
    form = AnotherDeviceForm(posted(request))
    made = _tried(
        request,
        form,
        lambda typed: second_factor.change_device(user=request.user, key=key, **typed),
    )
    if made:
        second_step.mark(request, made.device)
        return _show_codes(request, made.codes, reverse("partners:security"))
    return _show(request, "partners/another_device.html", form, **_for_phone(request, key))


@staff_required
@require_http_methods(["GET", "POST"])
def remove(request, pk):
    """Of a colleague who has lost the phone and the recovery codes."""
    if not request.user.is_superuser:
        raise PermissionDenied
    colleague = get_object_or_404(User, pk=pk, is_staff=True)
    # One's own is changed with a code: whoever sits down at an open screen has none.
    if colleague == request.user:
        return redirect("partners:security")
    if request.method == "POST":
        if second_factor.remove(user=colleague, by=request.user):
            messages.success(request, _("The second step is removed, and they are told."))
        else:
            messages.warning(request, _("Nothing to remove: none is set up."))
        return redirect("admin:partners_user_change", colleague.pk)
    context = {"colleague": colleague, "device": second_factor.device_of(colleague)}
    return render(request, "partners/remove_second_step.html", context)


def _tried(request, form, action):
    """What `action` made of the codes that were typed; nothing where the form says why not."""
    if not form.is_valid():
        return None
    tries = limits.tries_of_codes(request, request.user)
    if tries.has_just_ended:
        second_factor.note_guessing(user=request.user)
    if not tries.may_go_on:
        form.add_error(None, _("Too many attempts. Wait a quarter of an hour and try again."))
        return None
    try:
        done = action(form.cleaned_data)
    except second_factor.WrongNewCode:
        form.add_error("code", _does_not_match())
        return None
    except second_factor.WrongCode:
        form.add_error(_field_of_old(form), _does_not_match())
        return None
    except second_factor.KeyLost:
        logger.error("the second step of user %s: its FIELD_KEYS are gone", request.user.pk)
        form.add_error(_field_of_old(form), _key_is_lost())
        return None
    limits.forget_codes(request.user)
    return done


def _field_of_old(form) -> str:
    """Where the code of what is set up already is typed."""
    return "current" if "current" in form.fields else "code"


def _key_is_lost() -> str:
    return _(
        "Codes of your phone cannot be checked: the server has lost the key they are kept with. "
        "Use a recovery code, or ask an admin to remove your second step (on the server: "
        "manage.py reset_second_factor)."
    )


def _does_not_match() -> str:
    """The same for a wrong one, a used one and an old one."""
    return _(
        "The code does not match. Type the one that the app shows now; "
        "the clock of the phone must be right."
    )


def _wanted(request) -> str:
    """Where they were going, if that is a path of ours."""
    url = request.POST.get("next") or request.GET.get("next", "")
    return url if is_ours(request, url) else ""


def _for_phone(request, key: str) -> dict[str, object]:
    address = totp.address(key, login=request.user.email or request.user.phone)
    side, path = totp.picture(address)
    return {"key": totp.grouped(key), "address": address, "side": side, "path": path}


def _show(request, template: str, form, **context):
    status = 429 if form.non_field_errors() else 422 if form.errors else 200
    context |= {"form": form, "next": _wanted(request)}
    return render(request, template, context, status=status)


def _show_codes(request, codes: list[str], where: str):
    context = {"codes": [totp.grouped(code) for code in codes], "where": where}
    return render(request, "partners/recovery_codes.html", context)
