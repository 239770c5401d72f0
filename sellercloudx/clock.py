"""The worker's clock: wakes what is due, whether or not a message said so."""

import logging
import threading
from datetime import datetime, time, timedelta

from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from marketplaces import leases
from sellercloudx.lib.wiring import table

logger = logging.getLogger(__name__)

HEARTBEAT = "clock"
TICK = 1.0


def tick() -> None:
    """Do every turn whose time has come and which no other worker took."""
    turns = {HEARTBEAT: 1} | table("CLOCK")
    for name in leases.due_turns(list(turns)):
        if leases.take_turn(name, next_turn(turns[name])) and name != HEARTBEAT:
            _do(name)


def next_turn(after: int | time) -> datetime:
    """So many seconds from now, or the next time the clocks of Tashkent show this."""
    if isinstance(after, int):
        return timezone.now() + timedelta(seconds=after)
    now = timezone.localtime()
    today = now.replace(hour=after.hour, minute=after.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _do(name: str) -> None:
    try:
        import_string(name)()
    except Exception:  # noqa: BLE001  the worker's loop: one broken turn must not stop the rest
        logger.exception("%s failed", name)


def run(stopped: threading.Event) -> None:
    """Tick until told to stop; a tick that fails is logged and the next one comes all the same."""
    while not stopped.wait(TICK):
        close_old_connections()
        try:
            tick()
        except Exception:  # noqa: BLE001  the worker's loop: the clock must not stop
            logger.exception("the clock stumbled")
        finally:
            close_old_connections()
