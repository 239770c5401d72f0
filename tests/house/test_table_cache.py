"""The cache that stands in for Redis: shared by processes, and counting without loss."""

import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from sellercloudx.lib import table_cache
from sellercloudx.lib.table_cache import TableCache

ROOT = Path(__file__).resolve().parent.parent.parent
COUNT = """
import sys, threading
from sellercloudx.lib.table_cache import TableCache
from django.conf import settings
settings.configure()
cache = TableCache(sys.argv[1], {})
def count():
    for _ in range(25):
        cache.incr(sys.argv[2])
threads = [threading.Thread(target=count) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.fixture
def location(tmp_path):
    """The same kind of place as the settings would choose for this database."""
    return settings.DATABASE_URL or str(tmp_path / "cache.db")


@pytest.fixture
def cache(location):
    return TableCache(location, {"KEY_PREFIX": uuid.uuid4().hex})


def test_four_hundred_increments_from_four_processes_are_four_hundred(location):
    key = uuid.uuid4().hex
    cache = TableCache(location, {})
    cache.set(key, 0)
    counters = [
        subprocess.Popen([sys.executable, "-c", COUNT, location, key], cwd=ROOT) for _ in range(4)
    ]
    assert [counter.wait(60) for counter in counters] == [0, 0, 0, 0]
    assert cache.get(key) == 400


@pytest.fixture
def unused(location):
    """A place where the table has never been, as at the first start."""
    if "://" not in location:
        yield location
        return
    name = f"first_start_{uuid.uuid4().hex}"
    with psycopg.connect(location, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{location}{'&' if '?' in location else '?'}options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.mark.parametrize("attempt", range(5))
def test_eight_who_start_at_once_find_the_table_there(unused, attempt):
    """Web and worker, each with its threads, on a new database."""
    barrier, opened = threading.Barrier(8), []

    def start():
        barrier.wait()
        backend = table_cache._opened(unused)
        with backend.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cache_entries")
            opened.append(cursor.fetchone()[0])
        if isinstance(backend, table_cache._Postgres):
            backend.pool.close()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [0] * 8


def test_of_many_who_add_at_once_one_wins(cache):
    barrier, wins = threading.Barrier(16), []

    def add():
        barrier.wait()
        wins.append(cache.add("lock", 1))

    threads = [threading.Thread(target=add) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wins) == [False] * 15 + [True]


@pytest.mark.parametrize("value", [0, 7, -3, 10**15, "so‘m", None, {"a": [1, 2]}, True, 1.5])
def test_it_keeps_a_value(cache, value):
    cache.set("key", value)
    got = cache.get("key", "absent")
    assert (got, type(got)) == (value, type(value))


def test_a_value_is_gone_after_its_time_and_can_be_added_again(cache):
    cache.set("key", "old", timeout=0.05)
    time.sleep(0.1)
    assert cache.get("key") is None
    assert cache.touch("key", 10) is False
    assert cache.add("key", "new") is True
    assert cache.get("key") == "new"


def test_counting_what_is_not_there_is_refused(cache):
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")


def test_counting_keeps_the_time_of_the_first(cache):
    cache.add("key", 1, timeout=0.2)
    assert (cache.incr("key"), cache.incr("key", 5), cache.decr("key")) == (2, 7, 6)
    time.sleep(0.25)
    assert cache.get("key") is None


def test_sweeping_forgets_only_what_has_expired(cache):
    cache.set("old", 1, timeout=0.01)
    cache.set("kept", 2, timeout=None)
    time.sleep(0.05)
    assert cache.delete_expired() >= 1
    assert (cache.get("old"), cache.get("kept")) == (None, 2)


def test_deleting_says_whether_there_was_something(cache):
    cache.set("key", 1)
    assert (cache.delete("key"), cache.delete("key")) == (True, False)
