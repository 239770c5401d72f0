"""The particulars of a company: by its legal form, kept whole, passport and PINFL unseen."""

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.urls import reverse

from partners.models import AuditLog, CompanyDetails, Member, Partner
from tests import factories
from tests.e2e.leaks import found_in

pytestmark = pytest.mark.django_db
URL = reverse("pages:company")
COMMON = {
    "bank": "Ipak Yoʻli Bank",
    "mfo": "00444",
    "account_number": "2020 8000 1234 5678 9001",
    "address": "Chilonzor tumani, Bunyodkor 1",
    "region": "UZ-TK",
    "tax_base": "turnover",
}
COMPANY = COMMON | {"oked": "47910", "director": "Aziza Karimova"}
TRADER = COMMON | {
    "full_name": "Bekzod Yusupov",
    "certificate_number": "1234567",
    "certificate_date": "2024-05-06",
}
OTHER_PINFL = "42306780110020"
PASSPORT, PINFL = "AB7654321", "31205900012344"


@pytest.fixture
def trader(client):
    made = factories.make_partner(legal_form="sole_proprietor")
    client.force_login(made.owner)
    return made


def saved(client, **typed):
    answer = client.post(URL, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    return CompanyDetails.objects.get()


def test_a_company_is_kept_as_it_was_typed(partner_client, partner):
    kept = saved(partner_client, **COMPANY)
    assert (kept.partner, kept.oked, kept.director) == (partner, "47910", "Aziza Karimova")
    assert kept.account_number == "20208000123456789001"
    page = partner_client.get(URL).content.decode()
    for word in ("47910", "20208000123456789001", 'value="UZ-TK" selected'):
        assert word in page


@pytest.mark.parametrize(
    ("legal_form", "asked"),
    [
        ("company", {"oked", "director"}),
        (
            "sole_proprietor",
            {"full_name", "certificate_number", "certificate_date", "passport", "pinfl"},
        ),
        ("individual", {"full_name", "passport", "pinfl"}),
    ],
)
def test_each_legal_form_is_asked_its_own(client, legal_form, asked):
    client.force_login(factories.make_partner(legal_form=legal_form).owner)
    assert set(client.get(URL).context["form"].fields) - set(COMMON) == asked


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("oked", "4791"),
        ("oked", "abcde"),
        ("mfo", "123456"),
        ("mfo", "00000"),
        ("account_number", "2020800012345678900"),
        ("account_number", "10101000123456789001"),
        ("account_number", "20208001123456789001"),
        ("account_number", "2" * 20),
        ("region", "UZ-XX"),
        ("director", "🙂"),
        ("bank", ""),
        ("address", "\u200b"),
        ("tax_base", "nothing"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_stays_typed(partner_client, field, typed):
    answer = partner_client.post(URL, COMPANY | {field: typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Aziza Karimova" in answer.content.decode() or field == "director"
    assert not CompanyDetails.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("passport", "AA123456"),
        ("passport", "АА1234567"),  # noqa: RUF001  Cyrillic letters
        ("pinfl", "123"),
        # No such century; no such day; a day to come; one digit changed.
        ("pinfl", "7" + PINFL[1:]),
        ("pinfl", "3310290" + PINFL[7:]),
        ("pinfl", "5311299" + PINFL[7:]),
        ("pinfl", PINFL[:-1] + "0"),
        ("pinfl", PINFL.replace("1234", "1324")),
        ("certificate_date", "2999-01-01"),
        ("certificate_date", "31.02.2024"),
    ],
)
def test_papers_have_their_shape(client, trader, field, typed):
    answer = client.post(URL, TRADER | {field: typed})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_passport_and_pinfl_are_encrypted_masked_and_in_no_audit(client, trader, tmp_path):
    kept = saved(client, **TRADER, passport=" ab 7654321", pinfl=PINFL)
    assert kept.papers == {"passport": PASSPORT, "pinfl": PINFL}
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM company_details")
        stored = [str(value).encode() for value in cursor.fetchone()]
    page = client.get(URL).content
    for number in (PASSPORT, PINFL):
        assert found_in(number, [("row", b" ".join(stored)), ("page", page)]) == []
    assert "AB•••••21" in page.decode() and "••••••••••2344" in page.decode()
    entry = AuditLog.objects.get(action="COMPANY_DETAILS_CHANGED")
    assert (entry.after["passport"], entry.after["pinfl"]) == ("entered", "entered")
    assert PASSPORT not in str(entry.after) and PINFL not in str(entry.after)


def test_papers_left_empty_stay_and_are_removed_on_wish(client, trader):
    saved(client, **TRADER, passport=PASSPORT, pinfl=PINFL)
    assert saved(client, **TRADER).papers == {"passport": PASSPORT, "pinfl": PINFL}
    assert saved(client, **TRADER, forget_passport="on").papers == {"pinfl": PINFL}
    last = AuditLog.objects.filter(action="COMPANY_DETAILS_CHANGED").latest("pk")
    assert last.after == {"passport": "removed"}


@pytest.mark.parametrize(("paper", "number"), [("passport", "AA1111111"), ("pinfl", OTHER_PINFL)])
def test_a_number_typed_while_removing_it_is_asked_about(client, trader, paper, number):
    saved(client, **TRADER, passport=PASSPORT, pinfl=PINFL)
    client.cookies["django_language"] = "en"
    answer = client.post(URL, TRADER | {paper: number, f"forget_{paper}": "on"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [paper])
    assert "Either type a number or tick the box" in answer.content.decode()
    assert CompanyDetails.objects.get().papers == {"passport": PASSPORT, "pinfl": PINFL}


def test_the_number_an_individual_registered_with_is_the_only_right_one(client):
    person = factories.make_partner(legal_form="individual", tax_id=PINFL)
    client.force_login(person.owner)
    typed = COMMON | {"full_name": "Bekzod Yusupov"}
    assert client.post(URL, typed | {"pinfl": OTHER_PINFL}).status_code == 422
    assert saved(client, **typed, pinfl=PINFL).papers == {"pinfl": PINFL}


def test_a_change_is_audited_and_the_same_once_more_is_not(partner_client, partner):
    saved(partner_client, **COMPANY)
    saved(partner_client, **COMPANY)
    saved(partner_client, **COMPANY | {"director": "Nodira Aliyeva", "tax_base": "vat"})
    first, second = AuditLog.objects.filter(action="COMPANY_DETAILS_CHANGED").order_by("pk")
    assert first.before["mfo"] == "" and first.after["mfo"] == "00444"
    assert second.before == {"director": "Aziza Karimova", "tax_base": "turnover"}
    assert second.after == {"director": "Nodira Aliyeva", "tax_base": "vat"}
    assert (second.partner, second.actor) == (partner, partner.owner)


@pytest.mark.parametrize("role", [Member.Role.OPERATOR, Member.Role.VIEWER])
def test_others_see_it_and_change_nothing(client, partner_client, partner, role):
    saved(partner_client, **COMPANY)
    colleague = factories.make_user()
    Member.objects.create(partner=partner, user=colleague, role=role)
    client.force_login(colleague)
    page = client.get(URL).content.decode()
    assert "47910" in page and 'name="bank"' not in page
    assert client.post(URL, COMPANY).status_code == 403


def test_one_partner_never_sees_anothers(client, partner_client):
    saved(partner_client, **COMPANY)
    client.force_login(factories.make_partner().owner)
    assert "47910" not in client.get(URL).content.decode()


def test_a_new_field_key_opens_them_after_the_rotation(client, trader, settings):
    saved(client, **TRADER, passport=PASSPORT)
    old = settings.FIELD_KEYS[0]
    settings.FIELD_KEYS = [b"n" * 32, old]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [b"n" * 32]
    assert CompanyDetails.objects.get().papers == {"passport": PASSPORT}


def test_a_lost_field_key_closes_no_page(client, trader, settings):
    saved(client, **TRADER, passport=PASSPORT)
    settings.FIELD_KEYS = [b"n" * 32]
    assert client.get(URL).status_code == 200
    assert saved(client, **TRADER, passport="AA1111111").papers == {"passport": "AA1111111"}


def test_staff_see_no_paper_in_the_tables(staff_client, trader, client):
    client.force_login(trader.owner)
    saved(client, **TRADER, passport=PASSPORT)
    client.force_login(factories.make_staff())
    page = client.get(f"/admin/partners/companydetails/{trader.pk}/change/").content.decode()
    assert "Bekzod Yusupov" in page and PASSPORT not in page


def test_there_are_fourteen_regions(partner_client):
    choices = partner_client.get(URL).context["form"].fields["region"].choices
    assert len([code for code, _name in choices if code]) == 14
    assert Partner.objects.count() == 1
