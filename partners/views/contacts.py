"""A person's own phone and email, and the page that a letter to a new address leads to."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from partners import contact_links, limits, one_time_links
from partners.access import applicant_required, staff_required
from partners.contact_form import ContactForm
from partners.forms import posted
from partners.one_time_links import BadLink
from partners.services import contacts
from partners.services.registration import AlreadyTaken
from partners.views.own_password import is_theirs


@sensitive_post_parameters("password")
@applicant_required
@require_http_methods(["GET", "POST"])
@never_cache
def index(request):
    return _contacts(request, "base_partner.html", "partners:contacts")


@sensitive_post_parameters("password")
@staff_required
@require_http_methods(["GET", "POST"])
@never_cache
def staff_index(request):
    return _contacts(request, "base_staff.html", "partners:staff_contacts")


def _contacts(request, base: str, page: str):
    form = ContactForm(posted(request), user=request.user)
    if request.method == "POST" and is_theirs(request, form) and _is_changed(request, form):
        return redirect(page)
    back = reverse(page.replace("contacts", "notice_settings"))
    context = {"base": base, "form": form, "settings_url": back}
    status = 422 if form.errors else 200
    return render(request, "partners/contacts.html", context, status=status)


def _is_changed(request, form: ContactForm) -> bool:
    """Else the form says why not."""
    wanted = form.wanted()
    new = wanted["email"] if wanted["email"] != request.user.email else None
    if new and not limits.may_ask_reset(request, new):
        form.add_error("email", _("Too many attempts. Wait a quarter of an hour and try again."))
        return False
    try:
        contacts.change(user=request.user, **wanted)
    except AlreadyTaken as taken:
        form.note_taken(taken)
        return False
    except contacts.ChangedMeanwhile:
        form.add_error(None, _("They were changed elsewhere meanwhile. Load the page anew."))
        return False
    if wanted["email"] == request.user.email:
        messages.success(request, _("Saved."))
    else:
        words = _("We have sent a letter to %(email)s: open its link within an hour.")
        messages.info(request, words % {"email": wanted["email"]})
    return True


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request, token):
    """GET asks: programs that look into letters open every link."""
    try:
        email = contact_links.read(token).email
        if request.method == "POST":
            contacts.confirm(token=token)
    except BadLink as error:
        is_late = isinstance(error, one_time_links.ExpiredLink)
        reason = (
            _("It worked for one hour.") if is_late else _("It was used already, or is not whole.")
        )
        return _answer(request, {"reason": reason}, status=410)
    except AlreadyTaken:
        reason = _("Another account has this address by now.")
        return _answer(request, {"reason": reason}, status=409)
    return _answer(request, {"email": email, "is_done": request.method == "POST"})


def _answer(request, context: dict, *, status: int = 200):
    return render(request, "partners/confirm_email.html", context, status=status)
