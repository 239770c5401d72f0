"""Workers are killed while they tell people: everything arrives, and hardly anything twice."""

import os
import re
import signal
import time
from collections import Counter

import pytest
from django.utils import timezone

from partners.models import Delivery
from partners.services import deliveries, notices
from tests import factories
from tests.partners.telegram.linking import CHAT, link
from tests.processes import wait_until
from tests.telegram_server import TOKEN

# The long form is 10 000.
MESSAGES = int(os.environ.get("MESSAGES", "300"))
KILLS = 2
THREADS = 4
# Of those that came, how many may have come before: of a long run, one in a thousand.
DOUBLED = 0.001
LONGEST = 60 + MESSAGES / 10
pytestmark = [pytest.mark.processes, pytest.mark.timeout(240 + 4 * int(LONGEST))]


@pytest.fixture
def worker(processes, telegram, settings):
    processes.env |= {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": settings.TELEGRAM_API_URL,
        "WORKER_THREADS": str(THREADS),
    }
    return processes.worker


def tell(partner, number: int) -> None:
    data = {"shop": f"n{number}.", "reason": "-"}
    notices.notify_partner(partner, kind="key_refused", data=data, url="", dedupe=str(number))


def lease_is_over() -> None:
    """What a minute of waiting would bring."""
    held = Delivery.objects.filter(channel="telegram", state="due", due_at__gt=timezone.now())
    held.update(due_at=timezone.now())


def test_everything_arrives_and_few_things_twice(worker, telegram):
    partner = factories.make_partner()
    link(partner.owner)
    for number in range(MESSAGES):
        tell(partner, number)
    telegram.pause = 0.02
    for kill in range(1, KILLS + 1):
        running = worker()
        share = MESSAGES * kill / (KILLS + 2)
        wait_until(lambda share=share: len(telegram.said_to(CHAT)) > share, LONGEST)
        running.kill()
        running.wait(10)
        lease_is_over()
    worker()
    unsent = Delivery.objects.filter(channel="telegram", state="due")
    wait_until(lambda: not unsent.exists(), LONGEST)
    came = Counter(re.search(r"n\d+\.", text)[0] for text in telegram.said_to(CHAT))
    doubled = came.total() - MESSAGES
    print(f"\n{MESSAGES} told, {KILLS} workers killed, {doubled} doubled")  # noqa: T201
    assert len(came) == MESSAGES
    # Each thread that dies holds one message.
    assert doubled <= max(KILLS * THREADS, DOUBLED * MESSAGES)
    if MESSAGES >= KILLS * THREADS / DOUBLED:
        assert doubled < DOUBLED * MESSAGES
    shown = partner.owner.notifications.filter(kind="key_refused")
    assert shown.count() == shown.values("dedupe").distinct().count() == MESSAGES


@pytest.mark.timing
def test_a_worker_asks_for_news_answers_and_ends_when_told_to(worker, telegram):
    """On a laptop Telegram cannot call us; the question must not hold up the worker's end."""
    partner = factories.make_partner()
    link(partner.owner)
    telegram.text(CHAT, "/help")
    running = worker()
    wait_until(lambda: telegram.said_to(CHAT), 60)
    assert "/orders" in telegram.said_to(CHAT)[0]
    tell(partner, 1)
    told = time.monotonic()
    wait_until(lambda: len(telegram.said_to(CHAT)) > 1, 15)
    # While a question is open, too.
    assert time.monotonic() - told < 10
    running.send_signal(signal.SIGTERM)
    assert running.wait(15) == 0
    assert deliveries.send_due("telegram") == 0
