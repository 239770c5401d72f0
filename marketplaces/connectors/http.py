"""One HTTP client for every marketplace.

It owns three things and no more: short retries, the step from an answer to the error tree, and
that no secret leaves through an error, a log or the list of exchanges. Rate budgets and parallel
calls are the business of `gate`, long retries that of the outbox.
"""

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from sellercloudx.lib import tls
from sellercloudx.lib.deadline import Deadline, keep
from sellercloudx.lib.redact import scrub

from .answers import Pace, check_status, pace, read_json
from .errors import AuthFailed, BadResponse, Held, MarketplaceError, RateLimited, Unavailable
from .rehearsal import Rehearsal

logger = logging.getLogger(__name__)

ATTEMPTS = 3
# A person who waits is told after one more try, and may press the button again.
ATTEMPTS_WAITED_FOR = 2
BACKOFF = (0.5, 2.0)
# Longer waits are the outbox's: a worker does not sleep on a lease.
LONGEST_SLEEP = 10.0
LARGEST_BODY = 20 * 1024 * 1024
REMEMBERED = 1000
READS = ("GET", "HEAD")

# Gives what wants to hear the pace that an answer tells, or nothing.
Gate = Callable[[str], AbstractContextManager[Callable[[Pace], None] | None]]


@dataclass(frozen=True)
class Exchange:
    """One request as it went over the wire; `status` is None when nothing came back."""

    operation: str
    method: str
    url: str
    status: int | None
    ms: int
    error: str = ""


@dataclass(frozen=True)
class Call:
    """What is sent, the same in every attempt, and how the answer's body is read."""

    method: str
    path: str
    operation: str
    accept: str
    read: Callable[[bytes, str], Any]
    json: Any = None
    params: Mapping[str, Any] | None = None
    is_repeatable: bool = False


