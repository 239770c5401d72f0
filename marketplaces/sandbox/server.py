"""HTTP/1.1 on the standard library: one thread per connection, kept alive."""

import logging
import select
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import cast

from sellercloudx.lib.content_length import is_longer

from .messages import Answer, Delivery, Request

logger = logging.getLogger(__name__)
LARGEST_BODY = 64 * 1024 * 1024
SLOW_PIECES = 20


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sellercloudx-sandbox"
    sys_version = ""
    timeout = 60
    wbufsize = -1  # one packet per answer
    disable_nagle_algorithm = True

    def handle_any(self) -> None:
        length = self._content_length()
        if length is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length) if length else b""
        peer = self.client_address[0]
        request = Request.parse(self.command, self.path, headers, body, peer)
        request.is_gone = self._is_gone
        server = cast("Server", self.server)
        self._send(server.respond(request))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

    def _is_gone(self) -> bool:
        """The caller has closed its end; asked by other calls' threads, so nothing is taken."""
        try:
            readable = select.select([self.connection], [], [], 0)[0]
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True
        except (OSError, ValueError):
            return False

    def _content_length(self) -> int | None:
        raw = self.headers.get("Content-Length") or "0"
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            self._send(Answer(411, b"Length Required", "text/plain"))
        elif is_longer(raw, than=LARGEST_BODY):
            self._send(Answer(413, b"Payload Too Large", "text/plain"))
        else:
            return int(raw)
        self.close_connection = True
        return None

    def _send(self, answer: Answer) -> None:
        if answer.delivery is Delivery.LOST:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        if answer.delivery is Delivery.HALF:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
        elif answer.delivery is Delivery.SLOW:
            self._drip(answer.body)
        else:
            self.wfile.write(answer.body)

    def _drip(self, body: bytes) -> None:
        step = max(1, len(body) // SLOW_PIECES)
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            self.wfile.flush()
            time.sleep(0.05)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the control API shows the calls seen."""


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], respond: Callable[[Request], Answer]):
        super().__init__(address, Handler)
        self.respond = respond

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who hangs up is everyday here; anything else is our own fault."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError, socket.timeout)):
            logger.exception("connection broke")


def serve_in_thread(server: Server) -> threading.Thread:
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True
    )
    thread.start()
    return thread
