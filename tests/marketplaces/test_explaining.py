"""Each trouble has its own words, whatever code the marketplace gives it."""

from functools import partial

import httpx
import pytest
from django.utils import translation

from marketplaces import connecting, gateway
from marketplaces.connectors import errors
from marketplaces.connectors.registry import open_connector
from marketplaces.explain import BY_KIND, explain
from marketplaces.models import Connection
from tests.marketplaces.script import make_http, refusal


def words_for(*answers):
    http = make_http(*answers)
    with pytest.raises(errors.MarketplaceError) as caught:
        http.json("PUT", "/x", operation="x")
    with translation.override("en"):
        return str(explain(caught.value.kind, caught.value.reason).what)


# The sandbox's code, the document's two, one nobody has told us of, and none at all.
@pytest.mark.parametrize("status", [420, 429])
@pytest.mark.parametrize(
    "code", ["LIMIT_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "ENHANCE_YOUR_CALM", "TOO_MANY", ""]
)
def test_too_many_calls(status, code):
    assert words_for(*[refusal(status, code)] * 3) == "The marketplace asks us to slow down."


@pytest.mark.parametrize("code", ["FORBIDDEN", "ACTION_FORBIDDEN", "ACCESS_DENIED", "NO_SCOPE"])
def test_a_missing_right(code):
    words = words_for(refusal(403, code, "Token does not have any of the scopes"))
    assert words == "The key is valid but lacks a right we need."


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "RATE", "FORBIDDEN", "timeout"])
def test_a_wrong_key(code):
    words = words_for(refusal(401, code, "Api-Key token is invalid"))
    assert words == "The marketplace refused the key."


def test_a_shop_that_is_switched_off():
    words = words_for(refusal(403, "FORBIDDEN", "API is disabled: DISABLED_BY_INACTIVITY"))
    assert words == "The shop's access by API is switched off."


def test_a_vendor_whose_code_is_one_of_our_words_is_not_misread():
    assert words_for(*[refusal(503, "html")] * 3) == "The marketplace has trouble answering."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.ReadTimeout("slow"), "The marketplace did not answer in time."),
        (httpx.ConnectError("refused"), "The marketplace could not be reached."),
        (httpx.ReadError("reset"), "The marketplace hung up without an answer."),
        (httpx.Response(200, html="<h1>Soon back</h1>"), "A web page came back instead"),
        (httpx.Response(200, content=b'{"a": '), "The answer broke off half-way."),
        (httpx.Response(200, content=b"OK"), "The answer cannot be read."),
    ],
)
def test_an_answer_that_is_none(answer, words):
    assert words_for(answer).startswith(words)


def test_no_two_reasons_share_their_words():
    told = [
        str(explain(errors.Kind.INTERNAL, reason).what)
        for reason in (
            *("scope_missing", "rate_limited", "timeout", "network", "dropped", "html"),
            *("half_body", "not_json", "api_disabled", "key_format", "other_account"),
        )
    ]
    assert len(set(told)) == len(told)
    assert str(BY_KIND[errors.Kind.CONFIG].what) not in told


@pytest.fixture
def unfinished(partner, use_sandbox, sandbox_key):
    return connecting.save_key(
        partner=partner,
        by=partner.owner,
        marketplace="yandex",
        credentials={"api_key": sandbox_key},
    )


def page_after_a_test(client, connection, monkeypatch) -> str:
    # Nobody waits ten seconds for a test of patience.
    monkeypatch.setattr(gateway, "open_connector", partial(open_connector, timeout=0.5))
    client.cookies["django_language"] = "en"
    here = f"/partner-dashboard/marketplaces/{connection.pk}/"
    return client.post(f"{here}test/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("fault", "reason", "words", "quote"),
    [
        ("401", "auth_failed", "The marketplace refused the key.", "Api-Key token is invalid"),
        ("403", "scope_missing", "lacks a right we need", "does not have any of the scopes"),
        ("420", "rate_limited", "asks us to slow down", "Hit rate limit"),
        ("429", "rate_limited", "asks us to slow down", "Too many requests"),
        ("timeout", "timeout", "did not answer in time", ""),
        ("drop", "dropped", "hung up without an answer", ""),
        ("html", "html", "A web page came back", ""),
        ("half_body", "half_body", "broke off half-way", ""),
        ("5xx", "unavailable", "has trouble answering", "Internal server error"),
    ],
)
@pytest.mark.django_db
def test_the_page_says_it_in_our_words_and_quotes_only_theirs(
    unfinished, partner_client, use_sandbox, sandbox_key, monkeypatch, fault, reason, words, quote
):
    use_sandbox.control("POST", "faults", kind=fault, path="/v2/auth/token", account=sandbox_key)
    page = page_after_a_test(partner_client, unfinished, monkeypatch)
    assert Connection.objects.get().error_reason == reason
    assert words in page
    assert ("In their words" in page) == bool(quote)
    assert quote in page
