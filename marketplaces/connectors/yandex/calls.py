"""How Yandex Market is called: addresses, pages, and answers that are not what they should be."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from marketplaces.connectors import reading, remote
from marketplaces.connectors.base import Connector
from marketplaces.connectors.errors import (
    AuthFailed,
    BadResponse,
    Held,
    Kind,
    MarketplaceError,
    Rejected,
    Unreadable,
)
from marketplaces.connectors.reading import Data

from . import mapping
from .limits import READS

logger = logging.getLogger(__name__)

T = TypeVar("T")

PAGES = 2000
# Seconds before a page in the middle is asked for again.
PAGE_PAUSES = (1.0, 3.0)


class Calls(Connector):
    """What the verbs of Yandex share."""

    reads = READS
    # What is made by an answer to a buyer has a number.
    taken: Mapping[str, object] = {"status": "OK", "result": {"id": 0, "entity": {"id": 0}}}

    @property
    def business_id(self) -> str:
        return self._chosen("business_id")

    @property
    def campaign_id(self) -> str:
        return self._chosen("campaign_id")

    def _chosen(self, name: str) -> str:
        value = self.credentials.get(name, "").strip()
        if not is_number(value):
            raise AuthFailed(f"{name} is not chosen or not a number.", code=name)
        return value

    @property
    def catalogue(self) -> str:
        return f"/v2/businesses/{self.business_id}"

    @property
    def campaign(self) -> str:
        return f"/v2/campaigns/{self.campaign_id}"

    def call(self, method: str, path: str, *, operation: str, **options: Any) -> Data:
        data = self.http.json(method, path, operation=operation, **options)
        refuse_error(data, operation)
        return data

    def rows(
        self,
        method: str,
        path: str,
        operation: str,
        key: str,
        read: Callable[[Data], T],
        *,
        known_by: str,
        bodies: Iterable[Any] = (None,),
        limit: int = 100,
        params: Mapping[str, Any] | None = None,
    ) -> Iterator[T]:
        """Every row of every page of every body; then Unreadable names those we cannot read."""
        odd: list[remote.UnreadableRow] = []
        query = {"limit": limit, **(params or {})}
        for body in bodies:
            for row in self._raw_rows(method, path, operation, key, query, body):
                try:
                    item = read(row)
                except reading.DEFECTS as error:
                    odd.append(_unreadable(row, known_by, error))
                else:
                    yield item
        if odd:
            raise unreadable(operation, odd)

    def _raw_rows(
        self, method: str, path: str, operation: str, key: str, query: Mapping[str, Any], body: Any
    ) -> Iterator[Data]:
        for page in self._pages(method, path, operation, key, query=query, json=body):
            yield from page

    def _patiently(self, ask: Callable[..., Data], params: Mapping[str, Any]) -> Data:
        """A page in the middle: were it given up, all pages before it would be read anew, and of
        many pages one always fails."""
        for pause in PAGE_PAUSES:
            try:
                return ask(params=params)
            except MarketplaceError as error:
                if not self._may_pass(error, pause):
                    raise
            self.http.sleep(pause)
        return ask(params=params)

    def _may_pass(self, error: MarketplaceError, pause: float) -> bool:
        passes = error.kind in (Kind.TRANSIENT, Kind.INTERNAL)
        is_soon = (error.retry_after or 0) <= pause and self.http.deadline.allows(pause)
        return passes and is_soon and not isinstance(error, Held)

    def _pages(
        self,
        method: str,
        path: str,
        operation: str,
        key: str,
        *,
        query: Mapping[str, Any],
        json: Any,
    ) -> Iterator[list[Data]]:
        ask = partial(self.call, method, path, operation=operation, json=json, idempotent=True)
        params, seen = dict(query), set[str]()
        for _ in range(PAGES):
            data = self._patiently(ask, params) if seen else ask(params=params)
            with reading_answer(operation):
                # Campaigns and orders stand at the top of the answer, all else within `result`.
                page = data if key in data else reading.part(data, "result")
                rows, token = reading.rows(page, key), mapping.next_page(page)
            yield rows
            if not token:
                return
            if token in seen:
                raise BadResponse("The pages go in a circle.", code="page", operation=operation)
            seen.add(token)
            params["pageToken"] = token
        raise BadResponse("The pages do not end.", code="page", operation=operation)


@contextmanager
def reading_answer(operation: str) -> Iterator[None]:
    try:
        yield
    except reading.DEFECTS as error:
        raise _schema_error(operation, error) from error


def _schema_error(operation: str, error: Exception) -> BadResponse:
    reason = found(error)
    logger.error("%s: unreadable: %s", operation, reason)
    return BadResponse(_words(reason), code="schema", operation=operation)


def unreadable(operation: str, rows: list[remote.UnreadableRow]) -> Unreadable:
    return Unreadable(_words(rows[0].reason), operation=operation, rows=rows)


def _unreadable(row: Data, known_by: str, error: Exception) -> remote.UnreadableRow:
    number = row.get(known_by)
    key = str(number) if isinstance(number, int | str) else ""
    return remote.UnreadableRow(key, found(error), reading.shape(row))


def found(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _words(reason: str) -> str:
    return f"The answer is not what the document says ({reason})."


def refuse_error(data: Data, operation: str) -> None:
    """A 200 that calls itself an error is one."""
    if data.get("status") == "ERROR":
        with reading_answer(operation):
            code, message = mapping.refusal(data)
        raise Rejected(
            message or "The marketplace refused.", code=code, operation=operation, words=message
        )


def is_number(value: str) -> bool:
    """Ids go into paths: nothing but digits may."""
    return value.isascii() and value.isdigit()


def unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value.strip() for value in values))


def order_number(order_id: str) -> int:
    if not is_number(order_id):
        raise Rejected(f"{order_id} is not an order number.", code="order_id")
    return int(order_id)
