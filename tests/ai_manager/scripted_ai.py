"""A server that speaks both providers' formats and says whatever it is told to, in turn."""

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "scripted-not-a-model"


LONGEST_DRIP = 60


@dataclass(frozen=True)
class Drip:
    """For `says`: an answer that begins so and never ends."""

    begins: bytes


STATUS_LINE = b"HTTP/1.1 200 OK\r\n"
JSON = b"Content-Type: application/json\r\n"
DRIPS = {
    "a header": Drip(STATUS_LINE + b"X-Slow: "),
    "a body of known length": Drip(STATUS_LINE + JSON + b"Content-Length: 100000\r\n\r\n{"),
    "a body until the end": Drip(STATUS_LINE + JSON + b"Connection: close\r\n\r\n{"),
    "an error": Drip(b"HTTP/1.1 500 Oops\r\n" + JSON + b"Content-Length: 100000\r\n\r\n{"),
}


class ScriptedAI:
    """`says` holds what comes next: a dict or text to answer, a number, a Drip or a function."""

    def __init__(self):
        self.says: list = []
        self.asked: list[dict] = []
        self.dripped_out = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._server.server_close()

    @property
    def prompts(self) -> list[str]:
        return [json.dumps(body, ensure_ascii=False) for body in self.asked]

    def _handler(scripted):  # noqa: N805  `self` is the request inside
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                scripted.asked.append(body | {"path": self.path})
                next_one = scripted.says.pop(0) if scripted.says else 500
                with suppress(OSError):
                    if isinstance(next_one, Drip):
                        self._drip(next_one)
                    else:
                        self._send(*scripted._answer(self.path, next_one))

            def _drip(self, drip):
                """A letter every fiftieth of a second, without end: never silent, never done."""
                self.close_connection = True
                self.wfile.write(drip.begins)
                ends = time.monotonic() + LONGEST_DRIP
                while time.monotonic() < ends:
                    self.wfile.write(b"x")
                    time.sleep(0.02)
                scripted.dripped_out = True

            def _send(self, status, answer):
                kind = "text/html" if answer.startswith("<") else "application/json"
                data = answer.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("x-request-id", "req_scripted")
                self.send_header("request-id", "req_scripted")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass

        return Handler

    def _answer(self, path: str, said) -> tuple[int, str]:
        if callable(said):
            said = said()
        if isinstance(said, int):
            return said, json.dumps({"error": {"message": "told to fail", "type": "x"}})
        if isinstance(said, str) and said.startswith(("<", "raw:")):
            return 200, said.removeprefix("raw:")
        text = json.dumps(said, ensure_ascii=False) if isinstance(said, dict) else said
        return 200, json.dumps(openai(text) if "openai" in path else anthropic(text))


def slowly(seconds: float):
    """For `says`: keeps the caller waiting, then fails."""

    def wait():
        time.sleep(seconds)
        return 500

    return wait


def openai(text: str) -> dict:
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"id": "m", "type": "message", "role": "assistant", "status": "completed"}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": MODEL,
        "status": "completed",
        "output": [message | {"content": [part]}],
        "usage": {
            "input_tokens": 300,
            "input_tokens_details": {"cached_tokens": 100},
            "output_tokens": 70,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 370,
        },
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def anthropic(text: str) -> dict:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 200, "cache_read_input_tokens": 100, "output_tokens": 70},
    }


def card(**changed) -> dict:
    """A model's answer that stands, for the teapot of conftest.py."""
    return {
        "title_uz": "Choynak Rishton «Paxta», oq, 1 l",
        "title_ru": "Чайник Rishton «Paxta», белый, 1 л",
        "description_uz": "Rishton brendining oq choynagi. Hajmi 1 l.",
        "description_ru": "Белый чайник Rishton. Объём 1 л.",
        "bullets_uz": ["Rangi: oq", "Hajmi: 1 l"],
        "bullets_ru": ["Цвет: белый", "Объём: 1 л"],
        "search_terms_uz": ["choynak"],
        "search_terms_ru": ["чайник"],
        "attributes": {},
    } | changed
