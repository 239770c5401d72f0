"""Another password for oneself, in the settings."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from partners import devices
from partners.access import applicant_required, staff_required
from partners.forms import ChangePasswordForm, posted
from partners.services import passwords
from partners.views.own_password import is_theirs


@sensitive_post_parameters("password", "new", "again")
@never_cache
@applicant_required
@require_http_methods(["GET", "POST"])
def index(request):
    return _change(request, "base_partner.html", "partners:change_password")


@sensitive_post_parameters("password", "new", "again")
@never_cache
@staff_required
@require_http_methods(["GET", "POST"])
def staff_index(request):
    return _change(request, "base_staff.html", "partners:staff_change_password")


def _change(request, base: str, url_name: str):
    form = ChangePasswordForm(posted(request), user=request.user)
    if is_theirs(request, form) and _is_changed(request, form):
        response = redirect(url_name)
        devices.remember(request, response, request.user)
        return response
    status = 429 if form.non_field_errors() else 422 if form.errors else 200
    context = {"base": base, "form": form}
    return render(request, "partners/change_password.html", context, status=status)


def _is_changed(request, form) -> bool:
    try:
        passwords.change(user=request.user, password=form.cleaned_data["new"])
    except passwords.ChangedMeanwhile:
        form.add_error("password", _("This is not the password of your account."))
        return False
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Your password is changed. Other browsers are logged out."))
    return True
