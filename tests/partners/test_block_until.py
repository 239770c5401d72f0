"""A block has a reason and perhaps an end; on that day the clock lifts it."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from partners.models import AuditLog, Partner
from partners.services import approval, deliveries
from tests import factories

pytestmark = pytest.mark.django_db
WAITING = "/partner-registration/waiting"
REASON = "Hujjat mos emas"


def block(client, partner, until):
    path = f"/admin-panel/partners/{partner.pk}/block/"
    return client.post(path, {"reason": REASON, "until": until})


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def blocked(until: date | None, **fields) -> Partner:
    return factories.make_partner(
        state="blocked", state_reason=REASON, blocked_until=until, **fields
    )


@pytest.fixture
def partner(db):
    return factories.make_partner(user=factories.make_user(language="en"))


@pytest.mark.parametrize("written", ["{:%Y-%m-%d}", "{:%d.%m.%Y}"])
def test_an_end_is_kept_audited_and_told(staff_client, partner, written):
    until = in_days(3)
    block(staff_client, partner, written.format(until))
    partner.refresh_from_db()
    assert (partner.state, partner.blocked_until) == ("blocked", until)
    assert AuditLog.objects.get(action="PARTNER_BLOCKED").after["until"] == until.isoformat()
    deliveries.send_due("email")
    assert f"{until:%d.%m.%Y}" in mail.outbox[0].subject and REASON in mail.outbox[0].body


def test_without_an_end_it_is_for_good(staff_client, partner):
    block(staff_client, partner, "")
    partner.refresh_from_db()
    assert (partner.state, partner.blocked_until) == ("blocked", None)


@pytest.mark.parametrize("days", [0, -1, -400])
def test_a_day_that_has_come_is_refused(staff_client, partner, days):
    page = block(staff_client, partner, in_days(days).isoformat())
    assert page.status_code == 422
    assert list(page.context["reason_form"].errors) == ["until"]
    assert REASON in page.content.decode()
    partner.refresh_from_db()
    assert partner.state == "approved"
    with pytest.raises(approval.DayHasPassed):
        approval.block(partner=partner, by=partner.owner, reason=REASON, until=in_days(days))


@pytest.mark.parametrize(
    "nonsense", ["tomorrow", "2026-02-31", "99999-01-01", "٣", "\x00", "1" * 99]
)
def test_what_is_no_day_is_said_beside_the_field(staff_client, partner, nonsense):
    page = block(staff_client, partner, nonsense)
    assert (page.status_code, list(page.context["reason_form"].errors)) == (422, ["until"])


class TestTheDayHasCome:
    def test_the_partner_works_again_and_is_told(self):
        partner = blocked(in_days(0), user=factories.make_user(language="en"))
        approval.unblock_due()
        partner.refresh_from_db()
        assert (partner.state, partner.state_reason) == ("approved", "")
        assert partner.blocked_until is None
        entry = AuditLog.objects.get(action="PARTNER_UNBLOCKED")
        assert (entry.actor, entry.request_id) == (None, "")
        with translation.override("en"):
            assert str(entry.without_a_person()) == "the system"
        deliveries.send_due("email")
        assert mail.outbox[0].to == [partner.owner.email]

    def test_only_once(self):
        blocked(in_days(-2))
        approval.unblock_due()
        approval.unblock_due()
        assert AuditLog.objects.count() == 1

    def test_other_blocks_stay(self):
        kept = [blocked(in_days(1)), blocked(None), factories.make_partner(state="deactivated")]
        approval.unblock_due()
        states = Partner.objects.filter(pk__in=[one.pk for one in kept]).order_by("pk")
        assert [one.state for one in states] == ["blocked", "blocked", "deactivated"]

    def test_a_block_laid_anew_meanwhile_is_not_lifted(self):
        """The clock looked at the block before a person gave it another end."""
        partner = blocked(in_days(0))
        Partner.objects.filter(pk=partner.pk).update(blocked_until=in_days(5))
        with pytest.raises(approval.AlreadyDecided):
            approval.unblock(partner=partner, by=None)
        partner.refresh_from_db()
        assert (partner.state, partner.blocked_until) == ("blocked", in_days(5))


class TestWhatTheMembersSee:
    def test_why_until_when_and_what_to_do(self, client):
        until = date(timezone.localdate().year + 1, 3, 8)
        partner = blocked(until)
        client.force_login(partner.owner)
        client.cookies["django_language"] = "en"
        page = client.get(WAITING).content.decode()
        for words in (REASON, "8\xa0Mar", "ends by itself", "Write to us under Support"):
            assert words in page
        assert client.get("/partner-dashboard/support/").status_code == 200

    def test_a_block_for_good_says_so(self, client):
        client.force_login(blocked(None).owner)
        client.cookies["django_language"] = "en"
        assert "The block has no end" in client.get(WAITING).content.decode()


class TestTheDayIsChanged:
    def change(self, client, partner, until):
        return client.post(f"/admin-panel/partners/{partner.pk}/block/until/", {"until": until})

    @pytest.mark.parametrize(("first", "then"), [(3, 30), (30, 3), (None, 5), (5, None)], ids=str)
    def test_without_unblocking(self, staff_client, first, then):
        day = {None: None, 3: in_days(3), 5: in_days(5), 30: in_days(30)}
        partner = blocked(day[first], user=factories.make_user(language="en"))
        self.change(staff_client, partner, day[then].isoformat() if then else "")
        partner.refresh_from_db()
        assert (partner.state, partner.blocked_until) == ("blocked", day[then])
        assert partner.state_reason == REASON
        entry = AuditLog.objects.get()
        assert entry.action == "PARTNER_BLOCK_MOVED"
        told = [value.isoformat() if value else "" for value in (day[first], day[then])]
        assert [entry.before["until"], entry.after["until"]] == told
        deliveries.send_due("email")
        assert (f"{day[then]:%d.%m.%Y}" if then else "is blocked") in mail.outbox[0].subject

    def test_the_same_day_changes_and_tells_nothing(self, staff_client):
        partner = blocked(in_days(3))
        self.change(staff_client, partner, in_days(3).isoformat())
        assert not AuditLog.objects.exists() and not deliveries.send_due("email")

    def test_a_day_that_has_come_is_refused(self, staff_client):
        partner = blocked(in_days(3))
        page = self.change(staff_client, partner, in_days(0).isoformat())
        assert (page.status_code, list(page.context["reason_form"].errors)) == (422, ["until"])
        with pytest.raises(approval.DayHasPassed):
            approval.change_end(partner=partner, by=partner.owner, until=in_days(0))

    def test_who_is_not_blocked_gets_no_end(self, staff_client, partner):
        self.change(staff_client, partner, in_days(3).isoformat())
        partner.refresh_from_db()
        assert (partner.state, partner.blocked_until) == ("approved", None)

    def test_of_two_who_change_it_the_second_is_told(self, staff):
        partner = blocked(in_days(3))
        seen_by_another = Partner.objects.get(pk=partner.pk)
        approval.change_end(partner=partner, by=staff, until=in_days(9))
        with pytest.raises(approval.AlreadyDecided):
            approval.change_end(partner=seen_by_another, by=staff, until=in_days(5))

    def test_the_page_offers_it_with_the_day_it_has(self, staff_client):
        page = staff_client.get(f"/admin-panel/partners/{blocked(in_days(3)).pk}/")
        assert f'value="{in_days(3):%Y-%m-%d}"' in page.content.decode()


def test_only_a_block_has_an_end():
    refused = pytest.raises(IntegrityError, match="partners_only_a_block_has_an_end")
    with refused, transaction.atomic():
        factories.make_partner(state="approved", blocked_until=in_days(1))
