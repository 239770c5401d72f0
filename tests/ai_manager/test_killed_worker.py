"""A worker is killed while a model thinks: the next one makes the card, once."""

import uuid

import pytest

from ai_manager.models import AiUsageLog, CardJob
from ai_manager.services import cards
from products.models import Card
from tests import factories
from tests.processes import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
HOLD_MS = 4000


@pytest.fixture
def key(sandbox, processes):
    """A provider's key of this test alone."""
    key = f"sk-ant-{uuid.uuid4().int}"
    processes.env |= {
        "ANTHROPIC_API_KEY": key,
        "ANTHROPIC_BASE_URL": f"{sandbox.url}/anthropic",
        "OPENAI_API_KEY": "",
    }
    return key


@pytest.fixture
def is_held(sandbox, key):
    """Whether the key's first answer, a long time coming, has been asked for."""
    rule = {"kind": "hold", "at": "before", "ms": HOLD_MS, "times": 1, "account": key}
    number = sandbox.control("POST", "faults", **rule)["id"]

    def look() -> bool:
        rules = sandbox.control("GET", "faults")["faults"]
        return any(rule["id"] == number and rule["hits"] for rule in rules)

    return look


def test_the_next_worker_makes_the_card(is_held, processes, yandex_shop):
    product = factories.make_product(yandex_shop.partner, name="Choynak oq 1 l", brand="Rishton")
    job = cards.request_card(factories.make_listing(product, yandex_shop))
    first = processes.worker()
    wait_until(is_held, 90)
    first.kill()
    first.wait(10)
    assert not Card.objects.exists()

    processes.worker()
    card = wait_until(Card.objects.first, 90)
    assert (card.made_by, card.failed_attempts) == ("anthropic", [])
    assert Card.objects.count() == 1
    done = CardJob.objects.get(pk=job.pk)
    assert (done.state, done.attempts) == (CardJob.State.DONE, 2)
    # The first was paid for, but nobody lived to write it down.
    assert AiUsageLog.objects.count() == 1
