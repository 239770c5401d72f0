"""The page of keys: made and shown once, told apart by their beginning, revoked for good."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import ApiKey, AuditLog, Member
from partners.services import api_keys
from tests import factories

from .conftest import make_token, program

pytestmark = pytest.mark.django_db
PAGE = "/partner-dashboard/settings/api-keys/"
WISH = {"name": "1C", "scopes": ["stock:read", "orders:read"], "days": "30"}
TOKEN = re.compile(r"scx_[A-Za-z0-9_-]{43}")


def shown(response) -> set[str]:
    return set(TOKEN.findall(response.content.decode()))


def test_a_new_key_is_shown_once_and_works(partner_client, partner):
    led = partner_client.post(PAGE, WISH)
    assert (led.status_code, led["Location"]) == (302, PAGE)
    response = partner_client.get(PAGE)
    assert "no-store" in response["Cache-Control"]
    (token,) = shown(response)
    # Reloaded, it neither shows it again nor makes another one.
    assert program(token).get("/api/v1/stock").status_code == 200
    assert program(token).get("/api/v1/products").status_code == 403
    again = partner_client.get(PAGE)
    assert shown(again) == set() and ApiKey.objects.count() == 1
    assert token[:12] in again.content.decode()


def test_it_ends_when_it_was_asked_to(partner_client):
    partner_client.post(PAGE, WISH)
    left = ApiKey.objects.get().expires_at - timezone.now()
    assert timedelta(days=29) < left <= timedelta(days=30)
    partner_client.post(PAGE, WISH | {"days": "0"})
    assert ApiKey.objects.latest("pk").expires_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a" * 81},
        {"name": "\x00"},
        {"scopes": []},
        {"scopes": ["orders:write"]},
        {"days": "36500"},
        {"days": ""},
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(partner_client, wrong):
    response = partner_client.post(PAGE, WISH | wrong)
    assert (response.status_code, ApiKey.objects.count()) == (422, 0)


def test_a_key_too_many_is_refused_in_words(partner, partner_client):
    for _ in range(api_keys.MOST_LIVE):
        make_token(partner)
    response = partner_client.post(PAGE, WISH, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert "You have 20 working keys" in response.content.decode()


def test_revoking_is_for_good_and_told_once(partner, partner_client):
    token = make_token(partner)
    url = reverse("partners:revoke_api_key", args=[ApiKey.objects.get().pk])
    for _ in range(2):
        assert partner_client.post(url)["Location"] == PAGE
    assert program(token).get("/api/v1/stock").status_code == 401
    made, revoked = AuditLog.objects.for_partner(partner).order_by("pk")
    assert (made.action, revoked.action) == ("API_KEY_CREATED", "API_KEY_REVOKED")
    assert (made.actor, made.after["prefix"]) == (partner.owner, token[:12])


@pytest.mark.parametrize("role", [Member.Role.VIEWER, Member.Role.OPERATOR])
def test_who_may_not_make_keys_sees_no_form(client, role):
    watched = factories.make_partner(role=role)
    make_token(watched)
    client.force_login(watched.owner)
    page = client.get(PAGE).content.decode()
    assert "Warehouse" in page
    assert 'name="scopes"' not in page
    assert "/revoke/" not in page


def test_an_expired_key_says_so(partner, partner_client):
    make_token(partner)
    past = timezone.now() - timedelta(days=1)
    ApiKey.objects.update(created_at=past - timedelta(days=1), expires_at=past)
    page = partner_client.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    assert "Expired" in page


@pytest.mark.parametrize(
    ("language", "words"), [("en", "API keys"), ("ru", "Ключи API"), ("uz", "API kalitlari")]
)
def test_the_account_menu_leads_there_in_every_language(partner_client, language, words):
    page = partner_client.get("/partner-dashboard/", headers={"Accept-Language": language})
    assert f'href="{PAGE}"' in page.content.decode()
    assert words in page.content.decode()
