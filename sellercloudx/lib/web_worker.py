"""gunicorn's worker with threads, that answers the shortest question before it spends a thread.

Parsing, WSGI's environment and two hand-overs between threads cost several times what the answer to
"are you well?" does. And who connects and stays silent waits here, and not in one of the threads.
"""

import selectors
import socket
import time
from collections import deque
from functools import partial

from gunicorn.workers.gthread import DEFAULT_WORKER_DATA_TIMEOUT, TConn, ThreadWorker

LONGEST = 8192
# Whatever has a body, or asks for another protocol, is for those who read it with care.
OTHERS = (b"content-length", b"transfer-encoding", b"\nexpect", b"\nupgrade")
CLOSING = b"\nconnection: close"


class WebWorker(ThreadWorker):
    """The application may says with `at_once(first line)` the whole answer, or None."""

    def accept(self, listener: socket.socket) -> None:
        """Look at the socket when it has something to say, as upstream does with the silent."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        conn.timeout = time.monotonic() + DEFAULT_WORKER_DATA_TIMEOUT
        self.pending_conns.append(conn)
        heard = partial(self.on_pending_socket_readable, conn)
        self.poller.register(client, selectors.EVENT_READ, heard)

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        conn.data_ready = True
        if not self._is_done(conn, self.pending_conns):
            super().on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        if self.cfg.is_ssl or not self._is_done(conn, self.keepalived_conns):
            super().on_client_socket_readable(conn, client)

    def _is_done(self, conn: TConn, waiting: deque[TConn]) -> bool:
        """Answered, or hung up; everything else goes its usual way, untouched."""
        try:
            head = conn.sock.recv(LONGEST, socket.MSG_PEEK)
            answer = self._answer_to(head) if head else b""
            if answer is None:
                return False
            conn.sock.recv(len(head))
            is_kept = bool(head) and conn.sock.send(answer) == len(answer)
        except OSError:
            is_kept = False
        waiting.remove(conn)
        self.poller.unregister(conn.sock)
        self._keep_or_close(conn, is_kept and not self._is_last(head))
        return True

    def _answer_to(self, head: bytes) -> bytes | None:
        if not _is_plain(head):
            return None
        answer: bytes | None = self.wsgi.at_once(head[: head.index(b"\r\n")])
        if answer and self._is_last(head):
            return answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        return answer

    def _is_last(self, head: bytes) -> bool:
        is_full = len(self.keepalived_conns) >= self.max_keepalived
        return is_full or not self.alive or CLOSING in head.lower()

    def _keep_or_close(self, conn: TConn, is_kept: bool) -> None:
        if is_kept:
            conn.set_timeout()
            self.keepalived_conns.append(conn)
            heard = partial(self.on_client_socket_readable, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, heard)
        else:
            self.nr_conns -= 1
            conn.close()


def _is_plain(head: bytes) -> bool:
    """One whole request without a body, and each line of it ended as HTTP says."""
    is_whole = head.endswith(b"\r\n\r\n") and head.count(b"\r\n\r\n") == 1
    lines_are_ended = head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r")
    return is_whole and lines_are_ended and not any(word in head.lower() for word in OTHERS)
