"""A partner that leaves: nothing of theirs works, everything is kept, our people may undo it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from partners.models import AuditLog
from partners.services import approval, deliveries
from tests import factories

pytestmark = pytest.mark.django_db
REASON = "Shartnoma tugadi"


def decide(client, partner, verb, reason=REASON):
    return client.post(f"/admin-panel/partners/{partner.pk}/{verb}/", {"reason": reason})


@pytest.mark.parametrize("before", ["approved", "blocked"])
def test_they_leave_and_are_told(staff_client, staff, before):
    partner = factories.make_partner(
        state=before, state_reason="Qarz", user=factories.make_user(language="en")
    )
    decide(staff_client, partner, "deactivate")
    partner.refresh_from_db()
    assert (partner.state, partner.state_reason) == ("deactivated", REASON)
    entry = AuditLog.objects.get(action="PARTNER_DEACTIVATED")
    assert (entry.actor, entry.before) == (staff, {"state": before})
    deliveries.send_due("email")
    assert "deactivated" in mail.outbox[0].subject and REASON in mail.outbox[0].body


def test_they_come_back(staff_client):
    partner = factories.make_partner(state="deactivated", state_reason=REASON)
    decide(staff_client, partner, "reactivate")
    partner.refresh_from_db()
    assert (partner.state, partner.state_reason) == ("approved", "")
    assert AuditLog.objects.get().action == "PARTNER_REACTIVATED"
    assert deliveries.send_due("email") == 1


@pytest.mark.parametrize("days", [3, None])
def test_a_block_outlives_their_leaving(staff_client, days):
    until = days and timezone.localdate() + timedelta(days=days)
    partner = factories.make_partner(
        state="blocked",
        state_reason="Qarz",
        blocked_until=until,
        user=factories.make_user(language="en"),
    )
    decide(staff_client, partner, "deactivate")
    staff_client.cookies["django_language"] = "en"
    page = staff_client.get(f"/admin-panel/partners/{partner.pk}/").content.decode()
    assert "They left while blocked: “Qarz”" in page
    decide(staff_client, partner, "reactivate")
    partner.refresh_from_db()
    assert (partner.state, partner.state_reason) == ("blocked", "Qarz")
    assert (partner.blocked_until, partner.left_blocked_for) == (until, "")
    assert AuditLog.objects.latest("pk").action == "PARTNER_BACK_BLOCKED"
    deliveries.send_due("email")
    assert "is blocked" in mail.outbox[-1].subject


def test_a_block_whose_day_came_meanwhile_is_over(staff_client):
    partner = factories.make_partner(
        state="deactivated", blocked_until=timezone.localdate(), left_blocked_for="Qarz"
    )
    approval.unblock_due()
    partner.refresh_from_db()
    assert partner.state == "deactivated"
    decide(staff_client, partner, "reactivate")
    partner.refresh_from_db()
    assert (partner.state, partner.blocked_until, partner.state_reason) == ("approved", None, "")


@pytest.mark.parametrize("state", ["pending", "rejected", "deactivated"])
def test_who_does_not_work_with_us_cannot_leave(staff_client, state):
    partner = factories.make_partner(state=state)
    decide(staff_client, partner, "deactivate")
    partner.refresh_from_db()
    assert partner.state == state
    assert not AuditLog.objects.exists()


def test_a_reason_is_needed(staff_client, partner):
    page = decide(staff_client, partner, "deactivate", " ")
    assert (page.status_code, list(page.context["reason_form"].errors)) == (422, ["reason"])
    with pytest.raises(approval.ReasonNeeded):
        approval.deactivate(partner=partner, by=partner.owner, reason=" ")


def test_members_see_why_and_how_to_come_back(client):
    partner = factories.make_partner(state="deactivated", state_reason=REASON)
    client.cookies["django_language"] = "en"
    answer = client.post("/login", {"login": partner.owner.email, "password": factories.PASSWORD})
    page = client.get(answer["Location"], follow=True).content.decode()
    assert "Your account is deactivated" in page and REASON in page
    assert "If you want to come back" in page
    assert client.get("/partner-dashboard/support/").status_code == 200
