"""A mail server on loopback that keeps what arrives, and when."""

import socketserver
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest


class Letters(list[EmailMessage]):
    """What arrived at `host` and `port`; `times` are those of a clock that only goes on."""

    def __init__(self, host: str, port: int):
        super().__init__()
        self.host, self.port = host, port
        self.times: list[float] = []
        # Seconds that each letter takes.
        self.pause = 0.0

    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self]


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib needs."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        while command := self.rfile.readline().strip().upper():
            if command.startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self._keep(message_from_bytes(self._body(), policy=policy.default))
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")

    def _keep(self, letter: EmailMessage) -> None:
        with self.server.lock:
            self.server.letters.append(letter)
            self.server.letters.times.append(time.monotonic())
        time.sleep(self.server.letters.pause)

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Who wrote may be dead by now."""


@pytest.fixture
def letters(settings) -> Iterator[Letters]:
    """What arrived at a mail server on this machine."""
    with _Server(("127.0.0.1", 0), _Smtp) as server:
        server.lock = threading.Lock()
        server.letters = Letters(*server.server_address)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server.letters
        server.shutdown()
