"""Short retries: three tries, ten seconds, and only what may be repeated."""

from contextlib import contextmanager
from email.utils import format_datetime

import httpx
import pytest
import time_machine

from marketplaces.connectors import errors
from tests.marketplaces.script import make_http, ok, refusal

BUSY = 503


def test_it_reads_again_after_a_short_pause():
    naps = []
    http = make_http(refusal(BUSY), refusal(BUSY), ok(), naps=naps)
    assert http.json("GET", "/x", operation="x") == {"status": "OK"}
    assert naps == [0.5, 2.0]
    assert [exchange.status for exchange in http.exchanges] == [503, 503, 200]


def test_it_gives_up_after_three_tries():
    naps = []
    http = make_http(*[refusal(BUSY)] * 3, naps=naps)
    with pytest.raises(errors.Unavailable):
        http.json("GET", "/x", operation="x")
    assert naps == [0.5, 2.0]


def test_a_person_who_waits_is_told_after_one_more_try():
    naps = []
    http = make_http(*[refusal(BUSY)] * 2, naps=naps, within=10)
    with pytest.raises(errors.Unavailable):
        http.json("GET", "/x", operation="x")
    assert naps == [0.5]


def test_it_repeats_a_write_only_when_told_it_is_harmless():
    naps = []
    http = make_http(refusal(BUSY), ok(), naps=naps)
    with pytest.raises(errors.Unavailable):
        http.json("PUT", "/x", operation="x")
    assert naps == []
    http = make_http(refusal(BUSY), ok(), naps=naps)
    assert http.json("PUT", "/x", operation="x", idempotent=True)
    assert naps == [0.5]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_it_never_repeats_what_will_not_change(status):
    http = make_http(refusal(status))
    with pytest.raises(errors.MarketplaceError):
        http.json("GET", "/x", operation="x")


def test_it_repeats_any_verb_that_was_refused_for_its_pace():
    naps = []
    http = make_http(refusal(429, headers={"Retry-After": "9"}), ok(), naps=naps)
    assert http.json("PUT", "/x", operation="x")
    assert naps == [9]


def test_it_raises_a_longer_wait_at_once():
    naps = []
    http = make_http(refusal(420, headers={"Retry-After": "11"}), naps=naps)
    with pytest.raises(errors.RateLimited) as caught:
        http.json("GET", "/x", operation="x")
    assert naps == []
    assert caught.value.retry_after == 11


def test_it_never_sleeps_past_ten_seconds_in_all():
    naps = []
    slow = refusal(420, headers={"Retry-After": "6"})
    http = make_http(slow, slow, naps=naps)
    with pytest.raises(errors.RateLimited):
        http.json("GET", "/x", operation="x")
    assert naps == [6]


@time_machine.travel("2026-11-23T10:00:00Z", tick=False)
def test_it_waits_for_the_end_of_a_used_up_window_by_their_clock():
    headers = {
        "X-RateLimit-Resource-Remaining": "0",
        "X-RateLimit-Resource-Until": "Mon, 23 Nov 2026 12:00:08 GMT",
        "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
    }
    naps = []
    http = make_http(refusal(420, headers=headers), ok(), naps=naps)
    assert http.json("GET", "/x", operation="x")
    assert naps == [8]


def test_it_does_not_wait_an_hour_for_a_free_parallel_place():
    headers = {
        "X-RateLimit-Resource-Remaining": "4999",
        "X-RateLimit-Resource-Until": "Mon, 23 Nov 2099 12:00:00 GMT",
    }
    naps = []
    busy = refusal(420, message="Hit rate limit of 4 parallel requests", headers=headers)
    http = make_http(busy, ok(), naps=naps)
    assert http.json("GET", "/x", operation="x")
    assert naps == [0.5]


@pytest.mark.parametrize("value", ["", "soon", "-5", "9" * 400, "Mon, 99 Nov 2026 12:00:00 GMT"])
def test_it_falls_back_to_its_own_pause_when_theirs_is_nonsense(value):
    naps = []
    http = make_http(refusal(429, headers={"Retry-After": value}), ok(), naps=naps)
    if value.startswith("999"):
        with pytest.raises(errors.RateLimited):
            http.json("GET", "/x", operation="x")
        assert naps == []
    else:
        assert http.json("GET", "/x", operation="x")
        assert naps == [0.5]


@time_machine.travel("2026-11-23T10:00:00Z", tick=False)
def test_it_reads_a_date_in_retry_after():
    from datetime import UTC, datetime, timedelta

    until = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    naps = []
    http = make_http(refusal(503, headers={"Retry-After": until}), ok(), naps=naps)
    assert http.json("GET", "/x", operation="x")
    assert naps == [4]


def test_every_attempt_passes_the_gate_and_shows_it_the_error():
    seen = []

    @contextmanager
    def gate(operation):
        try:
            yield
        except errors.MarketplaceError as error:
            seen.append((operation, type(error).__name__))
            raise
        seen.append((operation, "fine"))

    http = make_http(refusal(420), httpx.ReadTimeout("slow"), ok(), gate=gate)
    assert http.json("GET", "/x", operation="orders")
    assert seen == [("orders", "RateLimited"), ("orders", "Unavailable"), ("orders", "fine")]


def test_a_gate_may_refuse_before_anything_is_sent():
    @contextmanager
    def gate(operation):
        raise errors.RateLimited("budget", code="budget", retry_after=60)
        yield

    http = make_http(gate=gate)
    with pytest.raises(errors.RateLimited):
        http.json("PUT", "/x", operation="x")
    assert not http.exchanges
