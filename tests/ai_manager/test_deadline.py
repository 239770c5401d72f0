"""A provider that never falls silent and never ends is no reason to make no cards."""

import threading
import time

import anthropic
import openai
import pytest
from django.utils import timezone

from ai_manager.models import AiErrorLog, AiUsageLog, CardJob
from ai_manager.providers import chain
from ai_manager.services import card_maker, cards, jobs
from products.models import Card
from tests import factories
from tests.ai_manager.scripted_ai import DRIPS, card

pytestmark = pytest.mark.django_db
# Imported before the clock of a test runs: that alone takes two seconds.
assert anthropic and openai


@pytest.fixture
def seconds(monkeypatch):
    """The time of an attempt and of the chain."""

    def seconds(attempt, whole):
        monkeypatch.setattr(chain, "ATTEMPT_SECONDS", attempt)
        monkeypatch.setattr(chain, "CHAIN_SECONDS", whole)
        monkeypatch.setattr(chain, "LEAST_SECONDS", 0.5)

    return seconds


@pytest.mark.timing
@pytest.mark.parametrize("drip", DRIPS)
def test_a_dripping_answer_is_cut_off_and_the_next_one_asked(
    listing, make, scripted, seconds, drip
):
    seconds(1.0, 30.0)
    scripted.says = [DRIPS[drip], card()]
    started = time.monotonic()
    made = make(listing)
    assert (made.made_by, made.failed_attempts) == ("anthropic", ["openai: timeout"])
    first = AiUsageLog.objects.order_by("pk")[0]
    assert (first.outcome, first.attempt) == ("Timeout", 1)
    assert 950 < first.latency_ms < 2000
    assert time.monotonic() - started < 10
    assert not scripted.dripped_out


@pytest.mark.timing
def test_the_whole_chain_has_an_end(listing, make, scripted, seconds):
    seconds(1.0, 2.0)
    scripted.says = [*DRIPS.values()]
    started = time.monotonic()
    made = make(listing)
    assert made.made_by == "rules"
    assert made.failed_attempts == ["openai: timeout", "anthropic: timeout"]
    assert time.monotonic() - started < 8
    assert {row.resolved_by for row in AiErrorLog.objects.all()} == {"rules"}


@pytest.mark.django_db(transaction=True)
def test_two_that_drip_do_not_keep_a_third_from_being_made(yandex_shop, scripted, seconds):
    seconds(2.0, 4.0)
    scripted.says = [*DRIPS.values()]
    waiting = [factories.make_listing(_teapot(yandex_shop), yandex_shop) for _ in range(3)]
    due = [cards.request_card(listing).pk for listing in waiting]
    threads = [threading.Thread(target=_make, args=(pk,)) for pk in due[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    scripted.says = [card()]
    cards.make_card(due[2])
    assert [made.made_by for made in Card.objects.order_by("listing")] == ["rules"] * 2 + ["openai"]
    assert not CardJob.objects.filter(state=CardJob.State.DUE).exists()


def _teapot(shop):
    return factories.make_product(shop.partner, name="Choynak «Paxta» oq 1 l", brand="Rishton")


def _make(pk):
    from django.db import connection

    try:
        cards.make_card(pk)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_not_kept_for_one_that_hangs(listing, job, reload, settings, monkeypatch):
    """Whatever it hangs in, after the chain's time and a margin the next worker has the job."""
    settings.LEASE_SECONDS = 1
    monkeypatch.setattr(chain, "CHAIN_SECONDS", 1.0)
    monkeypatch.setattr(jobs, "MARGIN_SECONDS", 0.5)
    make, kept = card_maker.make, []

    def hang_once(*args, **how):
        monkeypatch.setattr(card_maker, "make", make)
        kept.append(reload(job).leased_until > timezone.now())
        time.sleep(1.0)
        kept.append(reload(job).leased_until > timezone.now())
        time.sleep(2.5)
        kept.append(reload(job).leased_until > timezone.now())
        cards._make_under(jobs.take(job.pk))
        return make(*args, **how)

    monkeypatch.setattr(card_maker, "make", hang_once)
    cards.make_card(job.pk)
    assert kept == [True, True, False]
    # The next one's card stands; the one that came back wrote nothing.
    assert Card.objects.count() == 1
    assert reload(job).state == CardJob.State.DONE
    assert reload(job).attempts == 2
