"""Asks Telegram for news where it cannot call us: on a laptop, without https.

In a thread of its own, because a question lasts as long as nobody writes.
"""

import logging
import threading
import time
from datetime import timedelta
from typing import Any

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
# An answer that comes sooner without anything new is no answer of somebody who waits for news.
EARLY = 1.0
# Seconds to wait after the first question in vain, the second, and so on.
PAUSES = (1, 2, 4, 8, 16, 32, 60)


def run(stopped: threading.Event) -> None:
    """Until told to stop; what fails is logged, and asked again after a pause."""
    asker = Asker()
    while not stopped.wait(1):
        close_old_connections()
        try:
            until = timezone.now() + timedelta(seconds=TURN)
            if leases.take_turn("telegram.poll", until):
                asker.turn(stopped)
        except BotError as error:
            logger.warning("no news from Telegram: %s", error)
            asked_for = error.retry_after if error.kind == Kind.SLOW_DOWN else 0
            stopped.wait(max(asker.pause(), asked_for))
        except Exception:  # noqa: BLE001  the worker's loop: it must not stop
            logger.exception("asking Telegram stumbled")
            stopped.wait(asker.pause())
        finally:
            close_old_connections()


class Asker:
    """Asks less and less often while nothing comes of it."""

    def __init__(self) -> None:
        self._in_vain = 0
        self._has_removed_hook = False

    def turn(self, stopped: threading.Event) -> None:
        """The last answer comes before the turn is over. Raises BotError."""
        last = time.monotonic() + TURN - WAIT - ON_ITS_WAY
        while not stopped.is_set() and time.monotonic() < last:
            asked = time.monotonic()
            if self.ask() or time.monotonic() - asked >= EARLY:
                self._in_vain = 0
            else:
                stopped.wait(self.pause())

    def pause(self) -> int:
        """Seconds to wait after one more question in vain."""
        self._in_vain += 1
        return PAUSES[min(self._in_vain, len(PAUSES)) - 1]

    def ask(self) -> int:
        """One question; how many updates were new. Raises BotError."""
        try:
            return sum(updates.store(one) for one in _news())
        except BotError as error:
            if not self._may_remove_hook(error):
                raise
            self._has_removed_hook = True
            hook.remove_hook()
            return 0

    def _may_remove_hook(self, error: BotError) -> bool:
        """Once: whoever sets it again means it. Another who asks has none to remove."""
        is_of_hook = error.kind == Kind.CONFLICT and "webhook" in str(error).lower()
        return is_of_hook and not self._has_removed_hook


def _news() -> list[Any]:
    own = TelegramUpdate.objects.filter(bot_id=bot.bot_id())
    newest = own.aggregate(Max("update_id"))["update_id__max"]
    news = bot.call(
        "getUpdates",
        within=WAIT + ON_ITS_WAY,
        timeout=WAIT,
        allowed_updates=updates.WANTED,
        **({} if newest is None else {"offset": newest + 1}),
    )
    if not isinstance(news, list):
        raise BotError(Kind.UNREACHABLE, "news of another shape")
    return news
