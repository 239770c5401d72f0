"""What people are told, as a message of our bot in their language."""

from collections.abc import Iterable
from datetime import timedelta
from html import escape

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Notification, TelegramLink, User
from partners.services import letters
from partners.services.notice_kinds import NoticeKind
from partners.services.outcomes import NobodyThere, Refused, SlowDown, Unreachable
from partners.services.wording import words_of
from partners.telegram import bot, buttons, chats
from partners.telegram.bot import BotError, Kind

# Telegram takes 4096 signs.
MOST = 3800
MOST_OF_TITLE, MOST_OF_TEXT = 400, 3000


def is_on() -> bool:
    return bot.is_on()


def reached(people: Iterable[User], kind: NoticeKind) -> set[int]:
    """Those who have linked it. A key goes there only where no letter can bring it."""
    if not is_on():
        return set()
    people = [user for user in people if not (kind.is_key and user.email and letters.is_on())]
    links = TelegramLink.objects.filter(user__in=people, state=TelegramLink.State.ACTIVE)
    return set(links.values_list("user", flat=True))


def send(notice: Notification) -> None:
    """Raises what `outcomes` names."""
    user = notice.user
    if user is None:
        raise NobodyThere
    with translation.override(user.language):
        _say(user, text_of(notice), buttons.keyboard_of(notice))


def send_digest(user: User, notices: list[Notification]) -> None:
    """All of them in one message, as many as it holds. Raises as `send` does."""
    with translation.override(user.language):
        parts, size = [f"<b>{escape(_('The news of the day'))}</b>"], 0
        for place, notice in enumerate(notices):
            part = text_of(notice)
            size += len(part)
            if size > MOST:
                parts.append(escape(_more(len(notices) - place)))
                break
            parts.append(part)
        _say(user, "\n\n".join(parts))


def text_of(notice: Notification) -> str:
    """In HTML, where nothing but the bold title is markup."""
    title, text = words_of(notice)
    parts = [f"<b>{escape(title[:MOST_OF_TITLE])}</b>", escape(text[:MOST_OF_TEXT])]
    return "\n".join(filter(None, [*parts, escape(letters.link(notice))]))


def _more(left: int) -> str:
    return ngettext("And %(n)d more in the cabinet.", "And %(n)d more in the cabinet.", left) % {
        "n": left
    }


def _say(user: User, text: str, keyboard: buttons.Keyboard | None = None) -> None:
    link = TelegramLink.objects.filter(user=user, state=TelegramLink.State.ACTIVE).first()
    if link is None:
        raise NobodyThere
    try:
        bot.say(link.chat_id, text, buttons=keyboard)
    except BotError as error:
        raise _outcome(error, link) from error


def _outcome(error: BotError, link: TelegramLink) -> Exception:
    if error.kind in (Kind.BLOCKED, Kind.GONE):
        chats.note_blocked(link.chat_id)
        return NobodyThere(str(error))
    if error.kind == Kind.SLOW_DOWN:
        return SlowDown(timedelta(seconds=error.retry_after))
    if error.kind == Kind.REFUSED:
        return Refused(str(error))
    return Unreachable(str(error))
