import pytest

from partners.models import AuditLog, Member, Notification, Partner
from partners.services import registration
from tests import factories
from tests.partners.applications import typed

pytestmark = pytest.mark.django_db
WAITING = "/partner-registration/waiting"
AGAIN = "/partner-registration/again"


def come_as(client, **fields) -> Partner:
    partner = factories.make_partner(**fields)
    client.force_login(partner.owner)
    client.cookies["django_language"] = "en"
    return partner


def corrected(partner, **changes) -> dict:
    kept = {"phone": partner.owner.phone, "email": partner.owner.email, "tax_id": partner.tax_id}
    data = typed(**(kept | changes))
    return {name: data[name] for name in registration.Application.__dataclass_fields__}


def test_pending_says_what_happens_next(client):
    partner = come_as(client, state="pending")
    page = client.get(WAITING).content.decode()
    assert "waits for approval" in page
    assert 'aria-current="step"' in page
    assert partner.company_name in page


@pytest.mark.parametrize("state", ["rejected", "blocked"])
def test_the_reason_is_shown_and_harmless(client, state):
    come_as(client, state=state, state_reason="Yoʻq <b>bunday</b> raqam")
    page = client.get(WAITING).content.decode()
    assert "Yoʻq &lt;b&gt;bunday&lt;/b&gt; raqam" in page
    assert (AGAIN in page) == (state == "rejected")


def test_the_approved_go_to_work(partner_client):
    assert partner_client.get(WAITING)["Location"] == "/partner-dashboard/"


def test_the_pages_of_work_lead_back_here(client):
    come_as(client, state="blocked")
    assert client.get("/partner-dashboard/referrals/")["Location"] == WAITING


def test_it_is_for_partners_only(client, staff_client):
    assert staff_client.get(WAITING).status_code == 403
    client.logout()
    assert client.get(WAITING)["Location"].startswith("/login")
    assert staff_client.post(WAITING).status_code in (302, 405)


class TestApplyingAgain:
    def test_the_form_holds_what_was_sent(self, client):
        partner = come_as(client, state="rejected")
        form = client.get(AGAIN).context["form"]
        assert form["company_name"].value() == partner.company_name
        assert form["phone"].value() == partner.owner.phone

    def test_it_goes_back_into_the_queue(self, client, staff):
        partner = come_as(client, state="rejected", state_reason="wrong number")
        data = corrected(partner, tax_id="309876543", company_name="Yangi nom", first_name="Olim")
        assert client.post(AGAIN, data)["Location"] == WAITING
        partner.refresh_from_db()
        partner.owner.refresh_from_db()
        assert (partner.state, partner.state_reason) == ("pending", "")
        assert (partner.tax_id, partner.owner.first_name) == ("309876543", "Olim")
        assert partner.folded.startswith("yangi nom 309876543")
        changes = AuditLog.objects.get(action="PARTNER_APPLIED_AGAIN").changes()
        assert ("tax_id", "309876543") in [(name, after) for name, _before, after in changes]
        assert ("state", "rejected", "pending") in changes
        assert Notification.objects.get(user=staff).kind == "partner_applied_again"

    def test_what_is_wrong_is_said_and_nothing_changes(self, client):
        partner = come_as(client, state="rejected")
        page = client.post(AGAIN, corrected(partner, tax_id="12", first_name="🙂"))
        assert set(page.context["form"].errors) == {"tax_id", "first_name"}
        assert Partner.objects.get(pk=partner.pk).state == "rejected"

    def test_another_company_keeps_its_number(self, client):
        partner = come_as(client, state="rejected")
        other = factories.make_partner()
        data = corrected(partner, tax_id=other.tax_id, phone=other.owner.phone)
        assert set(client.post(AGAIN, data).context["form"].errors) == {"tax_id", "phone"}

    @pytest.mark.parametrize("state", ["pending", "blocked"])
    def test_only_the_rejected_may(self, client, state):
        partner = come_as(client, state=state)
        assert client.post(AGAIN, corrected(partner))["Location"] == WAITING
        assert Partner.objects.get(pk=partner.pk).state == state
        application = registration.Application(**corrected(partner))
        with pytest.raises(registration.NotRejected):
            registration.apply_again(member=partner.members.get(), application=application)

    def test_only_the_owner_may(self, client):
        come_as(client, state="rejected", role=Member.Role.MANAGER)
        assert client.get(AGAIN).status_code == 403
        assert AGAIN not in client.get(WAITING).content.decode()

    def test_other_methods_are_refused(self, client):
        come_as(client, state="rejected")
        assert client.put(AGAIN).status_code == 405
