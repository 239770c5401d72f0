import threading
from datetime import datetime, time

import pytest
import time_machine

from marketplaces.models import Lease
from sellercloudx import clock

pytestmark = pytest.mark.django_db
done: list = []


def work():
    done.append("work")


def fail():
    raise RuntimeError("broken turn")


@pytest.fixture(autouse=True)
def _fresh():
    done.clear()


def set_turns(monkeypatch, **turns):
    table = {f"{__name__}.{name}": seconds for name, seconds in turns.items()}
    monkeypatch.setattr("sellercloudx.clock.table", lambda name: table)


def test_each_turn_comes_once_per_period(monkeypatch):
    set_turns(monkeypatch, work=60)
    clock.tick()
    clock.tick()
    assert done == ["work"]


@time_machine.travel("2026-11-25T22:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("turn", "comes"),
    [
        (90, "2026-11-25T22:01:30Z"),
        (time(3, 30), "2026-11-25T22:30:00Z"),
        (time(3, 0), "2026-11-26T22:00:00Z"),
        (time(1, 0), "2026-11-26T20:00:00Z"),
    ],
)
def test_a_turn_comes_after_seconds_or_at_a_time_of_tashkent(turn, comes):
    assert clock.next_turn(turn) == datetime.fromisoformat(comes)


def test_a_broken_turn_does_not_stop_the_others(monkeypatch):
    set_turns(monkeypatch, fail=60, work=60)
    clock.tick()
    assert done == ["work"]


def test_it_beats_for_health(monkeypatch):
    set_turns(monkeypatch)
    clock.tick()
    assert Lease.objects.get(name=clock.HEARTBEAT).beaten_at


def test_it_stops_when_told(monkeypatch):
    stopped = threading.Event()
    stopped.set()
    clock.run(stopped)
