"""What is read of a shop: the door for its notifications, and a day read again."""

import uuid
from math import ceil

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from marketplaces import notifications
from marketplaces.connectors.errors import BadResponse
from marketplaces.connectors.registry import connector_class
from marketplaces.forms import DayForm
from marketplaces.models import Connection, ReplayedDay, Stream
from marketplaces.views import shops
from partners import request_context
from partners.access import partner_required
from partners.models import Member
from partners.views import activity
from sellercloudx.lib.content_length import is_longer
from sellercloudx.lib.wiring import resolve

MANAGER = Member.Role.MANAGER
# Far more than theirs have.
LARGEST = 64 * 1024
DAYS_SHOWN = 14


# A marketplace has no cookie; the address itself is what it was told.
@csrf_exempt
@require_POST
def news(request, token):
    """Keeps what is to be asked for and answers; a worker does the rest."""
    connection = notifications.find(token)
    if connection is None:
        raise Http404
    if not notifications.may_bring(connection, request_context.current().ip or ""):
        return HttpResponse(status=403)
    if is_longer(request.headers.get("Content-Length") or "0", than=LARGEST):
        return HttpResponse(status=413)
    connector = connector_class(connection.marketplace)
    try:
        told = connector.read_notification(request.body)
    except (BadResponse, RequestDataTooBig) as error:
        return JsonResponse(connector.notification_answer(str(error)), status=400)
    notifications.take_in(connection, told)
    return JsonResponse(connector.notification_answer())


def news_shown(connection: Connection, *, is_manager: bool) -> dict:
    """What the shop's page says of its notifications."""
    brings = bool(connector_class(connection.marketplace).notification_sources)
    return {
        "brings_news": brings and connection.state in Connection.WORKING,
        "news_address": _address(connection) if is_manager and connection.news_token else "",
    }


def _address(connection: Connection) -> str:
    return settings.PUBLIC_URL + reverse("marketplaces:news", args=[connection.news_token])


@partner_required(at_least=MANAGER)
@require_POST
def news_on(request, pk):
    notifications.turn_on(connection=shops.working(request, pk), by=request.user)
    messages.success(
        request, _("The address is made. Paste it into the marketplace's cabinet; see below how.")
    )
    return redirect("marketplaces:detail", pk)


@partner_required(at_least=MANAGER)
@require_POST
def news_off(request, pk):
    notifications.turn_off(connection=shops.working(request, pk), by=request.user)
    messages.success(request, _("Notifications are taken no more. Orders are read as before."))
    return redirect("marketplaces:detail", pk)


@partner_required
@require_GET
def days(request, pk):
    connection = shops.shown(request, pk)
    is_working = connection.state in Connection.WORKING
    form = DayForm(initial={"submission": uuid.uuid4()}) if is_working else None
    return _show_days(request, connection, form)


def _show_days(request, connection, form, status=200):
    newest = ReplayedDay.objects.filter(connection=connection).order_by("-pk")[:DAYS_SHOWN]
    orders = Stream.objects.filter(connection=connection, name="orders")
    context = {
        "connection": connection,
        "heard": _heard(connection),
        "read_at": orders.values_list("succeeded_at", flat=True).first(),
        "replayed": list(newest),
        "form": form,
    }
    return render(request, "marketplaces/days.html", context, status=status)


def _heard(connection) -> dict[str, float] | None:
    """Between a sale and our knowing of it: half are known sooner, 19 of 20 are known by."""
    seconds = sorted(resolve("STOCK_PACE", "heard")([connection.pk]))
    if not seconds:
        return None
    half, most = (seconds[ceil(len(seconds) * share) - 1] for share in (0.5, 0.95))
    return {"half": half, "most": most}


@partner_required
@require_POST
def replay(request, pk):
    connection = shops.working(request, pk)
    form = DayForm(request.POST)
    if not form.is_valid():
        return _show_days(request, shops.described(connection), form, status=422)
    day = form.cleaned_data["day"].isoformat()
    return activity.started(request, "replay_day", connection=connection.pk, day=day)
