"""The key is in the request and nowhere else."""

import logging

import httpx
import pytest

from marketplaces.connectors import errors
from tests.marketplaces.script import KEY, make_http, ok, refusal


@pytest.mark.parametrize(
    "answer",
    [
        refusal(401, message=f"Api-Key {KEY} is revoked"),
        refusal(400, code=KEY, message=f"unknown parameter key={KEY}"),
        httpx.Response(200, text=f"<html>{KEY}</html>"),
        httpx.Response(200, text=f'{{"echo": "{KEY}"'),
        httpx.ConnectError(f"cannot connect with {KEY}"),
    ],
)
def test_it_is_in_no_error_and_no_log(answer, caplog):
    caplog.set_level(logging.DEBUG)
    http = make_http(answer)
    with pytest.raises(errors.MarketplaceError) as caught:
        http.json("PUT", f"/x?key={KEY}", operation="x")
    assert http.client._transport.requests[0].headers["Api-Key"] == KEY
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("marketplaces")]
    shown = [str(caught.value), repr(caught.value), caught.value.code, repr(http.exchanges), *ours]
    assert KEY not in "\n".join(shown)


def test_it_is_masked_in_the_list_of_exchanges():
    http = make_http(ok())
    http.json("GET", "/x", params={"key": KEY, "page": "2"}, operation="x")
    assert http.exchanges[0].url == "https://market.test/x?key=***&page=2"


@pytest.mark.parametrize("key", ["ключ", "two\nlines", " spaced ", "tab\tin", "emoji 🔑"])
def test_a_key_no_header_can_carry_is_refused_before_it_is_sent(key):
    http = make_http(headers={"Api-Key": key})
    with pytest.raises(errors.AuthFailed) as caught:
        http.json("GET", "/x", operation="x")
    assert caught.value.code == "key_format"
    assert key.strip() not in str(caught.value)
    assert not http.client._transport.requests
