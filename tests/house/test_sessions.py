"""Who reads the sessions' table, in a stolen backup say, is let in by nothing that stands there."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from sellercloudx.lib import sessions
from tests import factories

pytestmark = pytest.mark.django_db
HOME = "/partner-dashboard/"
COOKIE = "sessionid"


def log_in(client, partner) -> str:
    client.post("/login", {"login": partner.owner.phone, "password": factories.PASSWORD})
    return client.cookies[COOKIE].value


def with_cookie(key) -> Client:
    client = Client()
    client.cookies[COOKIE] = key
    return client


def test_the_cookie_opens_the_cabinet_and_what_is_kept_does_not(client, partner):
    key = log_in(client, partner)
    row = Session.objects.get()
    assert with_cookie(key).get(HOME).status_code == 200
    assert row.session_key != key
    assert with_cookie(row.session_key).get(HOME).status_code == 302


def test_no_row_of_the_database_holds_the_key(client, partner):
    key = log_in(client, partner)
    assert key not in str(list(Session.objects.values()))


def test_whoever_gave_somebody_a_key_beforehand_gets_nothing_by_it(client, partner):
    """A session is begun by a visit through somebody's link, and another one by logging in."""
    client.get("/partner-registration?ref=SCX-AAAAAA")
    planted = client.cookies[COOKIE].value
    assert log_in(client, partner) != planted
    assert with_cookie(planted).get(HOME).status_code == 302


def test_a_key_that_somebody_made_up_becomes_no_session(client, partner):
    client.cookies[COOKIE] = "made-up-by-somebody-else-000000"
    assert log_in(client, partner) != "made-up-by-somebody-else-000000"


def test_logging_out_ends_it_also_for_who_has_copied_the_cookie(client, partner):
    key = log_in(client, partner)
    client.post("/logout")
    assert not Session.objects.exists()
    assert with_cookie(key).get(HOME).status_code == 302


@pytest.mark.parametrize(
    "key", ['"abcdefgh\\000ijklmnop"', '"\\377\\376\\355\\240\\200abc"', "x" * 4000]
)
def test_a_cookie_that_is_no_key_is_a_stranger_s(key):
    answer = Client(headers={"Cookie": f"sessionid={key}"}).get(HOME)
    assert answer.status_code == 302


def test_what_has_expired_is_swept(client, partner):
    log_in(client, partner)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    sessions.sweep()
    assert not Session.objects.exists()
