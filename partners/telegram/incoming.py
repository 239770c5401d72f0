"""What Telegram tells us, read with care: only the secret says that it comes from there."""

import math
from dataclasses import dataclass
from typing import Any

# Nobody types a longer command; a code has 32 signs.
LONGEST_TEXT = 200


class Unreadable(Exception):
    """Of another shape than the Bot API describes, or from a group."""


@dataclass(frozen=True)
class Chat:
    """A person's own chat with the bot: there its number is that of the person."""

    id: int
    username: str
    language: str


@dataclass(frozen=True)
class Text:
    chat: Chat
    text: str

    @property
    def command(self) -> tuple[str, str]:
        """Its name without the slash and the bot's, and what stands behind; "" when it is none."""
        word, _, rest = self.text.strip().partition(" ")
        name = word.partition("@")[0]
        return (name[1:].lower(), rest.strip()) if name.startswith("/") else ("", self.text)


@dataclass(frozen=True)
class Press:
    """Somebody pressed a button under a message of ours."""

    chat: Chat
    id: str
    token: str
    message_id: int


@dataclass(frozen=True)
class Left:
    """They sent the bot away, or let it in again."""

    chat: Chat
    is_blocked: bool


def storable(value: Any) -> Any:
    """The same without what PostgreSQL takes in no JSON: NUL, half characters, no numbers."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read(payload: dict[str, Any]) -> Text | Press | Left:
    """Raises Unreadable."""
    try:
        if "callback_query" in payload:
            return _press(payload["callback_query"])
        if "my_chat_member" in payload:
            return _left(payload["my_chat_member"])
        message = payload["message"]
        text = message.get("text", "")
        if not isinstance(text, str):
            raise Unreadable
        return Text(_chat(message["chat"], message["from"]), text[:LONGEST_TEXT])
    except (LookupError, TypeError, AttributeError) as error:
        raise Unreadable from error


def _press(query: dict[str, Any]) -> Press:
    message = query["message"]
    chat = _chat(message["chat"], query["from"])
    return Press(
        chat, str(query["id"])[:64], str(query["data"])[:64], _number(message["message_id"])
    )


def _left(change: dict[str, Any]) -> Left:
    chat = _chat(change["chat"], change["from"])
    return Left(chat, is_blocked=change["new_chat_member"]["status"] == "kicked")


def _chat(chat: dict[str, Any], sender: dict[str, Any]) -> Chat:
    if chat["type"] != "private" or chat["id"] != sender["id"]:
        raise Unreadable
    username = str(sender.get("username") or "")[:64]
    return Chat(_number(chat["id"]), username, str(sender.get("language_code") or "")[:2])


def _number(value: object) -> int:
    """Within what a column holds."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise Unreadable
    return value
