"""Whatever is sent, the answer is JSON in one shape, and never a 500."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sellercloudx.api.urls import api

from .conftest import make_token

pytestmark = pytest.mark.django_db
LISTS = ["products", "stock", "prices", "orders", "analytics"]
NASTY = ["\x00", "10" * 60, "-1", "NaN", "1e9", "💣", "%", "'; --", "\ud7ff", " ", "a" * 5000]
MESSAGES = {
    "en": "There is nothing here, or it is not yours.",
    "ru": "Здесь ничего нет, или это не ваше.",
    "uz": "Bu yerda hech narsa yoʻq yoki u sizniki emas.",
}


def is_in_shape(response) -> bool:
    body = response.json()
    names = {"code", "message", "request_id", "fields"}
    return response["Content-Type"].startswith("application/json") and (
        response.status_code == 200 or set(body["error"]) == names
    )


@pytest.mark.parametrize("language", MESSAGES)
def test_messages_are_in_the_language_that_is_asked_for(reader, language):
    wanted = {"Accept-Language": f"de, {language}-XX;q=0.9, en;q=0.1"}
    response = reader.get("/api/v1/products/1", headers=wanted)
    assert response.json()["error"]["message"] == MESSAGES[language]
    assert response["Content-Language"] == language


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_nonsense_is_refused_by_name(reader, name, nasty):
    for field in ("limit", "cursor"):
        response = reader.get(f"/api/v1/{name}", {field: nasty})
        assert response.status_code == 422
        assert list(response.json()["error"]["fields"]) == [field]


def test_a_parameter_that_is_none_is_refused_by_name(reader, shop):
    """A filter that was mistyped would answer everything."""
    for address in (*LISTS, f"products/{shop.partner.products.first().pk}"):
        response = reader.get(f"/api/v1/{address}", {"shpo": "1"})
        assert response.status_code == 422 and is_in_shape(response)
        assert "no such parameter" in response.json()["error"]["fields"]["shpo"][0]
    known = {"from": "2026-01-01", "to": "2026-01-02", "limit": 1, "marketplace": "yandex"}
    assert reader.get("/api/v1/analytics", known).status_code == 200
    assert reader.get("/api/v1/orders", {"tab": "all", "q": "", "shop": 1}).status_code == 200


@pytest.mark.parametrize("limit", ["0", "201", str(10**30)])
def test_a_page_has_one_to_two_hundred_rows(reader, limit):
    response = reader.get("/api/v1/products", {"limit": limit})
    assert response.json()["error"]["fields"]["limit"]


@pytest.mark.parametrize("pk", ["0", str(2**63), str(10**30), "9" * 5000, "x", "-1", "%00"])
@pytest.mark.parametrize("name", ["products", "orders"])
def test_a_number_that_is_none_is_not_found(reader, name, pk):
    response = reader.get(f"/api/v1/{name}/{pk}")
    assert (response.status_code, is_in_shape(response)) == (404, True)


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-02-30"},
        {"from": "2026-05-02", "to": "2026-05-01"},
        {"from": "2024-01-01", "to": "2026-01-01"},
        {"to": "0001-01-01", "from": "9999-12-31"},
        {"cursor": "2026-13-01.yandex.UZS"},
        {"cursor": "2026-01-01.yandex"},
    ],
)
def test_a_period_that_is_none_is_refused(reader, asked):
    assert reader.get("/api/v1/analytics", asked).status_code == 422


def test_the_first_day_there_is_breaks_nothing(reader):
    assert reader.get("/api/v1/analytics", {"to": "0001-01-01"}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_another_method_is_refused_whoever_asks(reader, client, method):
    for visitor in (reader, client):
        response = getattr(visitor, method)("/api/v1/products")
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
        assert is_in_shape(response)


def test_ten_megabytes_are_refused_unread(reader):
    response = reader.post("/api/v1/products", b"x" * 10_000_000, content_type="application/json")
    assert (response.status_code, is_in_shape(response)) == (405, True)


def test_what_is_longer_than_anything_we_take_is_refused_in_the_same_shape(reader):
    response = reader.post("/api/v1/products", headers={"Content-Length": str(10**9)})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_a_body_under_a_get_changes_nothing(reader):
    body = json.dumps({"limit": "x"})
    response = reader.generic("GET", "/api/v1/products", body, content_type="application/json")
    assert response.status_code == 200


@pytest.mark.parametrize("address", ["/api/nowhere", "/api/v1/", "/api/v1/products/", "/api/v2/x"])
def test_an_address_that_is_none_answers_no_page_of_html(client, address):
    response = client.get(address)
    assert (response.status_code, is_in_shape(response)) == (404, True)


def test_a_forged_host_is_told_in_the_same_shape(client):
    response = client.get("/api/v1/products", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


def test_our_own_mistake_is_told_in_the_same_shape(partner, monkeypatch):
    token = make_token(partner)
    monkeypatch.setattr("sellercloudx.api.products._described", lambda rows: 1 / 0)
    broken = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    response = broken.get("/api/v1/products")
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["yandex", "pack", "empty", "2026-11-25", "2026-11-25.yandex.UZS", "1-1", "17", *NASTY]
)
# Out of the schema itself, so that a new operation is asked too.
PATHS = api.get_openapi_schema()["paths"]
NAMES = {one["name"] for path in PATHS.values() for one in path["get"]["parameters"]}
ASKED = st.dictionaries(
    st.sampled_from([*sorted(NAMES), "unheard_of"]),
    TEXTS | st.integers().map(str) | st.lists(TEXTS, max_size=2),
    max_size=4,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(sorted(PATHS)), pk=st.integers(min_value=0), asked=ASKED)
def test_whatever_is_asked_is_answered_in_shape(partner_client, monkeypatch, path, pk, asked):
    monkeypatch.setattr("partners.limits.API_CALLS_BY_KEY", "100000/m")
    response = partner_client.get(path.replace("{pk}", str(pk)), asked)
    assert response.status_code in (200, 404, 422)
    assert is_in_shape(response)
