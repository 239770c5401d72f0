"""Of two at the same moment one starts it, one does it."""

import uuid

import pytest

from partners.models import Activity, AuditLog, Notification
from partners.services import activities
from tests.at_once import at_once, twice_at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


def start(partner, submission=None):
    return activities.start(
        partner=partner,
        by=partner.owner,
        kind="export_products",
        parameters={"tab": "", "q": ""},
        submission=submission or uuid.uuid4(),
    )


def test_two_clicks_start_one(partner):
    for count in range(1, ROUNDS + 1):
        number = uuid.uuid4()
        first, second = twice_at_once(lambda number=number: start(partner, number))
        assert first.pk == second.pk
        assert Activity.objects.count() == AuditLog.objects.count() == count


def test_two_at_the_limit_do_not_pass_it(partner):
    for _one in range(activities.MOST_OPEN - 1):
        start(partner)
    came = twice_at_once(lambda: start(partner))
    assert sorted(type(one).__name__ for one in came) == ["Activity", "TooManyOpen"]


def test_of_two_workers_one_takes_it(partner):
    for _round in range(ROUNDS):
        activity = start(partner)
        came = twice_at_once(lambda pk=activity.pk: activities.take(pk))
        assert sum(one is not None for one in came) == 1
        Activity.objects.all().delete()


def test_cancelled_or_done_and_never_both(partner):
    for count in range(ROUNDS):
        activity = start(partner)
        at_once(
            lambda pk=activity.pk: activities.run(pk),
            lambda one=activity: activities.cancel(activity=one, by=partner.owner),
        )
        activities.run(activity.pk)
        activity.refresh_from_db()
        is_done = activity.state == Activity.State.DONE
        assert is_done or activity.state == Activity.State.CANCELLED, count
        told = Notification.objects.filter(dedupe=f"report_ready:{activity.pk}").exists()
        assert is_done == told == bool(activity.result_id)
