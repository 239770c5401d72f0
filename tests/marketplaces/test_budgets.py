import threading
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
import time_machine
from django.db import connection as database
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import budgets
from marketplaces.connectors.answers import Pace
from marketplaces.connectors.base import Limit
from marketplaces.connectors.errors import RateLimited
from marketplaces.models import CallSlot, RateBudget
from tests.marketplaces.script import make_http

FIVE_A_MINUTE = Limit(5, 60, "5 a minute")


@pytest.mark.django_db
def test_it_stops_when_the_window_is_used_up_and_says_how_long():
    for _ in range(5):
        budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
    with pytest.raises(RateLimited) as caught:
        budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
    assert 50 < caught.value.retry_after <= 63


@pytest.mark.django_db
def test_another_account_and_another_group_have_their_own():
    for _ in range(5):
        budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
    budgets.spend("yandex:2", "ship", FIVE_A_MINUTE)
    budgets.spend("yandex:1", "labels", FIVE_A_MINUTE)


@pytest.mark.django_db
def test_the_next_window_starts_fresh():
    for _ in range(5):
        budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
    with time_machine.travel(timezone.now() + timedelta(seconds=64)):
        budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
    assert sum(RateBudget.objects.get().spent.values()) == 1


@pytest.mark.django_db
def test_it_waits_as_the_marketplace_says():
    budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
    budgets.block("yandex:1", "ship", 300)
    with pytest.raises(RateLimited) as caught:
        budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
    assert caught.value.retry_after > 290


@pytest.mark.django_db(transaction=True)
def test_threads_together_never_overspend():
    spent, lock = [], threading.Lock()

    def worker():
        try:
            for _ in range(10):
                try:
                    budgets.spend("yandex:1", "ship", Limit(20, 60, ""))
                except RateLimited:
                    continue
                with lock:
                    spent.append(1)
        finally:
            database.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(spent) == 20


@pytest.mark.django_db
def test_places_are_given_back_and_never_more_than_four_are_held(monkeypatch):
    monkeypatch.setattr(budgets, "SLOT_PATIENCE", 0.0)
    with budgets.slot("a", 4), budgets.slot("a", 4), budgets.slot("a", 4), budgets.slot("a", 4):
        with pytest.raises(RateLimited):
            budgets.slot("a", 4).__enter__()
        with budgets.slot("b", 4):
            pass
    with budgets.slot("a", 4):
        assert CallSlot.objects.filter(account="a", held_until__gt=timezone.now()).count() == 1


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    requests=st.integers(1, 8),
    pauses=st.lists(st.floats(0, 40, allow_nan=False), min_size=10, max_size=60),
)
def test_no_window_of_the_marketplace_overflows_wherever_it_begins(requests, pauses):
    limit, sent = Limit(requests, 60, ""), []
    RateBudget.objects.all().delete()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for pause in pauses:
            clock.shift(pause)
            with suppress(RateLimited):
                budgets.spend("yandex:1", "ship", limit)
                sent.append(timezone.now())
    for first in sent:
        within = [at for at in sent if first <= at < first + timedelta(seconds=60)]
        assert len(within) <= requests


@pytest.mark.django_db
def test_a_whole_budget_comes_back_and_none_is_lost():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            for _ in range(5):
                budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
            with pytest.raises(RateLimited) as caught:
                budgets.spend("yandex:1", "ship", FIVE_A_MINUTE)
            clock.shift(caught.value.retry_after + 0.001)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "left"),
    [
        # In requests, by a lower limit than ours; in products, 500 to a request.
        (Pace(limit=10, remaining=3, seconds=30), 3),
        (Pace(limit=10_000, remaining=1_500, seconds=30), 3),
        (Pace(limit=10_000, remaining=10_000, seconds=30), 19),
        (Pace(limit=20, remaining=0, seconds=30), 0),
        # As far from sense as can be.
        (Pace(limit=0, remaining=5, seconds=10.0**9), 5),
    ],
)
def test_what_the_marketplace_says_is_left_counts(said, left):
    twenty = Limit(20, 60, "20 a minute")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        budgets.spend("yandex:1", "prices", twenty)
        budgets.told("yandex:1", "prices", twenty, said)
        for _ in range(left):
            budgets.spend("yandex:1", "prices", twenty)
        with pytest.raises(RateLimited):
            budgets.spend("yandex:1", "prices", twenty)
        clock.shift(64)
        budgets.spend("yandex:1", "prices", twenty)


@pytest.mark.django_db
def test_the_pace_of_any_answer_is_heard():
    headers = {
        "X-RateLimit-Resource-Limit": "100",
        "X-RateLimit-Resource-Remaining": "0",
        "X-RateLimit-Resource-Until": "Mon, 23 Nov 2026 12:00:50 GMT",
        "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
    }
    gate = budgets.Gate("yandex:1", {"ship": Limit(100, 60, "")}, 4)
    answer = httpx.Response(200, json={"status": "OK"}, headers=headers)
    http = make_http(answer, gate=gate)
    http.json("PUT", "/x", operation="ship")
    with pytest.raises(RateLimited) as caught:
        http.json("PUT", "/x", operation="ship")
    assert 49 < caught.value.retry_after <= 52
