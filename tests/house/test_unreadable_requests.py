"""Requests that no browser sends: each is refused in words, and none of them breaks anything."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
MANY = "&".join(f"a{number}=1" for number in range(1001)).encode()
BROKEN = b'--x\r\nContent-Disposition: form-data; name="a\r\n\r\n1'
UNREADABLE = {
    "another encoding": (f"{FORM}; charset=utf-16", b"a=1"),
    "a thousand and one fields": (FORM, MANY),
    "parts without a boundary": ("multipart/form-data", BROKEN),
    "a boundary of a thousand signs": (f"multipart/form-data; boundary={'x' * 1000}", BROKEN),
}


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/partner-dashboard/switch/"])
def test_more_text_than_any_form_has_is_too_large(path):
    client = Client(enforce_csrf_checks=True, headers={"Cookie": "django_language=en"})
    answer = client.generic("POST", path, b"a=" + b"1" * (12 * 1024 * 1024 + 1), FORM)
    assert answer.status_code == 413
    assert "This is too large to send" in answer.content.decode()


@pytest.mark.parametrize("enforces", [True, False], ids=["csrf", "no csrf"])
@pytest.mark.parametrize("path", ["/login", "/nowhere", "/partner-dashboard/switch/"])
@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_form_that_cannot_be_read_is_refused_in_words(kind, path, enforces):
    content_type, body = UNREADABLE[kind]
    client = Client(enforce_csrf_checks=enforces, headers={"Cookie": "django_language=en"})
    answer = client.generic("POST", path, body, content_type)
    assert answer.status_code == 400
    assert "We could not understand this request" in answer.content.decode()
    assert answer["Content-Security-Policy"]


def test_the_api_says_it_in_its_own_shape(client):
    answer = client.generic("POST", "/api/v1/products", b"a=1", f"{FORM}; charset=utf-16")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("place", ["1/", "1/change/", "1/delete/"])
def test_the_admin_takes_a_link_with_an_empty_field(staff_client, place):
    answer = staff_client.get(f"/admin/marketplaces/stream/{place}?_to_field=&_popup=")
    assert answer.status_code in (302, 403)


# --- And whatever else comes to mind ---

SIGNS = [
    *("", "0", "-1", "1e999", "NaN", "9" * 19, "9" * 5000, "0001-01-01", "9999-12-31", "%D9%A3"),
    *("%00", "a%00b", "%ED%A0%80", "%FF%FE", "%0d%0aX-Evil:1", "%zz", "%", "&", "=", "[]", "%25n"),
    *("..%2f..%2fetc%2fpasswd", "'%20OR%201=1--", "%3Cscript%3E", "//evil.example", "%5Cevil"),
    *("99999999999999999-999999999999999999", "-1", "1-", "1-9223372036854775808", "%E2%80%AE"),
]
NAMES = [
    *("q", "after", "before", "cursor", "limit", "tab", "shop", "state", "from", "to", "first"),
    *("last", "period", "ref", "next", "action", "partner", "sku", "price", "cost", "quantity"),
    *("name", "reason", "photo", "facts", "submission", "phone", "email", "login", "password"),
    *("role", "scopes", "up_to", "id", "theme", "language", "o", "p", "e", "_to_field", "_popup"),
    *("partner__id__exact", "created_at__gte", "category", "by", "group", "currency"),
]
METHODS = ["GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "FOO"]
TYPES = [
    FORM,
    FORM,
    f"{FORM}; charset=klingon",
    "multipart/form-data; boundary=x",
    "text/json",
    ";",
]
PARTS = [
    b'--x\r\nContent-Disposition: form-data; name="photo"; filename="../a.png"\r\n\r\n\x89PNG\r\n',
    b"--x\r\nContent-Disposition: form-data; name=\"\xff\"; filename*=UTF-8''%ff\r\n\r\n\0\r\n--x",
    b"--x\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--",
    b"--x--",
]
COOKIES = [
    *('sessionid="abcdefgh\\000ijkl"', "csrftoken=x", "messages=W1tdXQ:a:b", "theme=x"),
    *(f"django_language={'a' * 600}", "=;;=", 'a="\\377'),
]


def addresses() -> list[str]:
    models = [f"{m._meta.app_label}/{m._meta.model_name}" for m in admin.site._registry]
    places = ("", "1/", "1/change/", "1/delete/", "1/history/", "add/")
    admins = [f"/admin/{model}/{place}" for model in models for place in places]
    return [*_under(get_resolver(), "/"), *admins]


def _under(resolver, before):
    for one in resolver.url_patterns:
        path = before + str(one.pattern).lstrip("^").replace("/?", "").replace(r"\.", ".").rstrip(
            "$"
        )
        if isinstance(one, URLResolver):
            yield from _under(one, path)
        elif "admin/" not in before:
            yield re.sub(r"\(\?P<sha256>.*?\)", "0" * 64, path)


pairs = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(SIGNS)), max_size=5)
wholes = pairs.map(lambda found: "&".join(f"{name}={sign}" for name, sign in found))
bodies = st.one_of(wholes.map(str.encode), st.sampled_from(PARTS), st.binary(max_size=40))
places = st.one_of(st.integers(0, 9).map(str), st.sampled_from(SIGNS))


@st.composite
def requests(draw) -> dict:
    """As gunicorn hands one over."""
    address = draw(st.sampled_from(addresses()))
    path = re.sub(r"<[^>]+>", lambda match: draw(places) or "-", address)
    body = draw(bodies)
    return {
        "method": draw(st.sampled_from(METHODS)),
        "path": path,
        "query": draw(wholes),
        "body": body,
        "content_type": draw(st.sampled_from(TYPES)),
        "cookie": draw(st.sampled_from([*COOKIES, "", ""])),
        "who": draw(st.sampled_from(["partner", "partner", "staff", "nobody"])),
    }


@pytest.fixture
def people(partner, staff):
    factories.make_listing(factories.make_product(partner))
    clients = {"nobody": Client(), "partner": Client(), "staff": Client()}
    clients["partner"].force_login(partner.owner)
    clients["staff"].force_login(staff)
    return clients


def test_the_addresses_are_all_of_them():
    found = addresses()
    assert {"/login", "/partner-dashboard/products/<int:pk>/", "/api/v1/orders"} <= set(found)
    assert len(found) > 150


@given(sent=requests())
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nothing_that_is_sent_breaks_us(people, sent):
    client = people[sent["who"]]
    client.raise_request_exception = False
    cookies = "; ".join([sent["cookie"], *_own(client)])
    answer = client.generic(
        sent["method"],
        sent["path"],
        sent["body"],
        sent["content_type"],
        QUERY_STRING=sent["query"],
        HTTP_COOKIE=cookies,
    )
    assert answer.status_code < 500
    assert "X-Evil" not in answer
    assert not re.match(r"(https?:)?[/\\]{2}evil", answer.get("Location", ""))


def _own(client) -> list[str]:
    return [f"{name}={one.value}" for name, one in client.cookies.items()]
