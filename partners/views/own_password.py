"""The password asked once more of somebody who is logged in: an open browser alone is not they."""

from django import forms
from django.utils.translation import gettext as _

from partners import limits


def is_theirs(request, form: forms.Form) -> bool:
    """Whether all of the form is right, its `password` too; else the form says why."""
    if not form.is_valid():
        return False
    login = request.user.phone or request.user.email
    if not limits.may_try_login(request, login):
        form.add_error(None, _("Too many attempts. Wait a quarter of an hour and try again."))
    elif not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This is not the password of your account."))
    else:
        limits.forget_tries(login)
    return form.is_valid()
