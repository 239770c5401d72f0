import hashlib
import re

import pytest
from django.contrib.auth import get_user
from django.core import mail
from django.template.loader import get_template

from partners.models import AuditLog, Member, Notification, Partner, User
from partners.services import deliveries, terms
from tests import factories
from tests.partners.applications import PASSWORD, typed

pytestmark = pytest.mark.django_db
PATH = "/partner-registration"


def register(client, **changes):
    return client.post(PATH, typed(**changes))


def test_it_makes_a_person_a_partner_and_an_owner(client):
    data = typed(phone="+998 (90) 123-45-67", email="Gulom@Example.UZ")
    answer = client.post(PATH, data)
    assert (answer.status_code, answer["Location"]) == (302, "/partner-registration/waiting")
    user, partner = User.objects.get(), Partner.objects.get()
    assert (user.phone, user.email) == ("+998901234567", "gulom@example.uz")
    assert user.check_password(PASSWORD)
    assert (partner.state, partner.company_name) == ("pending", "«Yulduz savdo» MChJ")
    assert partner.terms_version == terms.VERSION
    assert partner.referral_code.startswith("SCX-")
    assert Member.objects.get().role == Member.Role.OWNER
    entry = AuditLog.objects.get(action="PARTNER_REGISTERED")
    assert (entry.actor, entry.partner, entry.ip) == (user, partner, "127.0.0.1")


def test_they_are_logged_in_and_see_what_happens_next(client):
    page = client.post(PATH, typed(), follow=True)
    assert get_user(client).is_authenticated
    assert page.status_code == 200
    assert "partners/waiting.html" in [template.name for template in page.templates]


def test_the_language_of_the_page_is_theirs(client):
    client.cookies["django_language"] = "ru"
    register(client)
    assert User.objects.get().language == "ru"


def test_both_sides_are_told(client, staff):
    register(client, email="boss@example.uz")
    user = User.objects.get(email="boss@example.uz")
    assert Notification.objects.get(user=user).kind == "registered"
    assert Notification.objects.get(user=staff).kind == "partner_registered"
    assert deliveries.send_due("email") == 2
    assert {letter.to[0] for letter in mail.outbox} == {"boss@example.uz", staff.email}


@pytest.mark.parametrize(
    "phone",
    ["901234567", "+998901234567", "998 90 123 45 67", "+998-90-123-45-67", "00998901234567"]
    + ["(90) 123.45.67", "+998\u00a090\u00a0123\u00a045\u00a067", "９０１２３４５６７"],
)
def test_a_phone_may_be_typed_in_any_usual_way(client, phone):
    register(client, phone=phone)
    assert User.objects.get().phone == "+998901234567"


@pytest.mark.parametrize(
    ("legal_form", "tax_id", "kept"),
    [
        ("company", "301 234 567", "301234567"),
        ("sole_proprietor", "301234567", "301234567"),
        ("sole_proprietor", "31205900012344", "31205900012344"),
        ("individual", "3120-5900-0123-44", "31205900012344"),
    ],
)
def test_a_tax_number_fits_the_legal_form(client, legal_form, tax_id, kept):
    register(client, legal_form=legal_form, tax_id=tax_id)
    assert Partner.objects.get().tax_id == kept


@pytest.mark.parametrize("name", ["Gʻulom", "G'ulom", "Оʼтабек", "Жўра-бек", "Анна Мария", "Ў."])
def test_names_of_both_scripts_stay_as_typed(client, name):
    register(client, first_name=name)
    assert User.objects.get().first_name == name


def test_email_may_be_left_out(client):
    register(client, email="")
    assert User.objects.get().email is None


def test_the_terms_name_the_country_and_the_providers(client, settings):
    settings.STORAGE_COUNTRY = "NL"
    client.cookies["django_language"] = "en"
    page = client.get(PATH).content.decode()
    for words in ("Netherlands", *terms.AI_PROVIDERS):
        assert words in page


def test_the_terms_promise_the_country_where_nobody_set_it(client, settings):
    settings.STORAGE_COUNTRY = ""
    client.cookies["django_language"] = "en"
    assert "named to you on request" in client.get(PATH).content.decode()


def test_other_words_of_the_terms_are_another_version():
    """Each partner keeps the version they accepted, so a version may mean one text only."""
    text = get_template("partners/_terms.html").template.source
    words = re.findall(r'translate "(.+?)" %', text)
    assert (terms.VERSION, hashlib.sha256("".join(words).encode()).hexdigest()[:12]) == (
        "2026-11-25",
        "94bc068e9a8d",
    )


def test_who_is_logged_in_has_nothing_to_register(partner_client, staff_client):
    assert partner_client.get(PATH).status_code == 302


def test_other_methods_are_refused(client):
    assert client.put(PATH).status_code == 405


def test_one_address_cannot_register_without_end(client, monkeypatch):
    monkeypatch.setattr("partners.limits.REGISTRATIONS_BY_ADDRESS", "2/h")
    assert [register(client, tax_id="x").status_code for _ in range(3)] == [200, 200, 429]


class TestReferralCode:
    def test_the_link_fills_it_in_and_it_is_kept(self, client):
        code = factories.make_partner().referral_code
        page = client.get(PATH, {"ref": code})
        assert page.context["form"]["referral_code"].value() == code
        register(client, referral_code=f" {code.lower()} ")
        assert Partner.objects.latest("pk").referred_by_code == code

    def test_it_survives_a_look_at_other_pages(self, client):
        client.get(PATH, {"ref": "SCX-ABC234"})
        client.get("/login")
        assert client.get(PATH).context["form"]["referral_code"].value() == "SCX-ABC234"

    def test_a_whole_link_will_do(self, client):
        code = factories.make_partner().referral_code
        register(client, referral_code=f"https://sellercloudx.uz/partner-registration?ref={code}")
        assert Partner.objects.latest("pk").referred_by_code == code

    @pytest.mark.parametrize("code", ["SCX-ZZZZZZ", "friend", "🎁", "'; DROP TABLE partners;--"])
    def test_an_unknown_one_is_said_gently_and_stops_nobody(self, client, code):
        client.cookies["django_language"] = "en"
        page = client.post(PATH, typed(referral_code=code), follow=True)
        assert Partner.objects.count() == 1
        assert "do not know the referral code" in page.content.decode()

    def test_an_unknown_link_is_said_beside_the_field(self, client):
        client.cookies["django_language"] = "en"
        page = client.get(PATH, {"ref": "<b>x</b>"}).content.decode()
        assert "do not know the code of your link" in page
        assert "<b>x</b>" not in page
