"""Speaks to Telegram as our bot: one call, one deadline, and what went wrong in five words."""

from enum import StrEnum
from typing import Any

import httpx
from django.conf import settings
from django.core.cache import caches

from sellercloudx.lib import tls
from sellercloudx.lib.deadline import Deadline, keep

DEADLINE = 10.0
LARGEST_ANSWER = 4 * 1024 * 1024
A_DAY = 24 * 3600


class Kind(StrEnum):
    # The person sent the bot away, or deleted their account.
    BLOCKED = "blocked"
    # There is no such chat.
    GONE = "gone"
    SLOW_DOWN = "slow_down"
    # No answer, or none that is theirs.
    UNREACHABLE = "unreachable"
    # Our token is none of theirs.
    TOKEN = "token"  # noqa: S105  the name of a trouble
    # Somebody else asks for the news, or they are sent by webhook.
    CONFLICT = "conflict"
    REFUSED = "refused"


class BotError(Exception):
    """`kind` says what to do; the text is Telegram's, without the token."""

    def __init__(self, kind: Kind, words: str = "", *, retry_after: int = 0):
        super().__init__(words or str(kind))
        self.kind, self.retry_after = kind, retry_after


def is_on() -> bool:
    return bool(settings.TELEGRAM_BOT_TOKEN)


def bot_id() -> int:
    return int(settings.TELEGRAM_BOT_TOKEN.partition(":")[0])


def call(
    method: str,
    *,
    within: float = DEADLINE,
    file: tuple[str, bytes, str] | None = None,
    **fields: Any,
) -> Any:
    """What a method of the Bot API gives back, after at most `within` seconds. Raises BotError.

    `file` is name, content and type of a document to send.
    """
    url = f"{settings.TELEGRAM_API_URL}/bot{settings.TELEGRAM_BOT_TOKEN}/{method}"
    if file:
        request = httpx.Request("POST", url, data=fields, files={"document": file})
    else:
        request = httpx.Request("POST", url, json=fields)
    with httpx.Client(verify=tls.trusted(), timeout=within) as client:
        keep(client, Deadline(within))
        try:
            return _read(client.send(request, stream=True))
        except httpx.HTTPError as error:
            # Without its text, in which the address stands.
            raise BotError(Kind.UNREACHABLE, type(error).__name__) from None


def _read(answer: httpx.Response) -> Any:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise BotError(Kind.UNREACHABLE, "too long an answer")
    try:
        said = httpx.Response(answer.status_code, content=body).json()
    except ValueError:
        raise BotError(Kind.UNREACHABLE, f"no JSON, status {answer.status_code}") from None
    if not isinstance(said, dict):
        raise BotError(Kind.UNREACHABLE, "an answer of another shape")
    if said.get("ok") is True:
        return said.get("result")
    raise _error(said)


def _error(said: dict[str, Any]) -> BotError:
    code, words = said.get("error_code"), str(said.get("description", ""))[:200]
    kinds = {
        401: Kind.TOKEN,
        403: Kind.BLOCKED,
        404: Kind.TOKEN,
        409: Kind.CONFLICT,
        429: Kind.SLOW_DOWN,
    }
    if code == 400:
        return BotError(Kind.GONE if "chat not found" in words else Kind.REFUSED, words)
    if isinstance(code, int) and code in kinds:
        return BotError(kinds[code], words, retry_after=_pause(said))
    return BotError(Kind.UNREACHABLE, words)


def _pause(said: dict[str, Any]) -> int:
    """Seconds; what they say, when it is a number that makes sense."""
    parameters = said.get("parameters")
    pause = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return min(pause, A_DAY) if isinstance(pause, int) and pause > 0 else 30


def say(chat_id: int, text: str, *, buttons: list[list[dict[str, str]]] | None = None) -> None:
    """A message in Telegram's HTML: whoever writes it has escaped what is not ours."""
    fields: dict[str, Any] = {"reply_markup": {"inline_keyboard": buttons}} if buttons else {}
    call(
        "sendMessage",
        chat_id=chat_id,
        text=text,
        parse_mode="HTML",
        # Nobody opens a link but the reader.
        link_preview_options={"is_disabled": True},
        **fields,
    )


def name() -> str:
    """The bot's own, for links that open a chat with it. Raises BotError."""
    key = f"telegram-name:{bot_id()}"
    known = caches["guard"].get(key)
    if known is None:
        me = call("getMe")
        known = str(me.get("username", "")) if isinstance(me, dict) else ""
        if not known:
            raise BotError(Kind.UNREACHABLE, "a bot without a name")
        caches["guard"].set(key, known, A_DAY)
    return known
