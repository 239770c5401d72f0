"""What a person waits for goes before what is only read, on every kind of queue."""

import uuid

import huey
import pytest
from django.conf import settings

from sellercloudx.lib import services
from sellercloudx.lib.queue import URGENT

URLS = {"redis": settings.REDIS_URL if hasattr(settings, "REDIS_URL") else "", "file": ""}


@pytest.fixture(params=URLS)
def queue(request, tmp_path):
    redis_url = URLS[request.param]
    if request.param == "redis" and not redis_url:
        pytest.skip("no Redis here")
    wanted = services.queue_settings(
        key=b"k" * 32, workers=1, redis_url=redis_url, database_url="", data_dir=tmp_path
    )
    place = {name: wanted[name] for name in ("url", "filename", "serializer") if name in wanted}
    made = getattr(huey, wanted["huey_class"].rpartition(".")[2])(uuid.uuid4().hex, **place)
    yield made
    made.flush()


def test_it_overtakes_and_the_rest_stays_in_turn(queue):
    said = []

    @queue.task()
    def say(word):
        said.append(word)

    say("first")
    say("second")
    say("urgent", priority=URGENT)
    while task := queue.dequeue():
        queue.execute(task)
    assert said == ["urgent", "first", "second"]
