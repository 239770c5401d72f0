"""What an answer means, by its status and words."""

import httpx
import pytest

from marketplaces.connectors import errors
from marketplaces.connectors.errors import Kind
from tests.marketplaces.script import make_http, refusal

TABLE = [
    (400, "BAD_REQUEST", "bad", errors.Rejected, Kind.PERMANENT),
    (401, "UNAUTHORIZED", "Api-Key token is invalid", errors.AuthFailed, Kind.CONFIG),
    (403, "FORBIDDEN", "Token does not have any of the scopes", errors.ScopeMissing, Kind.CONFIG),
    (403, "API_DISABLED", "", errors.AuthFailed, Kind.CONFIG),
    (403, "FORBIDDEN", "API for campaign 1 manually disabled.", errors.AuthFailed, Kind.CONFIG),
    (
        403,
        "FORBIDDEN",
        "The method is not supported for Market Yandex Go sellers",
        errors.Unsupported,
        Kind.PERMANENT,
    ),
    (404, "NOT_FOUND", "no such order", errors.NotFound, Kind.PERMANENT),
    (405, "METHOD_NOT_ALLOWED", "", errors.Rejected, Kind.PERMANENT),
    (415, "UNSUPPORTED", "", errors.Rejected, Kind.PERMANENT),
    (420, "ENHANCE_YOUR_CALM", "Hit rate limit", errors.RateLimited, Kind.TRANSIENT),
    (422, "UNPROCESSABLE", "", errors.Rejected, Kind.PERMANENT),
    (423, "LOCKED", "Business is being moved", errors.Unavailable, Kind.TRANSIENT),
    (423, "LOCKED", "Partner use only default price", errors.Rejected, Kind.PERMANENT),
    (429, "TOO_MANY", "", errors.RateLimited, Kind.TRANSIENT),
    (499, "CLIENT_CLOSED", "", errors.Unavailable, Kind.TRANSIENT),
    (500, "INTERNAL", "", errors.Unavailable, Kind.TRANSIENT),
    (503, "BUSY", "", errors.Unavailable, Kind.TRANSIENT),
]


@pytest.mark.parametrize(("status", "code", "message", "error", "kind"), TABLE)
def test_it_maps_each_status_to_one_error(status, code, message, error, kind):
    http = make_http(*[refusal(status, code, message)] * 3)
    with pytest.raises(errors.MarketplaceError) as caught:
        http.json("PUT", "/v2/thing", operation="thing")
    assert type(caught.value) is error
    assert caught.value.kind == kind
    expected = "API_DISABLED" if error is errors.AuthFailed and status == 403 else code
    assert caught.value.code == expected
    assert caught.value.operation == "thing"
    assert caught.value.message == (message or f"The marketplace answered {status}.")


def test_it_joins_the_words_of_several_errors_and_bounds_them():
    body = {"errors": [{"code": "A", "message": "one"}, {"code": "B", "message": "x" * 2000}]}
    http = make_http(httpx.Response(400, json=body))
    with pytest.raises(errors.Rejected) as caught:
        http.json("PUT", "/x", operation="x")
    assert caught.value.code == "A"
    assert caught.value.message.startswith("one; xxx")
    assert len(caught.value.message) == 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b'{"errors": 5}',
        b'{"errors":',
        b'{"errors": [{"code": {}, "message": []}]}',
        b'{"errors": [null]}',
        b"[" * 100_000,
    ],
)
def test_it_names_the_status_when_the_body_says_nothing(body):
    http = make_http(*[httpx.Response(502, content=body)] * 3)
    with pytest.raises(errors.Unavailable) as caught:
        http.json("GET", "/x", operation="x")
    assert caught.value.code == "http_502"
    assert caught.value.message == "The marketplace answered 502."


def test_it_does_not_follow_a_redirect():
    there = httpx.Response(302, headers={"Location": "https://elsewhere.test/"})
    http = make_http(there)
    with pytest.raises(errors.BadResponse) as caught:
        http.json("GET", "/x", operation="x")
    assert caught.value.code == "http_302"
    assert len(http.client._transport.requests) == 1


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (httpx.ConnectError("refused"), "network"),
        (httpx.ReadError("reset"), "dropped"),
        (httpx.RemoteProtocolError("Server disconnected"), "dropped"),
        (httpx.ConnectTimeout("slow"), "timeout"),
        (httpx.ReadTimeout("slow"), "timeout"),
    ],
)
def test_it_tells_a_timeout_from_a_broken_network(failure, code):
    http = make_http(failure)
    with pytest.raises(errors.Unavailable) as caught:
        http.json("POST", "/x", operation="x")
    assert caught.value.code == code
    assert http.exchanges[-1].status is None
    assert http.exchanges[-1].error == code


def test_a_shop_that_is_gone_is_no_refusal_of_what_was_sent_there():
    http = make_http(refusal(404, "CAMPAIGN_NOT_FOUND", "Campaign 7 not found"))
    with pytest.raises(errors.AuthFailed) as caught:
        http.json("PUT", "/v2/campaigns/7/offers/stocks", operation="stocks")
    assert (caught.value.kind, caught.value.reason) == ("config", "shop_gone")
