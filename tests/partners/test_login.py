import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.models import AuditLog, Member
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PATH = "/login"


def log_in(client, login, password=PASSWORD, **data):
    return client.post(PATH, {"login": login, "password": password, **data})


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{0[0]}{0[1]}{0[2]}{0[3]} ({0[4]}{0[5]}) {1}"])
def test_by_phone_however_it_is_typed(client, partner, spelling):
    phone = partner.owner.phone
    answer = log_in(client, spelling.format(phone, phone[6:]))
    assert (answer.status_code, answer["Location"]) == (302, "/partner-dashboard/")
    assert get_user(client) == partner.owner


def test_by_email_in_any_case(client, partner):
    log_in(client, partner.owner.email.upper())
    assert get_user(client) == partner.owner
    entry = AuditLog.objects.get(action="LOGIN_SUCCESS")
    assert (entry.actor, entry.partner) == (partner.owner, partner)


def test_staff_start_in_the_admin_panel(client, staff):
    assert log_in(client, staff.email)["Location"] == "/admin-panel/"


def test_a_wrong_password_and_an_unknown_login_read_the_same(client, partner):
    client.cookies["django_language"] = "en"
    inactive = factories.make_user(is_active=False)
    pages = [
        log_in(client, partner.owner.phone, "wrong"),
        log_in(client, "+998 99 999 99 99"),
        log_in(client, "nobody@example.uz"),
        log_in(client, inactive.email),
        log_in(client, "' OR 1=1 --"),
        log_in(client, "🙂" * 100),
    ]
    texts = {tuple(page.context["form"].non_field_errors()) for page in pages}
    assert texts == {("The phone or email and the password do not match.",)}
    assert not get_user(client).is_authenticated
    assert AuditLog.objects.filter(action="LOGIN_FAILED").count() == len(pages)


def test_the_audit_keeps_no_whole_login_and_no_password(client):
    log_in(client, "+998901234567", "secret-one")
    log_in(client, "gulom@example.uz", "secret-two")
    log_in(client, "my-secret-password", "secret-three")
    kept = list(AuditLog.objects.order_by("pk").values_list("after", flat=True))
    assert kept == [{"login": "+998*****4567"}, {"login": "g***@example.uz"}, {"login": ""}]


@pytest.mark.parametrize("data", [{}, {"login": "x" * 255, "password": "x"}, {"login": "a\x00b"}])
def test_what_is_missing_is_said_beside_its_field(client, data):
    page = client.post(PATH, data)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert page.context["form"]["login"].value() == data.get("login")


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/partner-dashboard/orders/?q=1", "/partner-dashboard/orders/?q=1"),
        ("https://evil.example/", "/partner-dashboard/"),
        ("//evil.example/", "/partner-dashboard/"),
        ("javascript:alert(1)", "/partner-dashboard/"),
        ("/\\evil.example", "/partner-dashboard/"),
        ("foo", "/partner-dashboard/"),
        ("pages:partner", "/partner-dashboard/"),
        ("../admin-panel/", "/partner-dashboard/"),
    ],
)
def test_it_leads_on_within_this_site_only(client, partner, wanted, where):
    assert log_in(client, partner.owner.phone, next=wanted)["Location"] == where


def test_the_form_carries_where_one_wanted_to_go(client):
    page = client.get(PATH, {"next": "/partner-dashboard/orders/"}).content.decode()
    assert 'name="next" value="/partner-dashboard/orders/"' in page


def test_a_new_browser_speaks_the_language_of_the_person(client):
    partner = factories.make_partner(user=factories.make_user(language="ru"))
    assert log_in(client, partner.owner.phone).cookies["django_language"].value == "ru"
    client.post("/logout")
    assert "django_language" not in log_in(client, partner.owner.phone).cookies


def test_a_partner_not_yet_approved_comes_in_too(client):
    partner = factories.make_partner(state="pending")
    page = client.post(
        PATH, {"login": partner.owner.phone, "password": PASSWORD, "next": "/partner-dashboard/"}
    )
    assert page.status_code == 302
    assert client.get("/partner-registration/waiting").status_code == 200


def test_logging_out_is_a_post(partner_client, partner):
    assert partner_client.get("/logout").status_code == 405
    assert partner_client.post("/logout")["Location"] == "/"
    assert not get_user(partner_client).is_authenticated
    assert AuditLog.objects.get(action="LOGOUT").actor == partner.owner


def test_logging_out_twice_does_no_harm(client):
    assert client.post("/logout").status_code == 302


def test_other_methods_are_refused(client):
    assert client.delete(PATH).status_code == 405


class TestDjangosOwnPages:
    def test_they_ask_for_our_login(self, client):
        answer = client.get("/admin/", follow=True)
        assert answer.redirect_chain[-1][0] == "/login?next=%2Fadmin%2F"

    def test_partners_have_no_business_there(self, partner_client):
        assert partner_client.get("/admin/", follow=True).status_code == 403

    def test_staff_come_in(self, client, staff):
        assert log_in(client, staff.email, next="/admin/")["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200


def test_a_viewer_is_a_person_too(client):
    partner = factories.make_partner(role=Member.Role.VIEWER)
    assert log_in(client, partner.owner.phone).status_code == 302


def test_staff_see_failed_logins_of_a_partners_people(staff_client, partner):
    for login in (partner.owner.email, partner.owner.phone, "nobody@example.uz"):
        Client().post("/login", {"login": login, "password": "wrong"})
    failed = AuditLog.objects.filter(action="LOGIN_FAILED").order_by("pk")
    assert [row.partner for row in failed] == [partner, partner, None]
    # Nobody was signed in, whoever it was about.
    assert {row.actor for row in failed} == {None}
    page = staff_client.get(f"/admin-panel/partners/{partner.pk}/").content.decode()
    assert page.count("<strong>Kirib boʻlmadi</strong>") == 2


def test_the_visitor_cannot_tell_a_known_account(client, partner):
    def answer(login):
        with CaptureQueriesContext(connection) as queries:
            page = client.post("/login", {"login": login, "password": "wrong"})
        return page.status_code, page.context["form"].non_field_errors(), len(queries)

    assert answer(partner.owner.email) == answer("nobody@example.uz")
