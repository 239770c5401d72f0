"""Whose chat it is: linked by a code that works once, let go of, sent away."""

import hashlib
import secrets
from datetime import timedelta
from html import escape

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partners import audit
from partners.models import AuditLog, Delivery, Partner, TelegramCode, TelegramLink, User
from partners.services import deliveries, notices
from partners.telegram import bot
from partners.telegram.bot import BotError, Kind
from sellercloudx.lib.queue import wake

State = TelegramLink.State
LIFE = timedelta(minutes=15)


class BadCode(Exception):
    """Not a code of ours, used already, or too old."""


def was_linked(user: User) -> bool:
    """Ever: a link that was let go of a moment ago guards the next one as if it still stood."""
    made = AuditLog.objects.filter(
        entity_type="user", entity_id=str(user.pk), action="TELEGRAM_LINKED"
    )
    return TelegramLink.objects.filter(user=user).exists() or made.exists()


def new_code(user: User) -> str:
    """The one code of theirs that works from now on."""
    code = secrets.token_urlsafe(24)
    with transaction.atomic():
        TelegramCode.objects.filter(user=user, used_at=None).delete()
        TelegramCode.objects.create(
            user=user, code_hash=_hash(code), expires_at=timezone.now() + LIFE
        )
    return code


def use_code(code: str, *, chat_id: int, username: str) -> User:
    """Whose this chat is now. Raises BadCode, and BotError where the chat before cannot be told."""
    now = timezone.now()
    _warn_chat_before(code, chat_id, username)
    with transaction.atomic():
        codes = TelegramCode.objects.filter(code_hash=_hash(code))
        used = codes.filter(used_at=None, expires_at__gt=now).update(used_at=now)
        user = User.objects.filter(telegram_codes__in=codes, is_active=True).first()
        if user is None:
            raise BadCode
        if used:
            _link(user, chat_id, username)
        elif not TelegramLink.objects.filter(user=user, chat_id=chat_id).exists():
            raise BadCode
    # The same chat may send the same code again: Telegram repeats itself.
    return user


def _warn_chat_before(code: str, chat_id: int, username: str) -> None:
    """The chat that loses its place hears of it itself, and first: afterwards nothing leads there.

    An account without email has no other way to learn that somebody took it over.
    """
    codes = TelegramCode.objects.filter(
        code_hash=_hash(code), used_at=None, expires_at__gt=timezone.now()
    )
    before = TelegramLink.objects.filter(user__telegram_codes__in=codes, user__is_active=True)
    link = before.exclude(chat_id=chat_id).select_related("user").first()
    if link is None:
        return
    with translation.override(link.user.language):
        words = _(
            "From now on SellerCloudX writes to another chat instead of this one: %(name)s. If it "
            "was not you, change your password at once and link Telegram anew."
        ) % {"name": f"@{username}" if username else "Telegram"}
    _tell_chat(link.chat_id, words)


def _tell_chat(chat_id: int, words: str) -> None:
    """Raises BotError, unless there is nobody any more."""
    try:
        bot.say(chat_id, escape(words, quote=False))
    except BotError as error:
        if error.kind not in (Kind.BLOCKED, Kind.GONE, Kind.REFUSED):
            raise


def _link(user: User, chat_id: int, username: str) -> None:
    _take_from_others(user, chat_id)
    entry = _record("TELEGRAM_LINKED", of=user, by=user, after={"username": username})
    # Before there is a link: a letter warns whoever did not ask for it.
    notices.notify(
        users=[user],
        partner=None,
        kind="telegram_linked",
        data={"name": f"@{username}" if username else "Telegram"},
        url="",
        dedupe=f"telegram_linked:{entry.pk}",
    )
    TelegramLink.objects.update_or_create(
        user=user,
        defaults={
            "chat_id": chat_id,
            "username": username,
            "state": State.ACTIVE,
            "linked_at": timezone.now(),
        },
    )


def _take_from_others(user: User, chat_id: int) -> None:
    """A chat is one person's: whoever had it hears that they have it no more."""
    for link in TelegramLink.objects.filter(chat_id=chat_id).exclude(user=user):
        entry = _let_go(link.user, by=user)
        if entry is None:
            continue
        notices.notify(
            users=[link.user],
            partner=None,
            kind="telegram_taken",
            data={"name": f"@{link.username}" if link.username else "Telegram"},
            url=settings_of(link.user),
            dedupe=f"telegram_taken:{entry.pk}",
        )


def tell_blocked(user: User) -> None:
    """Once a day at most, however often they send the bot away and let it in."""
    notices.notify(
        users=[user],
        partner=None,
        kind="telegram_blocked",
        data={},
        url=settings_of(user),
        dedupe=f"telegram_blocked:{timezone.localdate()}",
    )


def settings_of(user: User) -> str:
    """The page on which this person links Telegram."""
    staff = "staff_" if user.is_staff else ""
    return reverse(f"partners:{staff}notice_settings")


def unlink(user: User) -> bool:
    """False where there was nothing to let go of."""
    return _let_go(user, by=user) is not None


@transaction.atomic
def _let_go(user: User, *, by: User) -> AuditLog | None:
    """What waits for the chat goes there no more, whoever has it next."""
    gone, _by_table = TelegramLink.objects.filter(user=user).delete()
    if not gone:
        return None
    entry = _record("TELEGRAM_UNLINKED", of=user, by=by)
    deliveries.hold(
        Delivery.objects.filter(channel=Delivery.Channel.TELEGRAM, notification__user=user)
    )
    return entry


def _record(action: str, *, of: User, by: User, after: dict[str, str] | None = None) -> AuditLog:
    """In the history of each company they work for; of our own people, in nobody's."""
    companies = Partner.objects.filter(members__user=of).order_by("pk")
    those: list[Partner | None] = [*companies] or [None]
    rows = [audit.record(action, partner=one, actor=by, entity=of, after=after) for one in those]
    return rows[0]


def unlink_here(user: User) -> bool:
    """As `unlink`, asked for in the cabinet: the chat itself hears of it."""
    link = TelegramLink.objects.filter(user=user, state=State.ACTIVE).first()
    is_gone = unlink(user)
    if is_gone and link:
        wake("partners.telegram.links.say_goodbye", link.chat_id, user.language, is_urgent=True)
    return is_gone


def say_goodbye(chat_id: int, language: str) -> None:
    """Called in the worker. Raises BotError."""
    with translation.override(language):
        words = _(
            "Unlinked in the cabinet: nothing is sent here any more. If it was not you, change "
            "your password at once."
        )
    _tell_chat(chat_id, words)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
