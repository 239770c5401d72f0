"""Who can write into the queue, but has not our secret, gets nothing done by the worker."""

import os
import pickle

import pytest
from huey import MemoryHuey

from sellercloudx import settings
from sellercloudx.lib import crypto, services


class Evil:
    """Opened as a pickle, it makes a file."""

    def __init__(self, path: str):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def queue(key: bytes) -> MemoryHuey:
    """As the settings make it, kept in memory."""
    made = services.queue_settings(
        key=key, workers=1, redis_url="", database_url="", data_dir=settings.DATA_DIR
    )
    return MemoryHuey("tests", immediate=False, serializer=made["serializer"])


@pytest.fixture
def ours():
    return queue(settings.HUEY["serializer"].secret)


def test_what_we_wrote_ourselves_is_done(ours):
    done = []
    task = ours.task(name="wake")(done.append)
    task("x")
    ours.execute(ours.dequeue())
    assert done == ["x"]


def test_a_strangers_pickle_is_not_even_opened(ours, tmp_path):
    ours.storage.enqueue(pickle.dumps(Evil(str(tmp_path / "made"))))
    with pytest.raises(ValueError):
        ours.dequeue()
    assert not (tmp_path / "made").exists()


def test_nor_is_one_signed_by_somebody_else(ours, tmp_path):
    signed = queue(b"guessed" * 5).serializer.serialize(Evil(str(tmp_path / "made")))
    ours.storage.enqueue(signed)
    with pytest.raises(ValueError, match="mismatch"):
        ours.dequeue()
    assert not (tmp_path / "made").exists()


def test_the_trap_does_snap_shut(tmp_path):
    """A queue without a signature would have opened it."""
    unsigned = MemoryHuey("tests", immediate=False)
    unsigned.storage.enqueue(pickle.dumps(Evil(str(tmp_path / "made"))))
    with pytest.raises(AttributeError):
        unsigned.dequeue()
    assert (tmp_path / "made").exists()


def test_the_key_is_a_purpose_of_its_own():
    assert settings.HUEY["serializer"].secret == crypto.derive_key(
        settings.SECRET_KEY, purpose="queue"
    )
