"""Ends an SDK's call when our time is up, whatever it waits for.

A timeout of an HTTP client is for one read: a server that sends a letter now and then is never too
slow for it. So the connection is also shut from outside when the whole time is over. The SDKs must
not retry by themselves: another attempt is the chain's to make, to pay for and to write down.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

CONNECT_SECONDS = 5.0
CONNECTED = "connection.connect_tcp.complete"
NO_RETRIES = 0


class Deadline:
    """Counts from its making; a context around the call, whose HTTP client gets `hooks`."""

    def __init__(self, seconds: float):
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True
        self._line: socket.socket | None = None

    @property
    def hooks(self) -> dict[str, list[Callable[[Any], None]]]:
        return {"request": [self._limit]}

    @property
    def left(self) -> float:
        return self._ends - time.monotonic()

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._line is not None:
            self._line.close()

    def _limit(self, request: Any) -> None:
        import httpx2

        left = self.left
        if left <= 0:
            raise httpx2.ReadTimeout("our time is up", request=request)
        timeout = httpx2.Timeout(left, connect=min(CONNECT_SECONDS, left))
        request.extensions["timeout"] = timeout.as_dict()
        request.extensions["trace"] = self._listen

    def _listen(self, event: str, info: dict[str, Any]) -> None:
        if event != CONNECTED:
            return
        # A second handle to the same connection: TLS takes the first one for itself.
        before, self._line = self._line, info["return_value"].get_extra_info("socket").dup()
        if before is not None:
            before.close()
        if self.is_over:
            self._hang_up()

    def _hang_up(self) -> None:
        """Wakes whoever reads or writes; closing would not, and could hit another connection."""
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
