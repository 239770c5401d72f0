"""Long work of a partner: how far it is, what came of it, and how to stop it."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners.access import OPERATOR, partner_required
from partners.models import Activity, ActivityItem, Member
from partners.services import activities, activity_items, activity_kinds
from partners.services.retention import RESULTS_KEPT
from partners.views.downloads import saved
from sellercloudx.lib.fragments import polled
from sellercloudx.lib.keyset import newest_first, number
from sellercloudx.lib.submissions import key_of

VIEWER = Member.Role.VIEWER
PAGE = "partners:activity"
# Steps of one activity on a page.
ITEMS = 50
# Asked again soon while something moves and ever later while nothing does, as in the chat.
SOON, LATEST, GROWTH = 2.0, 30.0, 1.3
MOST_POLLS = 20


@polled
@partner_required
@require_GET
def index(request):
    """The page, or for its own polling the list alone."""
    own = Activity.objects.for_partner(request.partner).select_related("started_by")
    page = newest_first(own, request.GET, size=20)
    for activity in page.rows:
        _describe(activity, request)
    is_newest = not (page.after or request.GET.get("before"))
    open_ones = [activity for activity in page.rows if activity.is_open]
    context = {"page": page, "poll": _poll(request, open_ones) if is_newest else None}
    name = "_list" if request.htmx else "list"
    return render(request, f"partners/activity/{name}.html", context)


def _describe(activity: Activity, request) -> None:
    """With what its row shows beside it."""
    activity.title = activity_kinds.title(activity.kind)
    activity.trouble = activity_kinds.TROUBLES.get(activity.error, "")
    activity.has_steps = activity.state == Activity.State.RUNNING and activity.total
    activity.left = _time_left(activity)
    activity.may_be_changed = _may_change(activity, request)
    activity.is_forgotten = bool(activity.result_name) and activity.result_id is None
    activity.is_itemised = activity.kind in activity_kinds.ITEMISED
    activity.is_repeatable = not activity.is_itemised or activity.state != Activity.State.DONE
    if activity.result_id:
        activity.kept_until = timezone.localtime(activity.ended_at + RESULTS_KEPT).date()


def _time_left(activity: Activity) -> timedelta | None:
    """By how long the steps so far took; nothing is known before the first, nor said at the end."""
    if activity.state != Activity.State.RUNNING or not activity.done:
        return None
    steps_left = (activity.total or 0) - activity.done
    left = (timezone.now() - activity.started_at) / activity.done * steps_left
    return left if left >= timedelta(minutes=1) else None


def _may_change(activity: Activity, request) -> bool:
    """Whoever started it, and those who may change things of the shop."""
    return activity.started_by_id == request.user.pk or request.member.is_at_least(OPERATOR)


def _poll(request, open_ones: list[Activity]) -> dict[str, Any] | None:
    """When the list looks again, and what it says it has seen; None where nothing is to come."""
    if not open_ones:
        return None
    seen = sum(activity.done for activity in open_ones) + len(open_ones)
    is_same = number(request.GET.get("seen")) == seen
    times = min((number(request.GET.get("n")) or 0) + 1, MOST_POLLS) if is_same else 0
    return {"n": times, "seen": seen, "pause": round(min(SOON * GROWTH**times, LATEST), 1)}


@partner_required
@require_GET
def items(request, pk):
    """What became of each thing of it."""
    activity = get_object_or_404(_own(request).select_related("started_by"), pk=pk)
    _describe(activity, request)
    outcome = request.GET.get("outcome", "")
    found = activity.items.all()
    if outcome in ActivityItem.Outcome.values:
        found = found.filter(outcome=outcome)
    after = number(request.GET.get("after"))
    rows = list(found.filter(position__gt=after or 0).order_by("position")[: ITEMS + 1])
    context = {
        "activity": activity,
        "rows": rows[:ITEMS],
        "next_after": rows[ITEMS - 1].position if len(rows) > ITEMS else None,
        "is_later_page": after is not None,
        "tabs": _outcome_tabs(activity_items.counts(activity), outcome),
        "is_over": not activity.is_open,
    }
    return render(request, "partners/activity/items.html", context)


def _outcome_tabs(numbers: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    found = [one for one in ActivityItem.Outcome if one in numbers]
    every = {"url": "?", "label": _("All"), "count": sum(numbers.values()), "is_current": False}
    tabs = [every] + [
        {
            "url": f"?outcome={one}",
            "label": one.label,
            "count": numbers[one],
            "is_hot": one in ActivityItem.LEFT,
            "is_current": one == chosen,
        }
        for one in found
    ]
    every["is_current"] = not any(tab["is_current"] for tab in tabs)
    return tabs


@partner_required(at_least=VIEWER)
@require_POST
def cancel(request, pk):
    activity = _changeable(request, pk)
    if not activities.cancel(activity=activity, by=request.user):
        messages.info(request, _("It had ended already."))
    return redirect(PAGE)


@partner_required(at_least=VIEWER)
@require_POST
def again(request, pk):
    try:
        activities.start_again(activity=_changeable(request, pk), by=request.user)
    except activities.TooManyOpen:
        messages.warning(request, _too_many())
    return redirect(PAGE)


def _changeable(request, pk) -> Activity:
    activity = get_object_or_404(_own(request), pk=pk)
    if not _may_change(activity, request):
        raise PermissionDenied
    return activity


def _own(request):
    return Activity.objects.for_partner(request.partner).select_related("partner")


@partner_required
@require_GET
def result(request, pk):
    own = Activity.objects.for_partner(request.partner).select_related("result")
    activity = get_object_or_404(own, pk=pk)
    if activity.result is None:
        raise Http404
    return saved(activity.result, activity.result_name)


def started(request, kind: str, **parameters: Any) -> HttpResponse:
    """For a page with a button that starts long work: its form's number is in `submission`."""
    try:
        activities.start(
            partner=request.partner,
            by=request.user,
            kind=kind,
            parameters=parameters,
            submission=key_of(_submission(request), kind=kind, **parameters),
        )
    except activities.TooManyOpen:
        messages.warning(request, _too_many())
    return redirect(PAGE)


def _submission(request) -> uuid.UUID:
    """Whatever else stands there was not written by a form of ours: it is no second click."""
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return uuid.uuid4()


def _too_many() -> str:
    return _("Enough is under way. Wait until something has ended, or cancel it.")
