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
    settings.ALLOWED_HOSTS = ["testserver"]


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


def test_a_page_of_our_subdomain_reads_by_the_session(partner_client):
    read = partner_client.get("/api/v1/products", headers={"Origin": OWN})
    assert (read.status_code, read[ALLOW], read[CREDENTIALS]) == (200, OWN, "true")


def test_a_page_of_another_site_is_not_given_what_the_session_opens(partner_client):
    """Its browser keeps the answer from it, had it sent the cookie at all."""
    read = partner_client.get("/api/v1/products", headers={"Origin": LISTED})
    assert read[ALLOW] == LISTED
    assert CREDENTIALS not in read
    unlisted = partner_client.get("/api/v1/products", headers={"Origin": "https://evil.example"})
    assert ALLOW not in unlisted and CREDENTIALS not in unlisted


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


@pytest.mark.parametrize(
    ("hosts", "origin", "is_ours"),
    [
        ([], "https://admin.shop.uz", False),
        (["app.shop.uz"], "https://admin.shop.uz", False),
        ([".shop.uz"], "https://admin.shop.uz", True),
        (["Shop.uz"], "https://admin.shop.uz", True),
        ([".shop.uz"], "https://shop.uz", True),
        ([".shop.uz"], "https://notshop.uz", False),
        (["second.uz"], "https://app.second.uz", True),
        (["*"], "https://admin.shop.uz", False),
        (["healthcheck.railway.app"], "https://healthcheck.railway.app", False),
    ],
)
def test_a_neighbour_is_ours_where_the_operator_wrote_the_parent_down(
    settings, hosts, origin, is_ours
):
    """Otherwise other.up.railway.app would be at home in ours.up.railway.app."""
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://app.shop.uz", hosts
    assert is_own_site(origin) is is_ours


def test_in_production_only_https_is_ours_whatever_the_address_was_guessed_to_be(settings):
    settings.IS_PRODUCTION, settings.PUBLIC_URL = True, "http://127.0.0.1:3000"
    settings.ALLOWED_HOSTS = ["shop.uz"]
    assert is_own_site("https://app.shop.uz")
    assert not is_own_site("http://app.shop.uz")
