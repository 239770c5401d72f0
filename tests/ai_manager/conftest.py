"""A listing to make a card for, and AI providers of this machine, each test with its own keys."""

import uuid

import pytest

from ai_manager.models import CardJob
from ai_manager.services import cards
from products.services.cards import latest_card
from tests import factories
from tests.ai_manager.scripted_ai import ScriptedAI


@pytest.fixture
def listing(yandex_shop):
    product = factories.make_product(
        yandex_shop.partner, name="Choynak «Paxta» oq 1 l", brand="Rishton"
    )
    return factories.make_listing(product, yandex_shop)


@pytest.fixture
def make():
    """Have a card made here and now; the newest one."""

    def make(listing):
        cards.make_card(cards.request_card(listing).pk)
        return latest_card(listing)

    return make


@pytest.fixture
def use_ai(sandbox, settings):
    """Keys for the providers named, each unknown to every other test; {provider: key}."""

    def use_ai(*providers):
        settings.OPENAI_BASE_URL = f"{sandbox.url}/openai/v1"
        settings.ANTHROPIC_BASE_URL = f"{sandbox.url}/anthropic"
        keys = {name: f"sk-{name}-{uuid.uuid4().int}" for name in providers}
        settings.OPENAI_API_KEY = keys.get("openai", "")
        settings.ANTHROPIC_API_KEY = keys.get("anthropic", "")
        return keys

    return use_ai


@pytest.fixture
def scripted(settings):
    """Both providers at a server that says what a test tells it to."""
    server = ScriptedAI()
    settings.OPENAI_BASE_URL = f"{server.url}/openai/v1"
    settings.ANTHROPIC_BASE_URL = f"{server.url}/anthropic"
    settings.OPENAI_API_KEY, settings.ANTHROPIC_API_KEY = "sk-scripted-one", "sk-scripted-two"
    with server:
        yield server


@pytest.fixture
def job(listing):
    return cards.request_card(listing)


@pytest.fixture
def reload():
    return lambda job: CardJob.objects.get(pk=job.pk)
