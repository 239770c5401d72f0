"""Somebody presses a button: it acts once, and says what came of it to whoever presses later."""

import logging
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import TelegramButton, User
from partners.telegram import bot, buttons, messages, talk
from partners.telegram.bot import BotError, Kind
from partners.telegram.buttons import Done, NotDone
from partners.telegram.incoming import Press
from sellercloudx.lib import formats

logger = logging.getLogger(__name__)

# Telegram takes 200 signs.
MOST = 200
MOST_OF_BEFORE = 150


def answer(press: Press) -> None:
    """Raises BotError, when pressing again would help."""
    words = _("Something broke on our side. Open the cabinet.")
    try:
        words = _pressed(press)
    finally:
        # Always: until then a clock turns on the button.
        _say(press, words)


def _pressed(press: Press) -> str:
    user = talk.user_of(press.chat)
    known = TelegramButton.objects.select_related("partner", "notification__user")
    token, _colon, said = press.token.partition(":")
    button = known.filter(token=token).first()
    if user is None or button is None or button.user_id != user.pk:
        return _("This button is not yours, or not ours.")
    if words := buttons.refusal(user, button.partner):
        return words
    if said == buttons.NO:
        _show(press, buttons.keyboard_of(button.notification) or [])
        return _("Nothing was done.")
    if said != buttons.YES and (really := buttons.asks_first(button)):
        _show(press, buttons.question(button, really))
        return _("Are you sure? Press once more.")
    if not _take(button, press):
        return _what_happened(button)
    return _done(button, user, press)


def _take(button: TelegramButton, press: Press) -> bool:
    """For the first press; also for the same one again, if a worker died before it was done."""
    now = timezone.now()
    own = TelegramButton.objects.filter(pk=button.pk)
    if own.filter(used_at=None, expires_at__gt=now).update(used_at=now, press=press.id):
        return True
    return own.filter(press=press.id, outcome="", used_at__isnull=False).exists()


def let_go(press: Press) -> None:
    """It came to nothing, however often it was tried: whoever presses again is no second one."""
    held = TelegramButton.objects.filter(press=press.id, outcome="", used_at__isnull=False)
    held.update(used_at=None, press="")


def _what_happened(button: TelegramButton) -> str:
    button.refresh_from_db()
    if button.outcome:
        return button.outcome
    return _("It is being done.") if button.used_at else _("This button is too old.")


def _done(button: TelegramButton, user: User, press: Press) -> str:
    own = TelegramButton.objects.filter(pk=button.pk)
    try:
        done = buttons.act(button, user)
        _send_document(done, press)
    except NotDone as error:
        if error.may_repeat:
            own.update(used_at=None)
            return error.words
        outcome = error.words
    else:
        outcome = f"{user.get_full_name()}, {formats.moment(timezone.now())}: {done.words}"
    own.update(outcome=outcome[:300])
    _edit(button, outcome, press)
    return outcome


def _send_document(done: Done, press: Press) -> None:
    if done.document is None:
        return
    try:
        bot.call("sendDocument", file=done.document, chat_id=str(press.chat.id))
    except BotError as error:
        logger.warning("Telegram took no document: %s", error)
        raise NotDone(_("Telegram took no file. Press again."), may_repeat=True) from error


def _edit(button: TelegramButton, outcome: str, press: Press) -> None:
    """The message says what became of it, and keeps the buttons that still make sense."""
    notice = button.notification
    said = [*_said_before(button), outcome]
    parts = [messages.text_of(notice), *(f"<b>{escape(words)}</b>" for words in said)]
    _call_edit(
        "editMessageText",
        press,
        text="\n\n".join(parts),
        parse_mode="HTML",
        link_preview_options={"is_disabled": True},
        reply_markup={"inline_keyboard": buttons.keyboard_of(notice) or []},
    )


def _said_before(button: TelegramButton) -> list[str]:
    """What came of the other buttons of the message, in turn, as far as there is room."""
    used = TelegramButton.objects.filter(notification=button.notification, used_at__isnull=False)
    others = used.exclude(pk=button.pk).exclude(outcome="").order_by("used_at")
    return [words[:MOST_OF_BEFORE] for words in others.values_list("outcome", flat=True)]


def _show(press: Press, keyboard: buttons.Keyboard) -> None:
    _call_edit("editMessageReplyMarkup", press, reply_markup={"inline_keyboard": keyboard})


def _call_edit(method: str, press: Press, **fields: Any) -> None:
    try:
        bot.call(method, chat_id=press.chat.id, message_id=press.message_id, **fields)
    except BotError as error:
        # It is done all the same, and a second press says so.
        logger.warning("a message was not edited: %s", error)


def _say(press: Press, words: str) -> None:
    try:
        bot.call("answerCallbackQuery", callback_query_id=press.id, text=words[:MOST])
    except BotError as error:
        # Telegram waits for an answer a minute or so.
        if error.kind != Kind.REFUSED:
            raise
