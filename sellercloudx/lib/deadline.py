"""One deadline for a whole call: names looked up, connected, written, read to the last byte.

The timeouts of the libraries below count from the last byte that moved, so a slow drip outlives
them all. Here no byte leaves, and none is waited for, once the call's time is up.
"""

import math
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

# So little fits into a socket's buffer at once; a slow reader is noticed between two pieces.
PIECE = 16 * 1024


class Deadline:
    """The time left of the call under way, which may take so many seconds.

    All calls together may take `within`, counted from its making.
    """

    def __init__(self, seconds: float, within: float = math.inf):
        self.seconds = seconds
        self._last = time.monotonic() + within
        self.start()

    def start(self) -> None:
        self._until = min(time.monotonic() + self.seconds, self._last)

    def allows(self, pause: float) -> bool:
        """Whether another call may begin after such a pause."""
        return time.monotonic() + pause < self._last

    def left(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        """What one step may take; `late` when the call's time is up."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise late("the call takes too long")
        return left if timeout is None else min(left, timeout)


def keep(client: httpx.Client, deadline: Deadline) -> None:
    """Make every connection of a client, through a proxy too, keep to a deadline."""
    # httpx hands no network backend on; a test shows that this one is asked.
    for transport in (client._transport, *client._mounts.values()):
        if pool := getattr(transport, "_pool", None):
            pool._network_backend = _Network(pool._network_backend, deadline)


class _Network(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, deadline: Deadline):
        self._inner, self._deadline = inner, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline):
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            left = self._deadline.left(timeout, httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + PIECE], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
