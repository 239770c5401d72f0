"""A page of one company, sent while another is open in the same browser: it lands with neither."""

import html
import re
import uuid
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.models import ChatMessage, CompanyDetails, Member, SupportTicket
from tests import factories
from tests.pages.test_company_details import COMPANY
from tests.partners.talking import AS_SCRIPT, SUPPORT, typed

pytestmark = pytest.mark.django_db
NEW, NEWS = SUPPORT + "tickets/new/", SUPPORT + "news/"
DETAILS, SWITCH = "/partner-dashboard/settings/company/", "/partner-dashboard/switch/"
WORDS = "You have another company open: Ikkinchi. This page is of Birinchi. Nothing was sent."
TICKET = {"subject": "Etiketka", "category": "technical", "priority": "high", "text": "Chiqmayapti"}


@pytest.fixture
def person():
    return factories.make_user()


@pytest.fixture
def first(person):
    return factories.make_partner(user=person, company_name="Birinchi")


@pytest.fixture
def second(person, first):
    return factories.make_partner(user=person, company_name="Ikkinchi")


@pytest.fixture
def tab(client, person, first, second):
    """Where pages of the first are still shown, while the second was opened in another one."""
    client.force_login(person)
    client.cookies["django_language"] = "en"
    client.post(SWITCH, {"partner": second.pk})
    return client


def fields_of(page: str, form: str) -> dict[str, str]:
    """The hidden fields of the form with this beginning."""
    inside = page.partition(form)[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside)
    return {name: html.unescape(value) for name, value in found}


def of_first(first, data: dict) -> dict:
    return data | {"whose": first.pk}


def test_every_form_of_a_cabinet_names_its_company(tab, second):
    for path in (SUPPORT, NEW, DETAILS, "/partner-dashboard/"):
        page = tab.get(path).content.decode()
        tokens = page.count('name="csrfmiddlewaretoken"')
        assert page.count(f'name="whose" value="{second.pk}"') == tokens > 0


def test_a_page_of_no_company_names_none(client, staff_client):
    assert 'name="whose"' not in staff_client.get("/admin-panel/").content.decode()
    client.logout()
    assert 'name="whose"' not in client.get("/login/").content.decode()


@pytest.mark.parametrize(
    ("path", "data"),
    [(SUPPORT, typed("Salom")), (NEW, TICKET | {"client_id": uuid.uuid4()}), (DETAILS, COMPANY)],
)
def test_it_is_refused_and_one_press_sends_it_where_it_belongs(tab, first, second, path, data):
    answer = tab.post(path, of_first(first, data))
    page = answer.content.decode()
    assert (answer.status_code, WORDS in page) == (409, True)
    assert not (ChatMessage.objects.exists() or SupportTicket.objects.exists())
    assert not CompanyDetails.objects.exists()
    action = re.search(r'action="([^"]+)" id="again"', page)[1]
    sent = fields_of(page, 'id="again"')
    again = tab.post(html.unescape(action), sent)
    assert (again.status_code, again["Location"]) == (307, path)
    assert tab.post(path, sent).status_code == 302
    kept = [
        one for model in (ChatMessage, SupportTicket, CompanyDetails) for one in model.objects.all()
    ]
    assert [one.partner for one in kept] == [first]


def test_a_file_is_named_and_its_words_are_shown_not_sent_alone(tab, first):
    upload = SimpleUploadedFile("narx.csv", b"a;b")
    data = of_first(first, typed("Mana jadval", attachment=upload))
    page = tab.post(SUPPORT, data).content.decode()
    assert "narx.csv" in page and "Mana jadval" in page and 'id="again"' not in page


def test_a_key_is_never_repeated(tab, first):
    path = "/partner-dashboard/marketplaces/connect/yandex-market/"
    answer = tab.post(path, of_first(first, {"api_key": "ACMA:maxfiy"}))
    page = answer.content.decode()
    assert (answer.status_code, "maxfiy" in page, 'id="again"' in page) == (409, False, False)
    assert "Keys and passwords have to be typed again." in page


def test_the_other_way_back_leads_to_the_page_it_was_typed_on(tab, first):
    where = {"headers": {"referer": f"http://testserver{NEW}?code=abc"}}
    page = tab.post(NEW, of_first(first, TICKET), **where).content.decode()
    action = html.unescape(re.search(r'<form class="card" method="post" action="([^"]+)"', page)[1])
    assert urlsplit(action).path == SWITCH
    answer = tab.post(action)
    assert (answer.status_code, answer["Location"]) == (302, f"{NEW}?code=abc")


@pytest.mark.parametrize("given", ["next", "send_to"])
def test_it_leads_to_no_other_site(tab, first, given):
    answer = tab.post(f"{SWITCH}?partner={first.pk}&{given}=https://example.org/")
    assert (answer.status_code, answer["Location"]) == (302, "/partner-dashboard/")


def test_the_script_of_the_chat_is_told_in_words(tab, first, second):
    answer = tab.post(SUPPORT, of_first(first, typed()), **AS_SCRIPT)
    assert (answer.status_code, answer.content.decode()) == (409, WORDS)
    answer = tab.get(NEWS, headers={"HX-Request": "true", "Whose": str(first.pk)})
    assert (answer.status_code, answer.content.decode()) == (409, WORDS)
    answer = tab.get(NEWS, headers={"HX-Request": "true", "Whose": str(second.pk)})
    assert answer.status_code == 204


def test_who_has_left_the_company_is_told_so(tab, person, first):
    Member.objects.filter(user=person, partner=first).delete()
    answer = tab.post(SUPPORT, of_first(first, typed()), **AS_SCRIPT)
    assert answer.status_code == 403
    assert "do not work in any more" in answer.content.decode()
    page = tab.post(SUPPORT, of_first(first, typed())).content.decode()
    assert "Birinchi" not in page


def test_one_may_still_switch_and_choose_a_language_from_an_old_page(tab, first):
    assert tab.post(SWITCH, of_first(first, {"partner": first.pk})).status_code == 302