class Http:
    """Speaks to one address with one set of headers.

    `gate(operation)` gives a context that each attempt runs in; it sees the error of the attempt
    and may itself raise RateLimited before anything is sent. From then on an attempt has `deadline`
    seconds in all; `timeout` is how long nothing at all may move. All calls together may take
    `within` seconds, where a person waits for them; a call is then tried twice at most. With a
    `rehearsal` nothing is sent but what only reads.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        transport: httpx.BaseTransport | None = None,
        timeout: float = 10.0,
        deadline: float = 20.0,
        within: float = math.inf,
        sleep: Callable[[float], object] = time.sleep,
        gate: Gate | None = None,
        rehearsal: Rehearsal | None = None,
        secrets: Sequence[str] = (),
    ):
        self.sleep = sleep
        self.gate: Gate = gate or (lambda operation: nullcontext())
        self.rehearsal = rehearsal
        self.secrets = _forms(secrets)
        self.exchanges: deque[Exchange] = deque(maxlen=REMEMBERED)
        # The libraries below would quote such a header, the key with it, in their own error.
        self._can_be_sent = all(_is_sendable(value) for value in headers.values())
        sent = headers if self._can_be_sent else {}
        self.client = _client(base_url, sent, transport, timeout)
        self.attempts = ATTEMPTS if within == math.inf else ATTEMPTS_WAITED_FOR
        self.deadline = Deadline(deadline, within)
        keep(self.client, self.deadline)

    def __enter__(self) -> "Http":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.client.close()

    def json(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        operation: str,
        idempotent: bool = False,
    ) -> dict[str, Any]:
        """The JSON object a call answers; numbers with a point are Decimal."""
        call = Call(
            method,
            path,
            operation,
            "application/json",
            read_json,
            json,
            params,
            is_repeatable=idempotent or method in READS,
        )
        return self._send(call)

    def content(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        operation: str,
        accept: str = "*/*",
        idempotent: bool = False,
    ) -> bytes:
        """The bytes a call answers: a label, an act."""
        is_repeatable = idempotent or method in READS
        call = Call(method, path, operation, accept, _as_it_is, None, params, is_repeatable)
        return self._send(call)

    def _send(self, call: Call) -> Any:
        if not self._can_be_sent:
            raise AuthFailed(
                "The key holds characters that no key has.",
                code="key_format",
                reason="key_format",
                operation=call.operation,
            )
        if self.rehearsal and self.rehearsal.withholds(call.method, call.operation):
            said = self.rehearsal.answer(call.operation, self._request(call), self.secrets)
            return call.read(said, "application/json")
        slept = 0.0
        for attempt in range(self.attempts):
            try:
                with self.gate(call.operation) as told:
                    return self._attempt(call, told)
            except Held:
                raise
            except Unavailable as error:
                pause = error.retry_after if error.retry_after is not None else _backoff(attempt)
                # A call that was refused for its pace was not carried out, whatever its verb.
                may_repeat = call.is_repeatable or isinstance(error, RateLimited)
                is_last = attempt == self.attempts - 1 or not self.deadline.allows(pause)
                if is_last or not may_repeat or slept + pause > LONGEST_SLEEP:
                    raise
            self.sleep(pause)
            slept += pause
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, call: Call, told: Callable[[Pace], None] | None) -> Any:
        request = self._request(call)
        started = time.monotonic()
        self.deadline.start()
        response = failure = None
        try:
            response = self.client.send(request, stream=True)
            body = _read(response)
            if told and (said := pace(response.headers)):
                told(said)
            check_status(response, body, self.secrets)
            return self._understood(call, body, response.headers.get("Content-Type", ""))
        except httpx.HTTPError as error:
            failure = _failure(error, has_answer=response is not None)
            raise failure from error
        except MarketplaceError as error:
            failure = error
            raise
        finally:
            if response is not None:
                response.close()
            self._note(call, request, response, started, failure)

    def _request(self, call: Call) -> httpx.Request:
        return self.client.build_request(
            call.method,
            call.path,
            json=call.json,
            params=call.params,
            headers={"Accept": call.accept},
        )

    def _understood(self, call: Call, body: bytes, content_type: str) -> Any:
        try:
            return call.read(body, content_type)
        except BadResponse as error:
            logger.error("%s answered %s: %s", call.operation, error.code, self._masked(body))
            raise

    def _note(
        self,
        call: Call,
        request: httpx.Request,
        response: httpx.Response | None,
        started: float,
        failure: MarketplaceError | None,
    ) -> None:
        if failure is not None:
            failure.operation = call.operation
        self.exchanges.append(
            Exchange(
                operation=call.operation,
                method=call.method,
                url=scrub(str(request.url), *self.secrets),
                status=response.status_code if response is not None else None,
                ms=round((time.monotonic() - started) * 1000),
                error=(failure.code or type(failure).__name__) if failure else "",
            )
        )

    def _masked(self, body: bytes) -> str:
        return scrub(body[:300].decode("utf-8", "replace"), *self.secrets)


def _read(response: httpx.Response) -> bytes:
    """The body, while it stays within bounds."""
    chunks, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise BadResponse("The answer is too large.", code="too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def _client(
    base_url: str, headers: Mapping[str, str], transport: httpx.BaseTransport | None, timeout: float
) -> httpx.Client:
    return httpx.Client(
        base_url=base_url,
        headers=dict(headers),
        transport=transport,
        verify=tls.trusted(),
        timeout=httpx.Timeout(timeout, connect=min(5.0, timeout)),
        follow_redirects=False,
    )


def _as_it_is(body: bytes, content_type: str) -> bytes:
    return body


def _forms(secrets: Sequence[str]) -> tuple[str, ...]:
    """In an address a secret stands percent-encoded."""
    return tuple(form for secret in secrets if secret for form in {secret, quote(secret, safe="")})


def _is_sendable(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


def _backoff(attempt: int) -> float:
    return BACKOFF[min(attempt, len(BACKOFF) - 1)]


def _timeout() -> Unavailable:
    return Unavailable("The marketplace did not answer in time.", code="timeout", reason="timeout")


def _failure(error: httpx.HTTPError, *, has_answer: bool) -> MarketplaceError:
    if isinstance(error, httpx.TimeoutException):
        return _timeout()
    if isinstance(error, httpx.DecodingError):
        return BadResponse("The answer is damaged.", code="encoding")
    if has_answer:
        return Unavailable(
            "The answer broke off in the middle.", code="half_body", reason="half_body"
        )
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
        return Unavailable("The marketplace hung up.", code="dropped", reason="dropped")
    return Unavailable("The marketplace cannot be reached.", code="network", reason="network")
