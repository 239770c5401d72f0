"""Workers are killed while they tell people: everything arrives, and hardly anything twice.

A worker that dies has told, or has not, what its threads held at that moment: that is sent again,
as being told twice is better than never. So of both channels at most what was held comes twice, and
a kill holds one message for each thread at most. That bound is exact, however few messages there
are; one in a thousand is then a matter of how many there are, and `MESSAGES=10000` holds it.
"""

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

MESSAGES = int(os.environ.get("MESSAGES", "300"))
KILLS = 2
THREADS = 4
# Of the issue, for a run that is long enough to show it.
DOUBLED = 0.001
IS_LONG = MESSAGES >= 10_000
# How long each server takes for a message; nothing is killed between two of them then.
THEIR_TIME = 0.02
LONGEST = 60 + MESSAGES / 10
pytestmark = [pytest.mark.processes, pytest.mark.timeout(240 + 4 * int(LONGEST))]


@pytest.fixture
def worker(processes, telegram, letters, settings):
    telegram.pause = letters.pause = THEIR_TIME
    processes.env |= {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": settings.TELEGRAM_API_URL,
        "EMAIL_URL": f"smtp://{letters.host}:{letters.port}",
        "WORKER_THREADS": str(THREADS),
    }
    return processes.worker


def reader(channel: str):
    """A partner whose owner has this channel alone."""
    if channel == "email":
        return factories.make_partner()
    partner = factories.make_partner(user=factories.make_user(email=None))
    link(partner.owner)
    return partner


def tell(partner, number: int) -> None:
    data = {"shop": f"n{number}.", "reason": "-"}
    notices.notify_partner(partner, kind="key_refused", data=data, url="", dedupe=f"n{number}.")


def lease_is_over() -> Counter[str]:
    """What a minute of waiting would bring; what the dead worker held."""
    held = Delivery.objects.filter(state="due", due_at__gt=timezone.now())
    names = Counter(held.values_list("notification__dedupe", flat=True))
    held.update(due_at=timezone.now())
    return names


@pytest.mark.parametrize("channel", ["telegram", "email"])
def test_everything_arrives_and_few_things_twice(worker, telegram, letters, channel):
    def arrived() -> list[str]:
        # Both grow while they are read.
        titles = telegram.said_to(CHAT) if channel == "telegram" else letters.subjects()
        return [re.search(r"\bn\d+\.", title)[0] for title in titles]

    partner = reader(channel)
    for number in range(MESSAGES):
        tell(partner, number)
    unsent = Delivery.objects.filter(channel=channel, state="due")
    assert unsent.count() == MESSAGES
    held: Counter[str] = Counter()
    for kill in range(1, KILLS + 1):
        running = worker()
        share = MESSAGES * kill / (KILLS + 2)
        wait_until(lambda share=share: len(arrived()) > share, LONGEST)
        running.kill()
        running.wait(10)
        of_this_one = lease_is_over()
        assert of_this_one.total() <= THREADS
        held += of_this_one
    worker()
    wait_until(lambda: not unsent.exists(), LONGEST)
    came = Counter(arrived())
    doubled = came - Counter(set(came))
    print(  # noqa: T201
        f"\n{MESSAGES} told by {channel}, {KILLS} workers killed, {held.total()} held by them, "
        f"{doubled.total()} doubled"
    )
    assert len(came) == MESSAGES
    assert doubled <= held
    if IS_LONG:
        assert doubled.total() < DOUBLED * MESSAGES
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
