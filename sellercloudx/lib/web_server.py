"""Who speaks slowly waits here, and holds none of the threads that make pages.

waitress gathers a request until it is whole, and sends an answer as fast as it is taken. Added:
deadlines by the pace of the whole, room for the next one where too many wait, and the shortest
question answered at once.
"""

import re
import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, Task, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import RequestEntityTooLarge

# Seconds that a client may take for anything, and the bytes a second it owes from then on: a photo
# over a poor mobile line is let through, a byte now and then is not.
PATIENCE = 10
SLOWEST = 2048
# Seconds without a byte in the middle of something; what lies in the kernel's buffers is no pace.
SILENCE = 20
# Seconds that a connection stays open for another request, and while we stop.
KEPT = 10
KEPT_AT_THE_END = 2
MOST_CONNECTIONS = 500
# What unfinished requests may hold on the disk in all.
MOST_HELD = 500 * 1024 * 1024
IN_MEMORY = 64 * 1024
# Whatever has a body, or asks for another protocol, is for those who read it with care.
OTHERS = (b"content-length", b"transfer-encoding", b"\nexpect", b"\nupgrade")
CLOSING = re.compile(rb"\nconnection:[^\n]*\bclose\b", re.IGNORECASE)


class Application(Protocol):
    # The path that has a thread of its own.
    urgent: str

    def __call__(self, environ: Any, start_response: Any) -> Any: ...

    def at_once(self, line: bytes) -> bytes | None:
        """The whole answer to a request of this first line; None where it has to be looked for."""


class Answer(WSGITask):
    def start(self) -> None:
        super().start()
        server = self.channel.server
        # The body was not read; what follows on the line is no request.
        if server.is_stopping or self.request.error:
            self.set_close_on_finish()


def answer_to_error(connection: "Connection", request: HTTPRequestParser) -> Task:
    """A form that told its length is refused by a page; the rest in waitress's few words."""
    if isinstance(request.error, RequestEntityTooLarge) and request.content_length:
        connection.lingers = True
        return Answer(connection, request)
    return ErrorTask(connection, request)


