"""Whether a chat still takes what the bot says."""

from django.db import transaction

from partners.models import TelegramLink
from sellercloudx.lib.wiring import emit

State = TelegramLink.State


@transaction.atomic
def note_blocked(chat_id: int) -> None:
    """Whoever finds it out first tells, in the app: elsewhere they may not hear of it."""
    link = TelegramLink.objects.filter(chat_id=chat_id).select_related("user").first()
    own = TelegramLink.objects.filter(chat_id=chat_id, state=State.ACTIVE)
    if own.update(state=State.BLOCKED) and link:
        emit("telegram_blocked", user=link.user)


def note_heard_from(chat_id: int, username: str) -> None:
    """They write to us, so we may write to them; people change their names."""
    TelegramLink.objects.filter(chat_id=chat_id).update(state=State.ACTIVE, username=username)
