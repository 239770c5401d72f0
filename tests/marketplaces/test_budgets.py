import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection as database
from django.utils import timezone

from marketplaces import budgets
from marketplaces.connectors.base import Limit
from marketplaces.connectors.errors import RateLimited
from marketplaces.models import CallSlot, RateBudget

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
