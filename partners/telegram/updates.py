"""Takes what Telegram tells us: kept at once, dealt with by the worker, each of them once."""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone, translation

from partners.models import TelegramCode, TelegramUpdate
from partners.telegram import bot, chats, incoming, presses, talk
from partners.telegram.bot import BotError, Kind
from partners.telegram.incoming import Left, Press, Text, Unreadable
from sellercloudx.lib.queue import wake

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
# After these somebody who waits for an answer has asked again.
ATTEMPTS = 3
AT_ONCE = 50
KEPT = timedelta(days=2)
# What we ask Telegram to tell us.
WANTED = ["message", "callback_query", "my_chat_member"]


def store(payload: Any) -> bool:
    """Keep one for the worker. False when it is none, or came before."""
    number = payload.get("update_id") if isinstance(payload, dict) else None
    if not isinstance(number, int) or not 0 <= number < 2**63:
        return False
    row, is_new = TelegramUpdate.objects.get_or_create(
        bot_id=bot.bot_id(),
        update_id=number,
        defaults={"payload": incoming.storable(payload), "due_at": timezone.now()},
    )
    if is_new:
        wake("partners.telegram.updates.handle", row.pk, is_urgent=True)
    return is_new


def wake_due() -> None:
    """Called by the clock: find those that no message woke anybody for."""
    for pk in _due().values_list("pk", flat=True)[:AT_ONCE]:
        wake("partners.telegram.updates.handle", pk)
    # Workers died over it, each time: nobody comes back to it by themselves.
    for row in _waiting().filter(attempts__gte=ATTEMPTS)[:AT_ONCE]:
        _give_up(row)


def sweep() -> None:
    """Called by the clock: longer than this Telegram repeats nothing."""
    old = timezone.now() - KEPT
    TelegramUpdate.objects.filter(received_at__lt=old).delete()
    TelegramCode.objects.filter(expires_at__lt=old).delete()


def handle(pk: int) -> bool:
    """Whether it is dealt with now."""
    due = _due().filter(pk=pk)
    if not due.update(due_at=timezone.now() + LEASE, attempts=F("attempts") + 1):
        return False
    row = TelegramUpdate.objects.get(pk=pk)
    try:
        _answer(row.payload)
    except Unreadable:
        logger.info("Telegram update %s is none for us", row.update_id)
    except BotError as error:
        logger.warning("no answer to Telegram update %s: %s", row.update_id, error)
        if error.kind in (Kind.UNREACHABLE, Kind.SLOW_DOWN) and row.attempts < ATTEMPTS:
            _put_off(row, timedelta(seconds=error.retry_after))
            return False
    except Exception:  # noqa: BLE001  an action fails in its own way
        logger.exception("Telegram update %s stumbled", row.update_id)
        if row.attempts >= ATTEMPTS:
            _give_up(row)
        return False
    _forget(row)
    return True


def _put_off(row: TelegramUpdate, pause: timedelta) -> None:
    """Until its lease ends, or for as long as Telegram asks, where that is longer."""
    if pause > LEASE:
        TelegramUpdate.objects.filter(pk=row.pk).update(due_at=timezone.now() + pause)


def _give_up(row: TelegramUpdate) -> None:
    """What was pressed may be pressed again."""
    with suppress(Unreadable):
        came = incoming.read(row.payload)
        if isinstance(came, Press):
            presses.let_go(came)
    _forget(row)


def _forget(row: TelegramUpdate) -> None:
    # Whom it is from and what they said is nobody's business any more.
    TelegramUpdate.objects.filter(pk=row.pk).update(handled_at=timezone.now(), payload={})


def _due() -> QuerySet[TelegramUpdate]:
    return _waiting().filter(attempts__lt=ATTEMPTS)


def _waiting() -> QuerySet[TelegramUpdate]:
    return TelegramUpdate.objects.filter(handled_at=None, due_at__lte=timezone.now())


def _answer(payload: dict[str, Any]) -> None:
    came = incoming.read(payload)
    if isinstance(came, Left):
        if came.is_blocked:
            chats.note_blocked(came.chat.id)
        else:
            chats.note_heard_from(came.chat.id, came.chat.username)
        return
    chats.note_heard_from(came.chat.id, came.chat.username)
    with translation.override(_language(came.chat)):
        if isinstance(came, Text):
            talk.answer(came)
        else:
            presses.answer(came)


def _language(chat: incoming.Chat) -> str:
    """The one they chose here; of a stranger, that of their Telegram."""
    user = talk.user_of(chat)
    if user:
        return user.language
    return chat.language if chat.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
