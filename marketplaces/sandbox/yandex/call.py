"""One call to the simulated Partner API, and the ways to refuse it."""

import base64
import binascii
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketplaces.sandbox import accounts, effects
from marketplaces.sandbox.accounts import Account
from marketplaces.sandbox.faults import REPEATED_PAGE
from marketplaces.sandbox.messages import Answer, Request, as_json
from marketplaces.sandbox.routing import Route
from marketplaces.sandbox.state import State
from marketplaces.sandbox.world import World


class Refusal(Exception):
    """The marketplace says no, in the vendor's error format."""

    def __init__(
        self, status: int, code: str, *messages: str, headers: dict[str, str] | None = None
    ):
        super().__init__(code)
        self.status, self.code, self.messages = status, code, messages
        self.headers = headers or {}

    def answer(self) -> Answer:
        errors = [{"code": self.code, "message": message} for message in self.messages]
        answer = as_json({"status": "ERROR", "errors": errors}, self.status)
        answer.headers.update(self.headers)
        return answer


def bad_request(*messages: str, code: str = "BAD_REQUEST") -> Refusal:
    return Refusal(400, code, *messages)


@dataclass
class Call:
    """`shop` is the campaign of the path, already checked to belong to the key's business.

    `late` is in how many seconds what is written becomes known.
    """

    world: World
    request: Request
    route: Route
    account: Account
    params: dict[str, int]
    body: dict[str, Any]
    now: float
    shop: sqlite3.Row | None = None
    late: float = 0

    @property
    def state(self) -> State:
        return self.world.state

    @property
    def business_id(self) -> int:
        return self.account.business_id

    @property
    def business(self) -> sqlite3.Row:
        return accounts.business(self.state, self.business_id)

    @property
    def campaign_id(self) -> int:
        return self.params["campaignId"]

    def effect(self, key: str | int, body: Any) -> None:
        """Note that one item was written; inside the write's transaction."""
        effects.record(
            self.state,
            business_id=self.business_id,
            method=self.request.method,
            path=self.request.path,
            operation=self.route.operation,
            key=str(key),
            body=body,
        )

    def limit(self, default: int) -> int:
        return int(self.request.query.get("limit", default))

    def offset(self) -> int:
        """Where the page asked for begins."""
        token = self.request.query.get("pageToken") or self.request.query.get("page_token") or ""
        if not token or token == REPEATED_PAGE:
            return 0
        try:
            return int(base64.urlsafe_b64decode(token).decode().removeprefix("from:"))
        except (ValueError, binascii.Error) as error:
            raise bad_request("Invalid page token", code="INVALID_QUERY_PARAMETER") from error

    def page(self, items: Sequence[Any], default: int) -> tuple[list[Any], dict[str, str]]:
        """The items of the page asked for, and the vendor's `paging`."""
        start, size = self.offset(), self.limit(default)
        paging = self.next_page(start + size) if start + size < len(items) else {}
        return list(items[start : start + size]), paging

    @staticmethod
    def next_page(start: int) -> dict[str, str]:
        return {"nextPageToken": base64.urlsafe_b64encode(f"from:{start}".encode()).decode()}


def ok(result: Any = None) -> dict[str, Any]:
    return {"status": "OK"} if result is None else {"status": "OK", "result": result}
