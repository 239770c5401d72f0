"""Everything but the sending: what a client says in the place of the network."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from sellercloudx.lib.redact import MASK


@dataclass(frozen=True)
class Intended:
    """A request exactly as it would have gone out, but that its secrets are masked."""

    group: str
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Rehearsal:
    """Withholds all but `reads`; what is withheld is kept by `keep` and answered with `taken`."""

    reads: Collection[str]
    taken: Mapping[str, Any]
    keep: Callable[[Intended], None]

    def withholds(self, method: str, group: str) -> bool:
        """An operation that nobody called a read changes something."""
        return method not in ("GET", "HEAD") and group not in self.reads

    def answer(self, group: str, request: httpx.Request, secrets: Sequence[str]) -> bytes:
        """The body of an answer that takes it all."""
        self.keep(
            Intended(
                group=group,
                method=request.method,
                path=request.url.raw_path.decode("ascii"),
                headers=[(name, _masked(value, secrets)) for name, value in _headers(request)],
                body=request.read(),
            )
        )
        return json.dumps(self.taken).encode()


def _headers(request: httpx.Request) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode("latin-1")) for name, value in request.headers.raw]


def _masked(value: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        value = value.replace(secret, MASK)
    return value
