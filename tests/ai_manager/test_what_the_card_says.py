"""Proof 8 in one walk: keys, what the card says of its making, and the rows that were logged.

`pytest -s` prints the table. The worker's function makes each card, the SDKs speak HTTP with the
sandbox, and the words are read from the listing's page in each language.
"""

import html
import re

import pytest
from django.urls import reverse

from ai_manager.models import AiErrorLog, AiUsageLog
from ai_manager.services import cards
from marketplaces.sandbox.ai import MODEL
from products.models import Card
from products.services.cards import latest_card
from tests import factories

pytestmark = pytest.mark.django_db
HOW_MADE = re.compile(r'<div class="body stack">\s*<p>(.*?)</p>(?:\s*<p class="soft">(.*?)</p>)?')
RULES = {
    "uz": "Tovaringiz faktlaridan qoidalar asosida tuzildi: AI modeli ishlatilmagan.",
    "ru": "Составлено по правилам из фактов о товаре: модель ИИ не использовалась.",
    "en": "Composed by rules from your product's facts: no AI model was used.",
}
DEMO = {
    "uz": "{} oʻrniga namuna serveri yozgan: bu namuna, model emas.",
    "ru": "Написано демо-сервером вместо {}: это демонстрация, а не модель.",
    "en": "Written by the demo server in place of {}: a demo, not a model.",
}
BEFORE = {
    "uz": " Avvalgi urinishlar: OpenAI ishlamadi.",
    "ru": " Предыдущие попытки: OpenAI: сервис недоступен.",
    "en": " Tried before: OpenAI was not available.",
}
# Keys -> who is said to have made it, what came before, rows of usage, rows of errors.
CASES = {
    "no key": ("rules", False, [], []),
    "only ANTHROPIC_API_KEY": ("anthropic", False, [("anthropic", MODEL, "answered")], []),
    "both": ("openai", False, [("openai", MODEL, "answered")], []),
    "both, OpenAI failing": (
        "anthropic",
        True,
        [
            ("openai", "gpt-6-luna", "Unavailable"),
            ("openai", "gpt-6-luna", "Unavailable"),
            ("anthropic", MODEL, "answered"),
        ],
        [("openai", "Unavailable", 503, "fallback")] * 2,
    ),
}
NAMES = {"openai": "OpenAI", "anthropic": "Anthropic"}


@pytest.fixture
def configure(use_ai, settings, sandbox):
    """The keys of a case."""

    def configure(case):
        keys = {"no key": [], "only ANTHROPIC_API_KEY": ["anthropic"]}
        used = use_ai(*keys.get(case, ["openai", "anthropic"]))
        if case == "both, OpenAI failing":
            sandbox.control("POST", "faults", kind="5xx", account=used["openai"])

    return configure


@pytest.fixture
def said(client, yandex_shop):
    """What the page of a listing says of the making of its card, by language."""
    client.force_login(yandex_shop.partner.owner)

    def said(listing):
        words = {}
        for language in ("uz", "ru", "en"):
            client.cookies["django_language"] = language
            page = client.get(reverse("products:listing", args=[listing.pk])).content.decode()
            found = HOW_MADE.search(page)
            words[language] = html.unescape(" ".join(filter(None, found.groups())))
        return words

    return said


def make(shop):
    product = factories.make_product(shop.partner, name="Choynak «Paxta» oq 1 l", brand="Rishton")
    listing = factories.make_listing(product, shop)
    cards.make_card(cards.request_card(listing).pk)
    return listing


def usage(card):
    """Only the rows of this card's request, each complete."""
    rows = AiUsageLog.objects.filter(object_id=str(card.listing_id)).order_by("pk")
    assert [row.attempt for row in rows] == list(range(1, len(rows) + 1))
    assert {row.request_group for row in rows} <= {card.request_group}
    return list(rows)


def errors(card):
    rows = AiErrorLog.objects.filter(usage__object_id=str(card.listing_id)).order_by("pk")
    return [(r.usage.provider, r.error_class, r.http_status, r.resolved_by) for r in rows]


def expected_words(maker, is_second):
    sentence = RULES if maker == "rules" else DEMO
    return {
        language: words.format(NAMES.get(maker)) + (BEFORE[language] if is_second else "")
        for language, words in sentence.items()
    }


def test_what_the_card_says_is_what_happened(yandex_shop, configure, said):
    table = []
    for case, (maker, is_second, rows, failures) in CASES.items():
        configure(case)
        card = latest_card(make(yandex_shop))
        words, logged = said(card.listing), usage(card)
        table += lines(case, words, logged, errors(card))
        assert card.made_by == maker
        assert card.model == ("" if maker == "rules" else MODEL)
        assert words == expected_words(maker, is_second)
        assert [(r.provider, r.model_returned or r.model_requested, r.outcome) for r in logged] == (
            rows
        )
        assert all(has_true_figures(row) for row in logged)
        assert errors(card) == failures
    assert Card.objects.count() == len(CASES)
    print("\n" + "\n".join(table))  # noqa: T201  the proof, with -s


def has_true_figures(row) -> bool:
    """Tokens of what was answered and of nothing else; what a demo costs is not known, never 0."""
    is_counted = bool(row.input_tokens and row.output_tokens)
    is_unpriced = (row.cost_micro_usd, row.cost_source) == (None, "unknown")
    return is_counted == (row.outcome == "answered") and is_unpriced


def lines(case, words, logged, failed):
    """One case of the table."""
    yield f"{'=' * 20} keys: {case}"
    yield from (f"  page {language}: {text}" for language, text in words.items())
    for row in logged:
        tokens = f"tokens {row.input_tokens} in, {row.output_tokens} out"
        cost = f"cost {row.cost_micro_usd} micro-USD ({row.cost_source})"
        model = f"model {row.model_requested} -> {row.model_returned or '-'}"
        made = f"{row.provider}, {model}, {row.outcome}"
        yield f"  ai_usage_logs {row.attempt}: {made}, {tokens}, {cost}"
    for provider, error, status, resolved in failed:
        yield f"  ai_error_logs: {provider}, {error}, status {status}, resolved by {resolved}"
    if not logged:
        yield "  ai_usage_logs: no row"
    if not failed:
        yield "  ai_error_logs: no row"
