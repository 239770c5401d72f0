"""A request and an answer, free of the server that carries them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

JSON = "application/json; charset=utf-8"


class Delivery(StrEnum):
    """How the bytes of an answer reach the caller."""

    WHOLE = "whole"
    HALF = "half"
    SLOW = "slow"
    LOST = "lost"


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes = b""
    peer: str = ""
    # Whether the caller has hung up; the server knows.
    is_gone: Callable[[], bool] = lambda: False

    @classmethod
    def parse(
        cls, method: str, target: str, headers: dict[str, str], body: bytes, peer: str
    ) -> "Request":
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method, unquote(parts.path), query, headers, body, peer)


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE


def as_json(data: Any, status: int = 200, **headers: str) -> Answer:
    body = json.dumps(data, ensure_ascii=False).encode()
    return Answer(status, body, headers={k.replace("_", "-"): v for k, v in headers.items()})
