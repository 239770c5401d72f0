"""People with a chat, and the worker that deals with what they write."""

from django.utils import timezone

from partners.models import TelegramLink, TelegramUpdate
from partners.telegram import updates

CHAT = 5_000_000_001


def link(user, chat_id=CHAT, **fields) -> TelegramLink:
    return TelegramLink.objects.create(
        user=user, chat_id=chat_id, linked_at=timezone.now(), **fields
    )


def hear(update) -> None:
    """Telegram brings it, and the worker deals with it."""
    updates.store(update)
    for row in TelegramUpdate.objects.filter(handled_at=None):
        updates.handle(row.pk)
