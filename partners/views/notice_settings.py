"""Where a person says of what they want to be told, how and when."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from partners import unsubscribe_links
from partners.access import MANAGER, applicant_required, staff_required
from partners.forms import posted
from partners.models import Delivery
from partners.models.notice_choices import Topic
from partners.notice_form import NoticeForm
from partners.services import choices
from partners.views.telegram import telegram_of

EMAIL = Delivery.Channel.EMAIL


@applicant_required
@require_http_methods(["GET", "POST"])
def index(request):
    runs_it = request.member.is_at_least(MANAGER)
    return _settings(request, "base_partner.html", "partners:notice_settings", runs_it=runs_it)


@staff_required
@require_http_methods(["GET", "POST"])
def staff_index(request):
    return _settings(request, "base_staff.html", "partners:staff_notice_settings", runs_it=True)


def _settings(request, base: str, url_name: str, *, runs_it: bool):
    form = NoticeForm(posted(request), user=request.user, runs_it=runs_it)
    if form.is_valid():
        choices.choose(user=request.user, wishes=form.wishes(), runs_it=runs_it)
        begin, end = form.quiet_hours()
        choices.set_quiet_hours(user=request.user, begin=begin, end=end)
        messages.success(request, _("Saved."))
        return redirect(url_name)
    context = {
        "base": base,
        "form": form,
        "is_mail_on": settings.IS_MAIL_ON,
        "telegram": telegram_of(request.user),
        "contacts_url": reverse(url_name.replace("notice_settings", "contacts")),
    }
    status = 422 if form.errors else 200
    return render(request, "partners/notice_settings.html", context, status=status)


# The signature in the address is the proof; a mail program that presses for its reader has no
# cookie to show.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request, token):
    """GET asks: programs that look into letters open every link."""
    try:
        user, topic = unsubscribe_links.read(token)
    except unsubscribe_links.BadLink:
        return render(request, "partners/unsubscribe_bad.html", status=404)
    is_evening = topic == unsubscribe_links.EVENING_LETTER
    if request.method == "POST" and is_evening:
        choices.turn_off_digest(user=user, channel=EMAIL)
    elif request.method == "POST":
        choices.turn_off(user=user, topic=topic, channel=EMAIL)
    context = {
        "about": _("The evening letter") if is_evening else Topic(topic).label,
        "is_done": request.method == "POST",
    }
    return render(request, "partners/unsubscribe.html", context)
