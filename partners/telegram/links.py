"""Whose chat it is: linked by a code that works once, let go of, sent away."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from partners import audit
from partners.models import Delivery, TelegramCode, TelegramLink, User
from partners.services import deliveries, notices

State = TelegramLink.State
LIFE = timedelta(minutes=15)


class BadCode(Exception):
    """Not a code of ours, used already, or too old."""


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
    """Whose this chat is now. Raises BadCode."""
    now = timezone.now()
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


def _link(user: User, chat_id: int, username: str) -> None:
    entry = audit.record("TELEGRAM_LINKED", actor=user, entity=user, after={"username": username})
    # Before there is a link: a letter warns whoever did not ask for it.
    notices.notify(
        users=[user],
        partner=None,
        kind="telegram_linked",
        data={"name": f"@{username}" if username else "Telegram"},
        url="",
        dedupe=f"telegram_linked:{entry.pk}",
    )
    TelegramLink.objects.filter(chat_id=chat_id).exclude(user=user).delete()
    TelegramLink.objects.update_or_create(
        user=user,
        defaults={
            "chat_id": chat_id,
            "username": username,
            "state": State.ACTIVE,
            "linked_at": timezone.now(),
        },
    )


def unlink(user: User) -> bool:
    """False where there was nothing to let go of."""
    with transaction.atomic():
        gone, _ = TelegramLink.objects.filter(user=user).delete()
        if gone:
            audit.record("TELEGRAM_UNLINKED", actor=user, entity=user)
            deliveries.hold(
                Delivery.objects.filter(channel=Delivery.Channel.TELEGRAM, notification__user=user)
            )
    return bool(gone)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
