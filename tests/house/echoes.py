"""Everything outside that we send something to, in one server; what it refuses, it quotes."""

import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import brotli

# Whom a key is for is sent it.
OWN = ("authorization", "x-api-key", "api-key")
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
# Mail to here is refused, and so is every question to an AI provider.
REFUSED = "refused@example.uz"


class Outside:
    def __init__(self, url: str):
        self.url = url
        self.mails: list[str] = []
        self.events: list[str] = []
        self.asked: list[str] = []


@contextmanager
def outside() -> Iterator[Outside]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.outside = Outside(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.outside
        server.shutdown()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = UNPACK.get(self.headers.get("Content-Encoding"), bytes)(body).decode()
        outside = self.server.outside
        if self.path.startswith("/api/1/"):
            outside.events.append(body)
            self._answer(200, {})
        elif self.path.startswith("/mail/") and REFUSED not in body:
            outside.mails.append(body)
            self._answer(201, {"messageId": "<1@example.uz>"})
        else:
            others = {n: said for n, said in self.headers.items() if n.lower() not in OWN}
            outside.asked.append(f"{self.path} {others} {body}")
            said = f"refused: {dict(self.headers.items())}"
            self._answer(401, {"message": said, "error": {"message": said, "type": "auth"}})

    def _answer(self, status: int, what: dict) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass
