"""Tells Telegram where to bring its news, once for each bot and address, and looks after it."""

import hashlib
import logging

from django.conf import settings
from django.core.cache import caches
from django.urls import reverse

from partners.telegram import bot
from partners.telegram.bot import BotError
from partners.telegram.updates import WANTED
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

_KEY = "telegram-webhook"
# Somebody else may take it away: a laptop with the same token, a hand in BotFather.
_CHECKED = "telegram-webhook-checked"
CHECKED_FOR = 15 * 60


def wake_due() -> None:
    """Called by the clock, which itself waits for nobody."""
    if not bot.is_on() or settings.IS_TELEGRAM_POLLED:
        return
    if caches["guard"].get(_KEY) != _mark():
        wake("partners.telegram.hook.set_hook")
    elif caches["guard"].add(_CHECKED, 1, CHECKED_FOR):
        wake("partners.telegram.hook.check_hook")


def set_hook() -> bool:
    """Whether Telegram knows now; if not, the clock asks again."""
    try:
        bot.call(
            "setWebhook",
            url=_address(),
            secret_token=settings.TELEGRAM_WEBHOOK_SECRET,
            allowed_updates=WANTED,
            max_connections=10,
        )
    except BotError as error:
        logger.warning("Telegram takes no webhook: %s", error)
        return False
    caches["guard"].set(_KEY, _mark(), None)
    caches["guard"].set(_CHECKED, 1, CHECKED_FOR)
    return True


def check_hook() -> bool:
    """Whether Telegram still knows; where it does not, it is told again."""
    try:
        known = bot.call("getWebhookInfo")
    except BotError as error:
        logger.warning("Telegram does not say where it brings its news: %s", error)
        return False
    known = known if isinstance(known, dict) else {}
    if known.get("last_error_message"):
        logger.warning("Telegram could not bring news: %s", str(known["last_error_message"])[:200])
    if known.get("url") == _address():
        return True
    logger.warning("somebody took Telegram's webhook away; it is set again")
    return set_hook()


def remove_hook() -> None:
    """Where the worker asks for news, none is brought. Raises BotError."""
    bot.call("deleteWebhook")
    caches["guard"].delete(_KEY)


def _address() -> str:
    return settings.PUBLIC_URL + reverse("partners:telegram_webhook")


def _mark() -> str:
    parts = (settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_WEBHOOK_SECRET, _address())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
