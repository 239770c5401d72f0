"""Who is logged in and knows the password may choose another one."""

import pytest
from django.test import Client

from partners.models import AuditLog, Notification
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/partner-dashboard/settings/password/"
NEW = "uzum-va-anor-2026"
WISH = {"password": PASSWORD, "new": NEW, "again": NEW}


def test_it_is_changed_and_every_other_browser_is_logged_out(partner_client, partner):
    other = Client()
    other.force_login(partner.owner)
    answer = partner_client.post(PAGE, WISH)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert partner_client.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302
    assert not Client().login(username=partner.owner.email, password=PASSWORD)
    assert Client().login(username=partner.owner.email, password=NEW)
    entry = AuditLog.objects.get(action="PASSWORD_CHANGED")
    assert entry.actor == partner.owner and NEW not in str(AuditLog.objects.values())
    assert Notification.objects.get().kind == "password_changed_here"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "not this one"}, "password"),
        ({"again": NEW + "x"}, "again"),
        ({"new": "12345678", "again": "12345678"}, "new"),
        ({"new": "", "again": ""}, "new"),
        ({"password": "\x00"}, "password"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field(partner_client, partner, wrong, field):
    answer = partner_client.post(PAGE, WISH | wrong)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    partner.owner.refresh_from_db()
    assert partner.owner.check_password(PASSWORD)


def test_the_old_one_cannot_be_guessed_by_who_finds_an_open_browser(partner_client):
    answers = [partner_client.post(PAGE, WISH | {"password": f"guess {n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 900


def test_whoever_waits_for_approval_and_our_own_people_may_too(client, staff):
    client.force_login(factories.make_partner(state="pending").owner)
    assert client.post(PAGE, WISH).status_code == 302
    client.force_login(staff)
    assert client.get("/admin-panel/settings/password/").status_code == 200
