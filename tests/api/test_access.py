"""Who may ask: a working key with the scope, or a member of an approved partner."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partners import limits
from partners.models import ApiKey, AuditLog, Member
from partners.services import api_keys
from sellercloudx.lib import redact
from tests import factories

from .conftest import ALL, make_token, program

pytestmark = pytest.mark.django_db
SCOPES = {
    "products": "products:read",
    "stock": "stock:read",
    "prices": "prices:read",
    "orders": "orders:read",
    "analytics": "analytics:read",
}


def error(response) -> tuple[int, str]:
    assert response["Content-Type"] == "application/json"
    body = response.json()["error"]
    assert sorted(body) == ["code", "fields", "message", "request_id"]
    assert body["request_id"] == response["X-Request-ID"]
    return response.status_code, body["code"]


UNAUTHENTICATED = (401, "unauthenticated")
FORBIDDEN = (403, "forbidden")


def test_a_stranger_is_told_how_to_come_in(client):
    response = client.get("/api/v1/products")
    assert error(response) == UNAUTHENTICATED
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer scx_",
        "Bearer scx_" + "a" * 43,
        "Bearer scx_" + "é" * 43,
        "Bearer " + "a" * 10_000,
        "Basic c2N4Og==",
        "scx_" + "a" * 43,
        "Bearer scx_\x00",
    ],
)
def test_a_key_that_is_none_opens_nothing_not_even_beside_a_session(partner_client, header):
    response = partner_client.get("/api/v1/products", headers={"Authorization": header})
    assert error(response) == UNAUTHENTICATED


@pytest.mark.parametrize("name", SCOPES)
def test_a_key_opens_what_its_scope_names(partner, name):
    own = program(make_token(partner, scopes=[SCOPES[name]]))
    others = program(make_token(partner, scopes=[one for one in ALL if one != SCOPES[name]]))
    assert own.get(f"/api/v1/{name}").status_code == 200
    assert error(others.get(f"/api/v1/{name}")) == FORBIDDEN


def test_an_expired_key_opens_nothing(partner):
    token = make_token(partner)
    ApiKey.objects.update(created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now())
    assert error(program(token).get("/api/v1/products")) == UNAUTHENTICATED


def test_a_revoked_key_opens_nothing_and_is_revoked_once(partner):
    token = make_token(partner)
    key = ApiKey.objects.get()
    assert api_keys.revoke_key(key=key, by=partner.owner)
    assert not api_keys.revoke_key(key=key, by=partner.owner)
    assert error(program(token).get("/api/v1/products")) == UNAUTHENTICATED
    assert AuditLog.objects.filter(action="API_KEY_REVOKED").count() == 1


@pytest.mark.parametrize("state", ["pending", "rejected", "blocked"])
def test_only_approved_partners_are_served(client, state):
    waiting = factories.make_partner(state=state)
    assert error(program(make_token(waiting)).get("/api/v1/orders")) == FORBIDDEN
    client.force_login(waiting.owner)
    assert error(client.get("/api/v1/orders")) == FORBIDDEN


@pytest.mark.parametrize("role", Member.Role)
def test_every_member_may_read_in_the_browser(client, role):
    client.force_login(factories.make_partner(role=role).owner)
    assert client.get("/api/v1/orders").status_code == 200


def test_a_person_of_no_partner_reads_nothing(staff_client):
    assert error(staff_client.get("/api/v1/orders")) == FORBIDDEN


def test_another_partners_object_is_not_found(partner, shop):
    reader = program(make_token(factories.make_partner()))
    for address in (
        f"/api/v1/products/{partner.products.first().pk}",
        f"/api/v1/orders/{partner.orders.first().pk}",
    ):
        assert error(reader.get(address)) == (404, "not_found")


def test_the_key_itself_is_kept_nowhere(partner):
    token = make_token(partner)
    kept = [str(row) for model in (ApiKey, AuditLog) for row in model.objects.values()]
    assert kept
    assert not any(token in row or token[12:] in row for row in kept)


def test_use_is_noted_once_a_minute(partner):
    reader = program(make_token(partner))
    reader.get("/api/v1/products")
    first = ApiKey.objects.get().last_used_at
    reader.get("/api/v1/products")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    reader.get("/api/v1/products")
    assert ApiKey.objects.get().last_used_at >= first


def test_who_hurries_is_told_how_long_to_wait(partner, monkeypatch):
    monkeypatch.setattr(limits, "API_CALLS_BY_KEY", "2/m")
    hasty, other = program(make_token(partner)), program(make_token(partner))
    assert [hasty.get("/api/v1/stock").status_code for _ in range(3)] == [200, 200, 429]
    response = hasty.get("/api/v1/stock")
    assert error(response) == (429, "too_many_requests")
    assert 1 <= int(response["Retry-After"]) <= 60
    assert other.get("/api/v1/stock").status_code == 200


def test_who_tries_keys_that_are_none_has_to_wait_and_who_has_one_has_not(partner, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_KEYS_BY_ADDRESS", "2/m")
    guesser = program("scx_" + "a" * 43)
    assert [guesser.get("/api/v1/stock").status_code for _ in range(2)] == [401, 401]
    response = guesser.get("/api/v1/stock")
    assert error(response) == (429, "too_many_requests")
    assert 1 <= int(response["Retry-After"]) <= 60
    assert program(make_token(partner)).get("/api/v1/stock").status_code == 200


def test_a_partner_has_at_most_twenty_working_keys(partner):
    for _ in range(api_keys.MOST_LIVE):
        make_token(partner)
    with pytest.raises(api_keys.TooMany):
        make_token(partner)
    api_keys.revoke_key(key=ApiKey.objects.first(), by=partner.owner)
    assert make_token(partner)


def test_a_session_needs_its_cookie_on_every_call(partner):
    assert error(Client().get("/api/v1/products")) == UNAUTHENTICATED


def test_a_key_stands_in_no_log(partner):
    token = make_token(partner)
    assert token not in redact.scrub(f"GET /api/v1/orders?key={token} failed for {token}")


def test_nothing_on_the_way_keeps_an_answer(partner, client):
    for visitor in (program(make_token(partner)), client):
        assert visitor.get("/api/v1/orders")["Cache-Control"] == "private, no-store"
