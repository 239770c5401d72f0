"""What a person was told, newest first, in their language."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partners.access import applicant_required, staff_required
from partners.models import Notification
from partners.services import notices
from partners.services.notice_kinds import KINDS
from sellercloudx.lib.keyset import newest_first, number


@applicant_required
@require_http_methods(["GET", "POST"])
def index(request):
    """POST marks as read what this page has shown."""
    return _list(request, "base_partner.html", "partners:notifications")


@staff_required
@require_http_methods(["GET", "POST"])
def staff_index(request):
    return _list(request, "base_staff.html", "partners:staff_notifications")


def _list(request, base: str, url_name: str):
    if request.method == "POST":
        if up_to := number(request.POST.get("up_to")):
            notices.mark_read(user=request.user, up_to=up_to)
        return redirect(url_name)
    page = newest_first(Notification.objects.filter(user=request.user), request.GET)
    for notice in page.rows:
        _word(notice)
    has_unread = any(notice.read_at is None for notice in page.rows)
    settings_url = reverse(url_name.replace("notifications", "notice_settings"))
    context = {"base": base, "page": page, "has_unread": has_unread, "settings_url": settings_url}
    return render(request, "partners/notifications.html", context)


def _word(notice: Notification) -> None:
    kind = KINDS.get(notice.kind)
    if kind is None:
        # Written by an older version of the program.
        notice.title, notice.text, notice.tone = _("Notice"), "", "mute"
        return
    notice.title, notice.text = kind.worded(notice.data)
    notice.tone = kind.tone
