"""Who may read the API from a page of another site."""

import pytest

from sellercloudx.api.middleware import is_own_site

from .conftest import make_token

pytestmark = pytest.mark.django_db
LISTED, OWN = "https://stock.example.com", "https://app.sellercloudx.uz"
ALLOW, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"


@pytest.fixture(autouse=True)
def addresses(settings):
    settings.PUBLIC_URL = "https://sellercloudx.uz"
    settings.CORS_ALLOWED_ORIGINS = [LISTED, OWN]


def preflight(client, origin, address="/api/v1/products"):
    wanted = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    return client.options(address, headers=wanted)


def test_a_listed_origin_may_send_its_key(client, partner):
    asked = preflight(client, LISTED)
    assert (asked.status_code, asked[ALLOW]) == (200, LISTED)
    assert "authorization" in asked["Access-Control-Allow-Headers"]
    assert asked["Access-Control-Allow-Methods"] == "GET, OPTIONS"
    headers = {"Origin": LISTED, "Authorization": f"Bearer {make_token(partner)}"}
    read = client.get("/api/v1/products", headers=headers)
    assert (read.status_code, read[ALLOW]) == (200, LISTED)
    assert "x-request-id" in read["Access-Control-Expose-Headers"]


def test_only_our_own_subdomains_may_send_the_session(client):
    assert CREDENTIALS not in preflight(client, LISTED)
    assert preflight(client, OWN)[CREDENTIALS] == "true"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://stock.example.com", "https://stock.example.com.evil", "null"],
)
def test_an_origin_that_is_not_listed_reads_nothing(client, origin):
    for response in (
        preflight(client, origin),
        client.get("/api/v1/products", headers={"Origin": origin}),
    ):
        assert ALLOW not in response
        assert CREDENTIALS not in response


def test_a_subdomain_of_ours_that_is_not_listed_reads_nothing(client):
    assert ALLOW not in preflight(client, "https://forgotten.sellercloudx.uz")


def test_every_answer_depends_on_the_origin_for_caches(client):
    for origin in (LISTED, "https://evil.example"):
        response = client.get("/api/v1/products", headers={"Origin": origin})
        assert "origin" in response["Vary"].lower()
    assert "origin" in client.get("/api/v1/products")["Vary"].lower()


def test_errors_tell_a_listed_origin_what_is_wrong(client):
    response = client.get("/api/v1/products", headers={"Origin": LISTED})
    assert (response.status_code, response[ALLOW]) == (401, LISTED)


@pytest.mark.parametrize("address", ["/", "/login", "/partner-dashboard/", "/health"])
def test_pages_are_open_to_no_other_origin(client, address):
    assert ALLOW not in preflight(client, LISTED, address)
    assert ALLOW not in client.get(address, headers={"Origin": LISTED})


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        ("https://sellercloudx.uz", True),
        ("https://a.b.sellercloudx.uz", True),
        ("http://app.sellercloudx.uz", False),
        ("https://notsellercloudx.uz", False),
        ("https://sellercloudx.uz.evil.example", False),
        ("", False),
        ("null", False),
    ],
)
def test_what_a_subdomain_of_ours_is(origin, is_ours):
    assert is_own_site(origin) is is_ours
