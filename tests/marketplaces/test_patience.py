"""A person who tests a key waits for an answer, but not for long."""

import time

import httpx
import pytest

from marketplaces import connecting
from marketplaces.connectors import errors
from marketplaces.connectors.http import Http
from marketplaces.models import CallSlot, Connection

from .test_http_deadline import never, server


@pytest.fixture
def unfinished(partner, use_sandbox, sandbox_key):
    return connecting.save_key(
        partner=partner,
        by=partner.owner,
        marketplace="yandex",
        credentials={"api_key": sandbox_key},
    )


def took(connection, partner) -> float:
    began = time.monotonic()
    assert not connecting.test(connection=connection, by=partner.owner)
    return time.monotonic() - began


@pytest.mark.timing
@pytest.mark.django_db
def test_a_silent_marketplace_is_not_waited_for_again_and_again(
    unfinished, partner, use_sandbox, sandbox_key, monkeypatch
):
    monkeypatch.setattr(connecting, "TEST_SECONDS", 1.0)
    use_sandbox.control("POST", "faults", kind="timeout", ms=6000, account=sandbox_key)
    # The calls given up before hold no place of the marketplace against the next test.
    for _ in range(5):
        assert took(unfinished, partner) < 2
        assert Connection.objects.get().error_reason == "timeout"


@pytest.mark.timing
@pytest.mark.django_db
def test_our_own_places_are_not_waited_for_either(unfinished, partner, monkeypatch):
    monkeypatch.setattr(connecting, "TEST_SECONDS", 1.0)
    connecting.test(connection=unfinished, by=partner.owner)
    CallSlot.objects.update(held_until="2100-01-01T00:00:00Z")
    assert took(unfinished, partner) < 2
    assert Connection.objects.get().error_reason == "rate_limited"


@pytest.mark.timing
def test_all_calls_together_have_one_end():
    with server(never) as url:
        http = Http(url, headers={}, timeout=0.4, within=0.6)
        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(errors.Unavailable) as caught:
                http.json("GET", "/x", operation="x")
            assert caught.value.code == "timeout"
        assert time.monotonic() - began < 0.9


def test_a_pause_that_outlives_the_end_is_not_begun():
    slept = []
    busy = httpx.Response(503)
    http = Http(
        "http://market.test",
        headers={},
        transport=httpx.MockTransport(lambda request: busy),
        sleep=slept.append,
        within=0.3,
    )
    with pytest.raises(errors.Unavailable):
        http.json("GET", "/x", operation="x")
    assert slept == []
