"""What a worker starts with; Huey finds this module by its name."""

import threading
from collections.abc import Callable

from django.conf import settings
from huey.contrib.djhuey import HUEY, on_shutdown, on_startup

from sellercloudx import clock, telegram_poll
from sellercloudx.lib import collecting, queue

__all__ = ["queue"]

_stopped = threading.Event()
_started = threading.Lock()


@on_startup()
def start_clock() -> None:
    """Called in every worker thread; the first one starts the process's clock."""
    if _started.acquire(blocking=False):
        if hasattr(HUEY.storage, "initialize_schema"):
            HUEY.storage.initialize_schema()
        collecting.leave_what_stays()
        _start(clock.run, "clock")
        if settings.IS_TELEGRAM_POLLED:
            _start(telegram_poll.run, "telegram")


def _start(loop: Callable[[threading.Event], None], name: str) -> None:
    threading.Thread(target=loop, args=(_stopped,), name=name, daemon=True).start()


@on_shutdown()
def stop_clock() -> None:
    _stopped.set()
