"""Asks Telegram for news where it cannot call us: on a laptop, without https.

In a thread of its own, because a question lasts as long as nobody writes.
"""

import logging
import threading
import time
from datetime import timedelta

from django.db import close_old_connections
from django.db.models import Max
from django.utils import timezone

from marketplaces import leases
from partners.models import TelegramUpdate
from partners.telegram import bot, hook, updates
from partners.telegram.bot import BotError, Kind

logger = logging.getLogger(__name__)

# One worker asks for so long; when it dies, another goes on after that.
TURN = 30
# How long one question waits for news, and the answer for its way.
WAIT, ON_ITS_WAY = 5, 5
AFTER_FAILURE = 5.0


def run(stopped: threading.Event) -> None:
    """Until told to stop; what fails is logged, and asked again after a pause."""
    while not stopped.wait(1):
        close_old_connections()
        try:
            until = timezone.now() + timedelta(seconds=TURN)
            if leases.take_turn("telegram.poll", until):
                _turn(stopped)
        except BotError as error:
            logger.warning("no news from Telegram: %s", error)
            stopped.wait(AFTER_FAILURE)
        except Exception:  # noqa: BLE001  the worker's loop: it must not stop
            logger.exception("asking Telegram stumbled")
            stopped.wait(AFTER_FAILURE)
        finally:
            close_old_connections()


def _turn(stopped: threading.Event) -> None:
    """The last answer comes before the turn is over."""
    last = time.monotonic() + TURN - WAIT - ON_ITS_WAY
    while not stopped.is_set() and time.monotonic() < last:
        ask()


def ask() -> int:
    """One question; how many updates were new. Raises BotError."""
    own = TelegramUpdate.objects.filter(bot_id=bot.bot_id())
    newest = own.aggregate(Max("update_id"))["update_id__max"]
    try:
        news = bot.call(
            "getUpdates",
            within=WAIT + ON_ITS_WAY,
            timeout=WAIT,
            allowed_updates=updates.WANTED,
            **({} if newest is None else {"offset": newest + 1}),
        )
    except BotError as error:
        if error.kind != Kind.CONFLICT:
            raise
        hook.remove_hook()
        return 0
    return sum(updates.store(one) for one in news) if isinstance(news, list) else 0
