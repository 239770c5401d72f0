"""Long work on many things: each in a transaction of its own, together with what became of it.

So a worker may die anywhere: the next one finds what is done and goes on behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TypeVar

from django.db import transaction
from django.db.models import Count

from partners.models import Activity, ActivityItem, Member, User
from partners.services.activities import Unfit, Work

Outcome = ActivityItem.Outcome
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Became:
    """What became of one thing, in the words of the one who reads it."""

    title: str
    outcome: ActivityItem.Outcome
    reasons: list[str] = field(default_factory=list)
    url: str = ""


def one_by_one(
    work: Work, things: Sequence[tuple[int, Thing]], do: Callable[[Thing, User], Became]
) -> dict[str, int]:
    """Do it to each, numbered by what comes before it; what the notice says of them.

    Raises what `work.progress` raises, and Unfit where the starter may not change things any more.
    """
    activity = _of(work)
    by = _whoever_may(activity)
    known = set(activity.items.values_list("position", flat=True))
    done, total = len(known), len(things)
    work.progress(done, total)
    for position, thing in things:
        if position in known:
            continue
        done += 1
        with transaction.atomic():
            # First: from here the row of the work is ours until we commit, so a worker that woke
            # too late gets no further, and nothing is done that is not also written down.
            work.progress(done, total)
            became = do(thing, by)
            ActivityItem.objects.create(activity=activity, position=position, **_fields(became))
    return told(activity)


def counts(activity: Activity) -> dict[str, int]:
    """How many ended how."""
    rows = activity.items.values("outcome").annotate(n=Count("pk")).order_by()
    return {row["outcome"]: row["n"] for row in rows}


def told(activity: Activity) -> dict[str, int]:
    found = counts(activity)
    left = sum(found.get(outcome, 0) for outcome in ActivityItem.LEFT)
    return {"done": sum(found.values()) - left, "left": left}


def _of(work: Work) -> Activity:
    assert work.activity is not None  # noqa: S101  run() always says which it is
    return work.activity


def _whoever_may(activity: Activity) -> User:
    """Their rights are those of today, not of the day they started it."""
    members = activity.partner.members.filter(user=activity.started_by, user__is_active=True)
    member = members.select_related("user").first()
    if member is None or not member.is_at_least(Member.Role.OPERATOR):
        raise Unfit("not_allowed")
    return member.user


def _fields(became: Became) -> dict[str, object]:
    longest = ActivityItem._meta.get_field("title").max_length
    return asdict(became) | {"title": became.title[:longest]}
