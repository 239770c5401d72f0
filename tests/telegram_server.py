"""A Bot API server on loopback: real HTTP, chats that people block, and faults on demand."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

TOKEN = "123456789:test-" + "x" * 30
USERNAME = "sellercloudx_test_bot"


class Telegram:
    """What the bot said, and what the people of the chats do."""

    def __init__(self):
        self.calls: list[tuple[str, dict[str, Any]]] = []
        # When each of them came.
        self.times: list[float] = []
        self.blocked: set[int] = set()
        self.unknown: set[int] = set()
        # Method -> what it does instead of its work: "hang", "garbage", "drop", 429, or a status
        # with an answer.
        self.faults: dict[str, Any] = {}
        self.updates: list[dict[str, Any]] = []
        self.hook: dict[str, Any] | None = None
        self.let_go = threading.Event()
        # Seconds that each message takes.
        self.pause = 0.0
        self._numbers = iter(range(1000, 10**9))
        self._lock = threading.Lock()

    def said_to(self, chat_id: int) -> list[str]:
        return [call["text"] for call in self.of("sendMessage") if call["chat_id"] == chat_id]

    def of(self, method: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.calls if name == method]

    def buttons(self) -> list[dict[str, str]]:
        """Of the newest message that has some."""
        keyboards = [
            call["reply_markup"] for call in self.of("sendMessage") if "reply_markup" in call
        ]
        return [button for row in keyboards[-1]["inline_keyboard"] for button in row]

    # --- What people do: updates as Telegram writes them.

    def text(self, chat_id: int, text: str, **sender: Any) -> dict[str, Any]:
        person = {"id": chat_id, "is_bot": False, "first_name": "Aziza"} | sender
        message = {"message_id": next(self._numbers), "from": person, "text": text}
        return self._update(message=message | {"chat": {"id": chat_id, "type": "private"}})

    def press(self, chat_id: int, data: str, message_id: int = 7) -> dict[str, Any]:
        message = {"message_id": message_id, "chat": {"id": chat_id, "type": "private"}}
        query = {"id": str(next(self._numbers)), "from": {"id": chat_id}, "data": data}
        return self._update(callback_query=query | {"message": message})

    def member(self, chat_id: int, status: str) -> dict[str, Any]:
        chat = {"id": chat_id, "type": "private"}
        change = {"chat": chat, "from": {"id": chat_id}, "new_chat_member": {"status": status}}
        return self._update(my_chat_member=change)

    def _update(self, **what: Any) -> dict[str, Any]:
        update = {"update_id": next(self._numbers)} | what
        self.updates.append(update)
        return update

    # --- What the Bot API does.

    def answer(self, method: str, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.calls.append((method, fields))
            self.times.append(time.monotonic())
        chat = int(fields.get("chat_id", 0))
        if chat in self.blocked:
            return _error(403, "Forbidden: bot was blocked by the user")
        if chat in self.unknown:
            return _error(400, "Bad Request: chat not found")
        return getattr(self, f"_{method}", self._done)(fields)

    def _done(self, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"ok": True, "result": True}

    def _getMe(self, fields):  # noqa: N802  the method's name
        return 200, {"ok": True, "result": {"id": 123456789, "username": USERNAME}}

    def _sendMessage(self, fields):  # noqa: N802
        time.sleep(self.pause)
        # Telegram counts what is left of the markup.
        if not 0 < len(unescape(re.sub("</?b>", "", fields.get("text", "")))) <= 4096:
            return _error(400, "Bad Request: message text is empty or too long")
        for row in fields.get("reply_markup", {}).get("inline_keyboard", []):
            if any(not 0 < len(button["callback_data"].encode()) <= 64 for button in row):
                return _error(400, "Bad Request: BUTTON_DATA_INVALID")
        return 200, {"ok": True, "result": {"message_id": next(self._numbers)}}

    def _setWebhook(self, fields):  # noqa: N802
        self.hook = fields
        return self._done(fields)

    def _deleteWebhook(self, fields):  # noqa: N802
        self.hook = None
        return self._done(fields)

    def _getWebhookInfo(self, fields):  # noqa: N802
        return 200, {"ok": True, "result": {"url": (self.hook or {}).get("url", "")}}

    def _getUpdates(self, fields):  # noqa: N802
        if self.hook is not None:
            return _error(409, "Conflict: can't use getUpdates method while webhook is active")
        until = time.monotonic() + fields.get("timeout", 0)
        while True:
            news = [u for u in self.updates if u["update_id"] >= fields.get("offset", 0)]
            if news or time.monotonic() > until:
                return 200, {"ok": True, "result": news}
            time.sleep(0.05)


def _error(code: int, words: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    said = {"ok": False, "error_code": code, "description": words}
    return code, said | ({"parameters": parameters} if parameters else {})


class _Handler(BaseHTTPRequestHandler):
    telegram: Telegram

    def do_POST(self):  # noqa: N802
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, token, method = self.path.split("/")
        fault = self.telegram.faults.get(method)
        if fault == "hang":
            self.telegram.let_go.wait(30)
            return
        if fault == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault == "garbage":
            self._send(200, b"<html>captive portal</html>")
        elif fault == 429:
            self._json(*_error(429, "Too Many Requests: retry after 7", retry_after=7))
        elif isinstance(fault, tuple):
            self.telegram.calls.append((method, self._fields(body)))
            self.telegram.times.append(time.monotonic())
            self._json(*fault)
        elif token != f"bot{TOKEN}":
            self._json(*_error(401, "Unauthorized"))
        else:
            self._json(*self.telegram.answer(method, self._fields(body)))

    def _fields(self, body: bytes) -> dict[str, Any]:
        kind = self.headers["Content-Type"]
        if kind.startswith("application/json"):
            return json.loads(body)
        parts = message_from_bytes(
            b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP
        )
        return {
            part.get_param("name", header="content-disposition"): (
                (part.get_filename(), part.get_content())
                if part.get_filename()
                else part.get_payload()
            )
            for part in parts.iter_parts()
        }

    def _json(self, status: int, said: dict[str, Any]) -> None:
        self._send(status, json.dumps(said).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Who asked may be dead by now."""


@pytest.fixture
def telegram(settings) -> Iterator[Telegram]:
    """A bot whose server is on this machine."""
    bot = Telegram()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"telegram": bot}))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.TELEGRAM_BOT_TOKEN = TOKEN
    settings.TELEGRAM_API_URL = f"http://127.0.0.1:{server.server_address[1]}"
    yield bot
    bot.let_go.set()
    server.shutdown()
    server.server_close()
