"""What is kept for a time only is gone after it, by the worker's clock; nothing else is touched."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.sessions.models import Session

from ai_manager.models import AiErrorLog, AiUsageLog
from marketplaces import unreadable
from marketplaces.connectors.remote import UnreadableRow as Row
from marketplaces.models import ReplayedDay, UnreadableRow
from orders.models import Order, OrderEvent
from partners.models import Activity, Delivery, Invitation, Notification, StoredFile
from partners.services import notices, retention
from sellercloudx import clock, wiring
from sellercloudx.demo import scale
from sellercloudx.lib import batches
from tests import factories

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 25, 4, 30, tzinfo=ZoneInfo("Asia/Tashkent"))
SWEEP = "sellercloudx.lib.sessions.sweep"
FORGETS = {path: at for path, at in wiring.CLOCK.items() if ".forget_" in path or path == SWEEP}


def aged(row, field: str, days: float):
    """It, as if it were so many days old at NIGHT."""
    type(row).objects.filter(pk=row.pk).update(**{field: NIGHT - timedelta(days=days)})
    return row


def a_night_passes(monkeypatch):
    monkeypatch.setattr("sellercloudx.clock.table", lambda name: FORGETS)
    with time_machine.travel(NIGHT, tick=False):
        clock.tick()


def left(model) -> set[int]:
    return set(model.objects.values_list("pk", flat=True))


def order(connection, n: int, days: float) -> Order:
    made = scale.order(connection, n)
    made.raw = {"orderId": n, "items": [{"offerName": "Choynak"}]}
    made.save()
    OrderEvent.objects.create(order=made, kind=OrderEvent.Kind.RECEIVED)
    return aged(made, "changed_at", days)


def test_an_order_keeps_everything_but_the_marketplaces_answer(monkeypatch, partner):
    monkeypatch.setattr(batches, "SIZE", 2)
    shop = factories.make_connection(partner)
    old, fresh = [order(shop, n, 91) for n in range(5)], order(shop, 9, 89)
    a_night_passes(monkeypatch)
    for one in [*old, fresh]:
        one.refresh_from_db()
    assert [one.raw for one in old] == [{}] * 5
    assert fresh.raw["orderId"] == 9
    assert old[0].total and old[0].external_id and old[0].events.count() == 1


def test_sessions_that_open_nothing(monkeypatch, db):
    for key, days in (("a" * 32, -0.01), ("b" * 32, 1)):
        Session.objects.create(session_key=key, expire_date=NIGHT + timedelta(days=days))
    a_night_passes(monkeypatch)
    assert [one.session_key for one in Session.objects.all()] == ["b" * 32]


def test_notifications_of_more_than_a_year_ago(monkeypatch, partner):
    for n in range(3):
        notices.notify_partner(
            partner, kind="registered", data={"company": "x"}, url="/", dedupe=str(n)
        )
    old, due, fresh = Notification.objects.order_by("pk")
    for row, days in ((old, 366), (due, 366), (fresh, 364)):
        aged(row, "created_at", days)
    Delivery.objects.all().delete()
    Delivery.objects.create(notification=due, channel="email", due_at=NIGHT + timedelta(hours=1))
    a_night_passes(monkeypatch)
    assert left(Notification) == {due.pk, fresh.pk}


def invitation(partner, **ended) -> Invitation:
    fields = {"expires_at": NIGHT + timedelta(days=1)} | ended
    people = {"email": "a@example.uz", "note": "Aziza", "created_by": partner.owner}
    return Invitation.objects.create(partner=partner, role="viewer", **people, **fields)


@pytest.mark.parametrize("how", ["expires_at", "used_at", "revoked_at"])
def test_whom_an_invitation_was_for(monkeypatch, partner, how):
    old = invitation(partner, **{how: NIGHT - timedelta(days=31)})
    fresh, open_ = invitation(partner, **{how: NIGHT - timedelta(days=29)}), invitation(partner)
    a_night_passes(monkeypatch)
    for one, kept in ((old, False), (fresh, True), (open_, True)):
        one.refresh_from_db()
        assert bool(one.email) is bool(one.note) is kept
    assert (old.role, old.created_by) == ("viewer", partner.owner)


def test_rows_that_could_not_be_read(monkeypatch, partner):
    shop = factories.make_connection(partner)
    unreadable.note(shop, unreadable.CARDS, [Row(key, "odd", {}) for key in ("1", "2")])
    old, fresh = UnreadableRow.objects.order_by("key")
    aged(old, "first_seen_at", 181)
    aged(fresh, "first_seen_at", 179)
    a_night_passes(monkeypatch)
    assert left(UnreadableRow) == {fresh.pk}


def test_days_compared_for_a_year(monkeypatch, partner):
    shop = factories.make_connection(partner)
    day = {"connection": shop, "day": NIGHT.date(), "there": 3, "missing": 1, "unlisted": 0}
    old, fresh = (ReplayedDay.objects.create(**day) for _ in range(2))
    aged(old, "read_at", 366)
    aged(fresh, "read_at", 364)
    a_night_passes(monkeypatch)
    assert left(ReplayedDay) == {fresh.pk}


def test_errors_of_ai_providers_and_not_what_ai_cost(monkeypatch, partner):
    usage = AiUsageLog.objects.create(
        partner=partner, request_group="0" * 32, attempt=1, provider="openai", latency_ms=1
    )
    for days in (181, 179):
        error = AiErrorLog.objects.create(usage=usage, partner=partner, message=str(days))
        aged(error, "created_at", days)
    aged(usage, "created_at", 999)
    a_night_passes(monkeypatch)
    assert [one.message for one in AiErrorLog.objects.all()] == ["179"]
    assert left(AiUsageLog) == {usage.pk}


def test_a_row_that_changed_meanwhile_is_left_alone(partner):
    """Between looking and doing somebody was faster."""
    shop = factories.make_connection(partner)
    made = order(shop, 1, 91)
    rows = Order.objects.filter(changed_at__lt=NIGHT - timedelta(days=90))

    def faster(found):
        aged(made, "changed_at", 0)
        assert found.update(raw={}) == 0

    assert batches.in_batches(rows, faster) == 1


def test_the_clock_does_all_of_it():
    assert len(FORGETS) == 12


def test_long_work_of_more_than_a_year_ago(monkeypatch, partner):
    """Not what still has its file, nor what has not ended, however long ago it was asked for."""
    monkeypatch.setattr(batches, "SIZE", 2)
    file = StoredFile.objects.create(partner=partner, sha256="a" * 64, content=b"x", size=1)

    def work(days, **fields):
        made = {"state": "done", "ended_at": NIGHT - timedelta(days=days)} | fields
        known = {"partner": partner, "kind": "export_orders", "started_by": partner.owner}
        return Activity.objects.create(**known, submission=uuid.uuid4(), **made).pk

    for state in ("done", "failed", "cancelled"):
        work(366, state=state, error="broke" if state == "failed" else "")
    fresh = work(364)
    with_file = work(366, result=file, result_name="x.csv")
    waiting = work(0, state="queued", ended_at=None)
    monkeypatch.setattr(retention, "RESULTS_KEPT", timedelta(days=400))
    a_night_passes(monkeypatch)
    assert left(Activity) == {fresh, with_file, waiting}
