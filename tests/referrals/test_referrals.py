import pytest

from partners.models import AuditLog, Notification, Partner
from referrals.models import Referral
from referrals.services import link_referral
from tests import factories
from tests.partners.applications import typed

pytestmark = pytest.mark.django_db
PATH = "/partner-dashboard/referrals/"


def test_registering_by_a_code_links_the_two(client, partner):
    client.post("/partner-registration", typed(referral_code=partner.referral_code))
    came = Partner.objects.latest("pk")
    referral = Referral.objects.get()
    assert (referral.referrer, referral.referred, referral.code) == (
        partner,
        came,
        partner.referral_code,
    )
    assert AuditLog.objects.get(action="REFERRAL_LINKED").partner == partner
    assert Notification.objects.get(user=partner.owner).kind == "referral_joined"


def test_the_same_partner_is_linked_once(partner):
    came = factories.make_partner(referred_by_code=partner.referral_code)
    assert link_referral(came).pk == link_referral(came).pk
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("code", ["", "SCX-ZZZZZZ", "own"])
def test_nobody_unknown_and_oneself_are_nobody(partner, code):
    partner.referred_by_code = partner.referral_code if code == "own" else code
    partner.save()
    assert link_referral(partner) is None
    assert not Referral.objects.exists()


def test_the_page_shows_code_link_and_who_came(partner_client, partner, settings):
    settings.PUBLIC_URL = "https://sellercloudx.uz"
    came = factories.make_partner(
        company_name="<i>Anor</i>", referred_by_code=partner.referral_code, state="pending"
    )
    link_referral(came)
    page = partner_client.get(PATH).content.decode()
    assert f'value="{partner.referral_code}"' in page
    link = f"https://sellercloudx.uz/partner-registration?ref={partner.referral_code}"
    assert f'value="{link}"' in page
    assert "&lt;i&gt;Anor&lt;/i&gt;" in page


def test_others_who_came_to_others_are_not_shown(partner_client):
    other = factories.make_partner()
    link_referral(factories.make_partner(referred_by_code=other.referral_code))
    page = partner_client.get(PATH)
    assert page.context["page"].rows == []
    assert page.context["total"] == 0


def test_many_cost_no_more_queries(partner_client, partner, django_assert_num_queries):
    for _ in range(3):
        link_referral(factories.make_partner(referred_by_code=partner.referral_code))
    with django_assert_num_queries(4):
        partner_client.get(PATH)


def test_who_may_look(client, staff_client, partner):
    assert staff_client.get(PATH)["Location"] == "/admin-panel/"
    client.logout()
    assert client.get(PATH)["Location"].startswith("/login")
    viewer = factories.make_partner(role="viewer")
    client.force_login(viewer.owner)
    assert client.get(PATH).status_code == 200
    assert client.post(PATH).status_code == 403
    client.force_login(partner.owner)
    assert client.post(PATH).status_code == 405
