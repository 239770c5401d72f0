import pytest
from django.core import mail

from partners.models import AuditLog, Member, Notification
from partners.services import approval, deliveries
from tests import factories

pytestmark = pytest.mark.django_db

DECISIONS = [
    ("pending", "approve", "approved", "PARTNER_APPROVED"),
    ("pending", "reject", "rejected", "PARTNER_REJECTED"),
    ("approved", "block", "blocked", "PARTNER_BLOCKED"),
    ("blocked", "unblock", "approved", "PARTNER_UNBLOCKED"),
]


def decide(client, partner, verb, reason="Hujjat mos emas"):
    return client.post(f"/admin-panel/partners/{partner.pk}/{verb}/", {"reason": reason})


@pytest.mark.parametrize(("before", "verb", "after", "action"), DECISIONS)
def test_a_decision_is_kept_audited_and_told(staff_client, staff, before, verb, after, action):
    partner = factories.make_partner(state=before, user=factories.make_user(language="en"))
    answer = decide(staff_client, partner, verb)
    assert answer["Location"] == f"/admin-panel/partners/{partner.pk}/"
    partner.refresh_from_db()
    assert partner.state == after
    entry = AuditLog.objects.get(action=action)
    assert (entry.actor, entry.partner, entry.before) == (staff, partner, {"state": before})
    assert entry.after["state"] == after
    assert Notification.objects.get(user=partner.owner).kind == after or verb == "unblock"
    deliveries.send_due("email")
    (letter,) = mail.outbox
    assert letter.to == [partner.owner.email]
    if verb in ("reject", "block"):
        assert partner.state_reason == entry.after["reason"] == "Hujjat mos emas"
        assert "Hujjat mos emas" in letter.body


@pytest.mark.parametrize("verb", ["reject", "block"])
@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\x00b", "a\u202eb"])
def test_a_reason_is_needed_and_must_be_readable(staff_client, verb, reason):
    state = "pending" if verb == "reject" else "approved"
    partner = factories.make_partner(state=state)
    page = decide(staff_client, partner, verb, reason)
    assert page.status_code == 422
    assert "reason" in page.context["reason_form"].errors
    assert page.context["reason_form"]["reason"].value() == reason
    partner.refresh_from_db()
    assert partner.state == state
    with pytest.raises(approval.ReasonNeeded):
        approval.reject(partner=partner, by=partner.owner, reason="  ")


@pytest.mark.parametrize("verb", ["approve", "reject", "block", "unblock"])
@pytest.mark.parametrize("state", ["pending", "approved", "rejected", "blocked"])
def test_only_what_fits_the_state_can_be_decided(staff_client, verb, state):
    partner = factories.make_partner(state=state)
    decide(staff_client, partner, verb)
    partner.refresh_from_db()
    fits = {(before, name): after for before, name, after, _action in DECISIONS}
    assert partner.state == fits.get((state, verb), state)
    assert AuditLog.objects.count() == Notification.objects.count() == ((state, verb) in fits)


@pytest.mark.parametrize("email", ["a@example.uz", None])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_it_says_whether_they_hear_of_it(staff_client, verb, email):
    partner = factories.make_partner(state="pending", user=factories.make_user(email=email))
    staff_client.cookies["django_language"] = "en"
    url = f"/admin-panel/partners/{partner.pk}/{verb}/"
    page = staff_client.post(url, {"reason": "Hujjat yoʻq"}, follow=True).content.decode()
    assert ("They are told by email or Telegram." in page) is bool(email)
    assert ("they read it when they sign in" in page) is not bool(email)


def test_the_second_of_two_admins_is_told(staff_client, client):
    client.cookies["django_language"] = "en"
    partner = factories.make_partner(state="pending")
    first, second = factories.make_staff(), factories.make_staff()
    client.force_login(first)
    decide(client, partner, "approve")
    client.force_login(second)
    page = client.post(
        f"/admin-panel/partners/{partner.pk}/reject/", {"reason": "late"}, follow=True
    )
    assert "somebody has decided already" in page.content.decode()
    partner.refresh_from_db()
    assert (partner.state, partner.state_reason) == ("approved", "")
    assert AuditLog.objects.get(partner=partner).actor == first


class TestWhoMayDecide:
    @pytest.mark.parametrize("verb", ["approve", "reject", "block", "unblock"])
    def test_get_changes_nothing(self, staff_client, partner, verb):
        assert staff_client.get(f"/admin-panel/partners/{partner.pk}/{verb}/").status_code == 405

    @pytest.mark.parametrize("verb", ["approve", "reject", "block", "unblock"])
    def test_partners_may_not(self, partner_client, partner, verb):
        assert decide(partner_client, partner, verb).status_code == 403

    def test_staff_without_the_right_may_look_only_with_the_other(self, client):
        client.force_login(factories.make_staff(is_superuser=False))
        partner = factories.make_partner(state="pending")
        assert decide(client, partner, "approve").status_code == 403
        assert client.get(f"/admin-panel/partners/{partner.pk}/").status_code == 403

    def test_nobody_in_particular_is_asked_to_log_in(self, client, partner):
        answer = decide(client, partner, "approve")
        assert answer["Location"].startswith("/login?next=")

    def test_who_does_not_exist_is_not_found(self, staff_client):
        for pk in (0, 10**6, 10**30):
            path = f"/admin-panel/partners/{pk}/"
            assert staff_client.post(path + "approve/").status_code == 404
            assert staff_client.get(path).status_code == 404


def test_mail_goes_to_those_who_run_the_company(staff_client):
    partner = factories.make_partner(state="pending")
    for role in (Member.Role.MANAGER, Member.Role.OPERATOR, Member.Role.VIEWER):
        Member.objects.create(partner=partner, user=factories.make_user(), role=role)
    decide(staff_client, partner, "approve")
    assert Notification.objects.filter(partner=partner).count() == 4
    assert deliveries.send_due("email") == 2
