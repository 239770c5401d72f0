"""Several applications at once: a page of what would happen, then what did, row by row."""

import pytest

from partners.models import AuditLog, Notification, Partner
from partners.services import applications, approval
from tests import factories
from tests.at_once import twice_at_once

pytestmark = pytest.mark.django_db
URL = "/admin-panel/partners/approve/"


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def waiting(**fields) -> Partner:
    return factories.make_partner(state="pending", **fields)


def ids(*partners) -> dict:
    return {"id": [one.pk for one in partners]}


def states(*partners) -> list[str]:
    return [Partner.objects.get(pk=one.pk).state for one in partners]


class TestThePreview:
    def test_says_what_would_happen_and_changes_nothing(self, staff_client):
        fine, decided, lost = waiting(), factories.make_partner(state="rejected"), waiting()
        lost.members.all().delete()
        page = staff_client.get(URL, ids(fine, decided, lost))
        assert [one.partner for one in page.context["ready"]] == [fine]
        text = page.content.decode()
        for words in ("Will be approved", "Decided already", "Rejected", "No owner who can sign"):
            assert words in text
        assert states(fine, decided, lost) == ["pending", "rejected", "pending"]
        assert not AuditLog.objects.exists()

    def test_an_owner_who_was_switched_off_is_none(self, staff_client):
        partner = waiting(user=factories.make_user(is_active=False))
        assert not staff_client.get(URL, ids(partner)).context["ready"]

    def test_who_reads_it_only_here_is_named_and_approved_all_the_same(self, staff_client):
        partner = waiting(user=factories.make_user(email=None))
        page = staff_client.get(URL, ids(partner))
        assert len(page.context["ready"]) == 1
        assert "Neither email nor Telegram" in page.content.decode()

    @pytest.mark.parametrize("sent", [{}, {"id": "x"}, {"id": ["-1", "9" * 30, "٣"]}, {"id": "0"}])
    def test_nobody_chosen_is_said(self, staff_client, sent):
        for ask in (staff_client.get, staff_client.post):
            assert "Choose at least one" in ask(URL, sent).content.decode()

    def test_as_many_queries_for_fifty_as_for_two(self, staff_client, django_assert_num_queries):
        partners = [waiting() for _ in range(50)]
        for some in (partners[:2], partners):
            with django_assert_num_queries(4):
                staff_client.get(URL, ids(*some))


class TestWhenItIsSent:
    def test_each_is_approved_audited_and_told(self, staff_client, staff):
        first, second = waiting(), waiting()
        page = staff_client.post(URL, ids(first, second))
        assert page.context["approved"] == 2
        assert states(first, second) == ["approved", "approved"]
        assert AuditLog.objects.filter(action="PARTNER_APPROVED", actor=staff).count() == 2
        assert Notification.objects.filter(kind="approved").count() == 2

    def test_who_was_decided_meanwhile_holds_back_no_other(self, staff_client, staff):
        first, second = waiting(), waiting()
        approval.reject(partner=first, by=staff, reason="Hujjat yoʻq")
        page = staff_client.post(URL, ids(first, second))
        assert [one.is_approved for one in page.context["applications"]] == [False, True]
        assert states(first, second) == ["rejected", "approved"]
        assert "Decided already" in page.content.decode()

    def test_sent_twice_it_approves_once(self, staff_client):
        partner = waiting()
        for approved in (1, 0):
            page = staff_client.post(URL, ids(partner))
            assert page.context["approved"] == approved
        assert "None of them is approved by this" in page.content.decode()
        assert "partners are told" not in page.content.decode()
        assert AuditLog.objects.count() == Notification.objects.count() == 1

    def test_who_cannot_be_told_is_not_said_to_be(self, staff_client, settings):
        settings.IS_MAIL_ON = True
        reached, other = waiting(), waiting(user=factories.make_user(email=None))
        text = staff_client.post(URL, ids(reached, other)).content.decode()
        assert "2 applications are approved. Told by email or Telegram: 1;" in text

    def test_what_lacks_something_stays_waiting(self, staff_client):
        partner = waiting()
        partner.members.all().delete()
        staff_client.post(URL, ids(partner))
        assert states(partner) == ["pending"]


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_at_once_one_approves():
    admin = factories.make_staff()
    partners = [waiting() for _ in range(3)]
    pks = [one.pk for one in partners]
    both = twice_at_once(lambda: applications.approve(pks, by=admin))
    assert sum(one.is_approved for done in both for one in done) == 3
    assert AuditLog.objects.count() == Notification.objects.count() == 3


class TestTheList:
    def test_applications_are_chosen_in_their_own_tab(self, staff_client):
        waiting()
        page = staff_client.get("/admin-panel/partners/?state=pending").content.decode()
        assert 'name="id"' in page and f'action="{URL}"' in page
        assert 'name="id"' not in staff_client.get("/admin-panel/partners/").content.decode()

    def test_who_may_not_decide_chooses_nothing(self, client):
        waiting()
        client.force_login(factories.make_colleague("support"))
        assert b'name="id"' not in client.get("/admin-panel/partners/?state=pending").content