class Connection(HTTPChannel):
    task_class = Answer
    error_task_class = staticmethod(answer_to_error)
    server: "Server"
    # Until the rest of a refused body has come, or the client would see a reset and no answer.
    lingers = False
    close_when_flushed: bool
    discards = False
    since = 0.0
    moved = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.since = self.last_activity

    @property
    def is_idle(self) -> bool:
        return not (self.request or self.requests or self.total_outbufs_len or self.discards)

    @property
    def held(self) -> int:
        """Bytes of a body that is not whole yet."""
        return self.request.body_bytes_received if self.request else 0

    @property
    def waits_for_us(self) -> bool:
        return bool(self.requests) and not self.total_outbufs_len

    def is_too_slow(self, now: float) -> bool:
        if self.waits_for_us:
            return False
        silent = now - self.last_activity
        if self.is_idle:
            return silent > (KEPT_AT_THE_END if self.server.is_stopping else KEPT)
        return silent > SILENCE or now - self.since > PATIENCE + self.moved / SLOWEST

    def _begin(self, now: float) -> None:
        self.since, self.moved = now, 0

    def received(self, data: bytes) -> bool:
        if self.discards or self._is_answered_at_once(data):
            return True
        if self.request is None:
            self._begin(self.last_activity)
        self.moved += len(data)
        return bool(super().received(data))

    def _is_answered_at_once(self, data: bytes) -> bool:
        if not (self.is_idle and is_plain(data)):
            return False
        answer = self.server.application.at_once(data[: data.index(b"\r\n")])
        if answer is None:
            return False
        if is_last := self.server.is_stopping or bool(CLOSING.search(data)):
            answer = answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        self.will_close = self.send(answer) != len(answer) or is_last
        return True

    def write_soon(self, data: Any) -> int:
        if not self.total_outbufs_len:
            self._begin(time.time())
        return int(super().write_soon(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close=do_close)
        self.moved += sent
        return sent

    def readable(self) -> bool:
        return self.discards or bool(super().readable())

    def handle_write(self) -> None:
        if not (self.lingers and self.close_when_flushed):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.will_close:
            self.handle_close()
        elif not self.total_outbufs_len:
            self.close_when_flushed = False
            self.discards = True
            self._begin(time.time())
            self.socket.shutdown(socket.SHUT_WR)


def adjusted(*, threads: int, largest: int) -> Adjustments:
    return Adjustments(
        threads=threads,
        connection_limit=2 * MOST_CONNECTIONS,
        # `turn` looks, also when nobody is accepted any more.
        cleanup_interval=10**9,
        max_request_header_size=64 * 1024,
        # waitress refuses what is as long, too.
        max_request_body_size=largest + 1,
        inbuf_overflow=IN_MEMORY,
        outbuf_overflow=4 * IN_MEMORY,
        # No thread waits until somebody has read.
        outbuf_high_watermark=2**40,
        send_bytes=1,
        # The proxy before us is told of in the settings; see BEHIND_PROXY.
        clear_untrusted_proxy_headers=False,
        log_socket_errors=False,
        ident=None,
    )


def waits_for_a_client(connection: Connection) -> bool:
    return not connection.waits_for_us


class Server(TcpWSGIServer):
    """Accepts on a socket that gunicorn has bound; `turn` is one round of its loop."""

    channel_class = Connection
    application: Application
    active_channels: dict[int, Connection]

    def __init__(
        self, application: Application, listener: socket.socket, *, threads: int, largest: int
    ) -> None:
        super().__init__(
            application,
            _sock=listener,
            adj=adjusted(threads=threads, largest=largest),
            bind_socket=False,
            sockinfo=(listener.family, listener.type, None, None),
        )
        self.is_stopping = False
        self.next_look = 0.0
        self.lookers = ThreadedTaskDispatcher()
        self.lookers.set_thread_count(1)

    def turn(self) -> None:
        """Wait a second at most for something to happen, and do it."""
        self.asyncore.loop(timeout=1, use_poll=True, map=self._map, count=1)
        now = time.time()
        if now >= self.next_look:
            self.next_look = now + 1
            self._let_go_of_the_slow(now)

    def add_task(self, connection: Connection) -> None:
        path = getattr(connection.requests[0], "path", "")
        urgent = path == self.application.urgent
        (self.lookers if urgent else self.task_dispatcher).add_task(connection)

    def accept(self) -> Any:
        try:
            return super().accept()
        except OSError:
            # The process may open no more files.
            self._let_go_of_the_longest(waits_for_a_client)
            return None

    def handle_accept(self) -> None:
        super().handle_accept()
        if len(self.active_channels) > MOST_CONNECTIONS:
            self._let_go_of_the_longest(waits_for_a_client)

    def _let_go_of_the_slow(self, now: float) -> None:
        for connection in [*self.active_channels.values()]:
            if connection.is_too_slow(now):
                connection.handle_close()
        while sum(one.held for one in self.active_channels.values()) > MOST_HELD:
            self._let_go_of_the_longest(lambda one: one.held > 0)

    def _let_go_of_the_longest(self, may_go: Callable[[Connection], bool]) -> None:
        if waiting := [one for one in self.active_channels.values() if may_go(one)]:
            min(waiting, key=lambda one: one.since).handle_close()

    def stop(self) -> None:
        """Accept nobody more; whoever is here is served with their last answer."""
        self.is_stopping = True
        self.accepting = False
        self.del_channel()

    @property
    def is_empty(self) -> bool:
        return not self.active_channels


def is_plain(head: bytes) -> bool:
    """One whole request without a body, and each line of it ended as HTTP says."""
    is_whole = head.endswith(b"\r\n\r\n") and head.count(b"\r\n\r\n") == 1
    lines_are_ended = head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r")
    return is_whole and lines_are_ended and not any(word in head.lower() for word in OTHERS)
