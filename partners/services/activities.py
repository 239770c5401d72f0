"""Long work: asked for in a request, done by a worker, told to whoever asked.

A worker holds it by a lease that each step renews. One that dies leaves it to the next, which
begins anew; a late one finds its token outgrown and writes nothing.
"""

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone, translation

from partners import audit
from partners.models import Activity, Partner, StoredFile, User
from partners.services import notices
from partners.services.activity_leases import Cancelled, Lease, TakenOver, of_approved
from sellercloudx.lib import leases
from sellercloudx.lib.queue import wake
from sellercloudx.lib.wiring import resolve

logger = logging.getLogger(__name__)

State = Activity.State
RUN = "partners.services.activities.run"
URL = "/partner-dashboard/activity/"
# Nobody needs more at once, and the others' work waits for no one partner.
MOST_OPEN = 5
MOST_ATTEMPTS = 3
MOST_WOKEN = 20
# The other threads of a worker have orders to send.
_place = threading.BoundedSemaphore(1)


class TooManyOpen(Exception):
    """This partner has enough under way."""


class Unfit(Exception):
    """It cannot be done as asked; `code` is one of activity_kinds.TROUBLES."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Made:
    """What came of it: a file, or nothing to download where `name` is empty."""

    name: str = ""
    content: bytes = b""
    content_type: str = ""
    # Of work on many things, how many ended how; for the notice that it has ended.
    counts: dict[str, int] | None = None


@dataclass(frozen=True)
class Work:
    """What the code of a kind is given."""

    partner: Partner
    parameters: dict[str, Any]
    # Called after each step with (done, total). Raises Cancelled and TakenOver.
    progress: Callable[[int, int], None]
    activity: Activity | None = None


# --- Asking for it ---


@transaction.atomic
def start(
    *, partner: Partner, by: User, kind: str, parameters: dict[str, Any], submission: uuid.UUID
) -> Activity:
    """Have it done; the same submission again is the same work. Raises TooManyOpen."""
    own = Activity.objects.for_partner(partner)
    if known := own.filter(submission=submission).first():
        return known
    # Two clicks at once wait for each other here, so neither passes the limit.
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if not (known := own.filter(submission=submission).first()):
        if own.filter(state__in=Activity.OPEN).count() >= MOST_OPEN:
            raise TooManyOpen
        known = Activity.objects.create(
            partner=partner,
            started_by=by,
            kind=kind,
            parameters=parameters,
            submission=submission,
        )
        action = f"{kind.upper()}_STARTED"
        audit.record(action, partner=partner, actor=by, entity=known, after=parameters)
        wake(RUN, known.pk)
    return known


def start_again(*, activity: Activity, by: User) -> Activity:
    """The same asked for once more; twice of one is one. Raises TooManyOpen."""
    return start(
        partner=activity.partner,
        by=by,
        kind=activity.kind,
        parameters=activity.parameters,
        submission=uuid.uuid5(activity.submission, "again"),
    )


@transaction.atomic
def cancel(*, activity: Activity, by: User) -> bool:
    """What waits ends at once, what runs ends at its next step; False where it has ended."""
    same = Activity.objects.filter(pk=activity.pk)
    now = timezone.now()
    ended = same.filter(state=State.QUEUED).update(state=State.CANCELLED, ended_at=now)
    running = same.filter(state=State.RUNNING, cancel_requested=False)
    is_new = bool(ended or running.update(cancel_requested=True))
    if is_new:
        audit.record("ACTIVITY_CANCELLED", partner=activity.partner, actor=by, entity=activity)
        wake(RUN, activity.pk)
    return is_new or same.filter(state__in=Activity.OPEN).exists()


# --- Doing it ---


def wake_due() -> None:
    """Called by the clock: find work that no message woke anybody for."""
    _wake_due(MOST_WOKEN)


def _wake_due(most: int) -> None:
    for pk in _due(timezone.now()).order_by("pk").values_list("pk", flat=True)[:most]:
        wake(RUN, pk)


def run(activity_id: int) -> None:
    """Do it, unless another worker has it."""
    if not _place.acquire(blocking=False):
        return
    try:
        lease = take(activity_id)
        if lease is None:
            return
        _run_under(lease)
    finally:
        _place.release()
    _wake_due(1)


def take(activity_id: int) -> Lease | None:
    """None when another worker has it, it has ended or its partner is not approved."""
    now = timezone.now()
    row = Activity.objects.filter(pk=activity_id).values("lease_token", "attempts").first()
    if row is None:
        return None
    taken = _due(now).filter(pk=activity_id, lease_token=row["lease_token"])
    if not taken.update(
        state=State.RUNNING,
        started_at=now,
        done=0,
        total=None,
        leased_until=now + leases.ttl(),
        lease_token=F("lease_token") + 1,
        attempts=F("attempts") + 1,
    ):
        return None
    return Lease(activity_id, row["lease_token"] + 1, row["attempts"] + 1)


def _due(at: datetime) -> "QuerySet[Activity]":
    return Activity.objects.filter(leases.is_free(at), of_approved(), state__in=Activity.OPEN)


def _run_under(lease: Lease) -> None:
    activity = Activity.objects.select_related("partner", "started_by").get(pk=lease.activity_id)
    try:
        _do(activity, lease)
    except TakenOver:
        is_parked = lease.park()
        logger.info("activity %s was %s", activity.pk, "parked" if is_parked else "taken over")
    except Exception:  # noqa: BLE001  the worker's loop: broken work must not stop the rest
        logger.exception("activity %s broke", activity.pk)
        if lease.park():
            return
        if lease.attempt < MOST_ATTEMPTS:
            lease.put_off()
        else:
            _fail_unless_taken(activity, lease)


def _do(activity: Activity, lease: Lease) -> None:
    if activity.cancel_requested:
        lease.end(State.CANCELLED)
        return
    if lease.attempt > MOST_ATTEMPTS:
        _fail(activity, lease, "stopped")
        return
    work = Work(activity.partner, activity.parameters, lease.progress, activity)
    try:
        # In the words of the one who reads it.
        with translation.override(activity.started_by.language):
            made = resolve("ACTIVITIES", activity.kind)(work)
        _finish(activity, lease, made)
    except Cancelled:
        lease.end(State.CANCELLED)
    except Unfit as unfit:
        _fail(activity, lease, unfit.code)


def _fail_unless_taken(activity: Activity, lease: Lease) -> None:
    try:
        _fail(activity, lease, "broke")
    except TakenOver:
        logger.info("activity %s was taken over", activity.pk)


@transaction.atomic
def _finish(activity: Activity, lease: Lease, made: Made) -> None:
    """The result, the end and the notice, or none of them."""
    stored = _stored(activity.partner, made) if made.name else None
    # Steps that came to fewer than were counted are all of them.
    all_of_it = Coalesce("total", "done")
    lease.end(State.DONE, result=stored, result_name=made.name, done=all_of_it)
    if made.counts is None:
        _tell(activity, "report_ready")
    else:
        _tell(activity, "bulk_done", **made.counts)


@transaction.atomic
def _fail(activity: Activity, lease: Lease, error: str) -> None:
    lease.end(State.FAILED, error=error)
    _tell(activity, "report_failed")


def _stored(partner: Partner, made: Made) -> StoredFile:
    """The same bytes again are the same row."""
    stored, _is_new = StoredFile.objects.get_or_create(
        partner=partner,
        sha256=hashlib.sha256(made.content).hexdigest(),
        defaults={
            "content_type": made.content_type,
            "content": made.content,
            "size": len(made.content),
        },
    )
    return stored


def _tell(activity: Activity, kind: str, **counts: int) -> None:
    """Who has left the team meanwhile is told nothing of it."""
    starter = activity.partner.members.filter(user=activity.started_by, user__is_active=True)
    if member := starter.select_related("user").first():
        notices.notify(
            users=[member.user],
            partner=activity.partner,
            kind=kind,
            data={"activity": activity.kind, **counts},
            url=f"{URL}{activity.pk}/" if counts else URL,
            dedupe=f"{kind}:{activity.pk}",
            runs_it=member.is_at_least(member.Role.MANAGER),
        )
