"""Tells Telegram where to bring its news, once for each bot and address."""

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


def wake_due() -> None:
    """Called by the clock, which itself waits for nobody."""
    is_wanted = bot.is_on() and not settings.IS_TELEGRAM_POLLED
    if is_wanted and caches["guard"].get(_KEY) != _mark():
        wake("partners.telegram.hook.set_hook")


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
    return True


def remove_hook() -> None:
    """Where the worker asks for news, none is brought. Raises BotError."""
    bot.call("deleteWebhook")
    caches["guard"].delete(_KEY)


def _address() -> str:
    return settings.PUBLIC_URL + reverse("partners:telegram_webhook")


def _mark() -> str:
    parts = (settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_WEBHOOK_SECRET, _address())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
