"""Whether a chat still takes what the bot says."""

from partners.models import TelegramLink

State = TelegramLink.State


def note_blocked(chat_id: int) -> None:
    TelegramLink.objects.filter(chat_id=chat_id).update(state=State.BLOCKED)


def note_heard_from(chat_id: int, username: str) -> None:
    """They write to us, so we may write to them; people change their names."""
    TelegramLink.objects.filter(chat_id=chat_id).update(state=State.ACTIVE, username=username)
