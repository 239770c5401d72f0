"""Proof 8: what the card says about how it was made, and the rows that were logged."""

import anthropic
import openai
import pytest
from django.utils import translation

from ai_manager.models import AiErrorLog, AiUsageLog
from ai_manager.services.problems import attempt_worded
from marketplaces.sandbox.ai import MODEL

pytestmark = pytest.mark.django_db


def logged():
    rows = AiUsageLog.objects.order_by("pk")
    return [(row.attempt, row.provider, row.outcome) for row in rows]


def errors():
    rows = AiErrorLog.objects.order_by("pk")
    return [(row.error_class, row.http_status, row.resolved_by) for row in rows]


# Imported before the clock of a test runs: that alone takes two seconds.
assert anthropic and openai


def break_openai(sandbox, keys, kind, **how):
    sandbox.control("POST", "faults", kind=kind, account=keys["openai"], **how)


def test_with_no_key_it_is_made_by_rules_and_nothing_is_logged(listing, make):
    card = make(listing)
    assert (card.made_by, card.model, card.failed_attempts) == ("rules", "", [])
    assert card.request_group is None
    assert card.problems == []
    assert not AiUsageLog.objects.exists()


def test_with_only_the_second_key_the_second_provider_makes_it(listing, make, use_ai):
    use_ai("anthropic")
    card = make(listing)
    assert (card.made_by, card.model, card.failed_attempts) == ("anthropic", MODEL, [])
    assert card.problems == []
    assert logged() == [(1, "anthropic", "answered")]
    row = AiUsageLog.objects.get()
    assert row.request_group == card.request_group
    assert (row.object_type, row.object_id) == ("listing", str(listing.pk))
    assert row.input_tokens > 300
    assert row.output_tokens > 50
    assert row.provider_request_id.startswith("req_")


def test_with_both_keys_the_first_provider_makes_it(listing, make, use_ai):
    use_ai("openai", "anthropic")
    card = make(listing)
    assert (card.made_by, card.failed_attempts) == ("openai", [])
    assert logged() == [(1, "openai", "answered")]


def test_an_unknown_price_is_unknown_and_not_free(listing, make, use_ai):
    use_ai("openai")
    make(listing)
    row = AiUsageLog.objects.get()
    assert (row.cost_micro_usd, row.cost_source) == (None, "unknown")


@pytest.mark.parametrize(
    ("fault", "error", "status", "word", "times"),
    [
        ({"kind": "401"}, "AuthFailed", 401, "key_refused", 1),
        ({"kind": "429"}, "RateLimited", 429, "too_many_requests", 2),
        ({"kind": "429", "retry_after": 90}, "RateLimited", 429, "too_many_requests", 1),
        ({"kind": "quota"}, "QuotaExhausted", 429, "quota_used_up", 1),
        ({"kind": "5xx", "status": 500}, "Unavailable", 500, "unavailable", 2),
        ({"kind": "drop"}, "Unavailable", None, "unavailable", 2),
        ({"kind": "html"}, "Unavailable", None, "unavailable", 1),
        ({"kind": "half_body"}, "Unavailable", None, "unavailable", 2),
    ],
)
def test_when_the_first_fails_the_second_makes_it(
    listing, make, use_ai, sandbox, fault, error, status, word, times
):
    break_openai(sandbox, use_ai("openai", "anthropic"), **fault)
    card = make(listing)
    assert (card.made_by, card.failed_attempts) == ("anthropic", [f"openai: {word}"])
    failed = [(number, "openai", error) for number in range(1, times + 1)]
    assert logged() == [*failed, (times + 1, "anthropic", "answered")]
    assert errors() == [(error, status, "fallback")] * times
    assert "OpenAI" in attempt_worded(card.failed_attempts[0])


def test_a_slow_provider_is_not_waited_for(listing, make, use_ai, sandbox, monkeypatch):
    monkeypatch.setattr("ai_manager.providers.chain.ATTEMPT_SECONDS", 1)
    break_openai(sandbox, use_ai("openai", "anthropic"), "timeout", ms=8000)
    card = make(listing)
    assert (card.made_by, card.failed_attempts) == ("anthropic", ["openai: timeout"])
    row = AiUsageLog.objects.first()
    assert row.outcome == "Timeout"
    assert 900 < row.latency_ms < 2500


@pytest.mark.parametrize("kind", ["invalid_json", "off_schema", "max_tokens"])
def test_garbage_is_mended_once_and_then_somebody_else_is_asked(
    listing, make, use_ai, sandbox, kind
):
    break_openai(sandbox, use_ai("openai", "anthropic"), kind)
    card = make(listing)
    assert (card.made_by, card.failed_attempts) == ("anthropic", ["openai: invalid_answer"])
    assert logged() == [(1, "openai", "answered"), (2, "openai", "answered")] + [
        (3, "anthropic", "answered")
    ]
    assert errors() == [("InvalidOutput", None, "fallback")] * 2


def test_garbage_that_is_mended_counts(listing, make, use_ai, sandbox):
    break_openai(sandbox, use_ai("openai", "anthropic"), "invalid_json", times=1)
    card = make(listing)
    assert (card.made_by, card.failed_attempts) == ("openai", [])
    assert errors() == [("InvalidOutput", None, "repair")]


def test_what_one_declines_nobody_else_is_asked(listing, make, use_ai, sandbox):
    break_openai(sandbox, use_ai("openai", "anthropic"), "refusal")
    card = make(listing)
    assert (card.made_by, card.failed_attempts) == ("rules", ["openai: refused"])
    assert logged() == [(1, "openai", "answered")]
    assert errors() == [("Refused", None, "rules")]
    with translation.override("en"):
        assert "read the card closely" in attempt_worded("openai: refused")


def test_when_both_fail_it_is_made_by_rules(listing, make, use_ai, sandbox):
    keys = use_ai("openai", "anthropic")
    for key in keys.values():
        sandbox.control("POST", "faults", kind="5xx", account=key)
    card = make(listing)
    assert card.made_by == "rules"
    assert card.failed_attempts == ["openai: unavailable", "anthropic: unavailable"]
    assert errors() == [("Unavailable", 503, "rules")] * 4
