"""A person of several partners chooses whose cabinet is open; nobody enters another's."""

import pytest

from partners.models import AuditLog, Member
from tests import factories

pytestmark = pytest.mark.django_db
SWITCH, HOME = "/partner-dashboard/switch/", "/partner-dashboard/"


@pytest.fixture
def person():
    return factories.make_user()


@pytest.fixture
def first(person):
    return factories.make_partner(user=person, company_name="Birinchi YaTT")


@pytest.fixture
def second(person, first):
    return factories.make_partner(user=person, company_name="Ikkinchi MChJ")


@pytest.fixture
def visitor(client, person):
    client.force_login(person)
    return client


def opened(visitor) -> str:
    return visitor.get(HOME).wsgi_request.partner.company_name


def test_the_older_one_is_open_until_the_other_is_chosen(visitor, first, second):
    assert opened(visitor) == "Birinchi YaTT"
    answer = visitor.post(SWITCH, {"partner": second.pk})
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert opened(visitor) == "Ikkinchi MChJ"
    visitor.post(SWITCH, {"partner": first.pk})
    assert opened(visitor) == "Birinchi YaTT"


def test_it_is_audited_once(visitor, person, first, second):
    for _ in range(2):
        visitor.post(SWITCH, {"partner": second.pk})
    entry = AuditLog.objects.get(action="PARTNER_SWITCHED")
    assert (entry.actor, entry.partner, entry.before) == (person, second, {"partner": first.pk})


@pytest.mark.parametrize("wanted", ["theirs", "", "x", "-1", "9" * 30, None])
def test_what_one_is_no_member_of_is_not_found(visitor, first, second, wanted):
    theirs = factories.make_partner()
    data = {} if wanted is None else {"partner": theirs.pk if wanted == "theirs" else wanted}
    assert visitor.post(SWITCH, data).status_code == 404
    assert opened(visitor) == "Birinchi YaTT"
    assert not AuditLog.objects.filter(action="PARTNER_SWITCHED").exists()


def test_a_membership_that_ended_is_left_at_once(visitor, person, first, second):
    visitor.post(SWITCH, {"partner": second.pk})
    Member.objects.filter(user=person, partner=second).delete()
    assert opened(visitor) == "Birinchi YaTT"


def test_the_menu_offers_it_to_those_who_have_several(visitor, first, second):
    page = visitor.get(HOME).content.decode()
    assert f'action="{SWITCH}"' in page
    assert f'value="{first.pk}" aria-current="true"' in page
    assert f'value="{second.pk}">' in page


def test_and_to_nobody_else(partner_client):
    page = partner_client.get(HOME)
    assert SWITCH not in page.content.decode()
    assert page.context["companies"] == []


def test_who_waits_with_one_partner_gets_to_the_other(visitor, person, first):
    waiting = factories.make_partner(user=person, state="pending")
    answer = visitor.post(SWITCH, {"partner": waiting.pk}, follow=True)
    assert answer.redirect_chain[-1][0] == "/partner-registration/waiting"
    assert f'action="{SWITCH}"' in answer.content.decode()
    answer = visitor.post(SWITCH, {"partner": first.pk}, follow=True)
    assert answer.redirect_chain[-1][0] == HOME
