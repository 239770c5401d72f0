"""Reading what buyers write and send back. A key may lack the right to it: the shop works on."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from marketplaces import unreadable
from marketplaces.connectors.base import Capability, Connector, batches
from marketplaces.connectors.errors import ScopeMissing, Unreadable
from marketplaces.models import Connection
from sellercloudx.lib.wiring import resolve

logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(days=30)
# Few at a time: each may be a long history.
BATCH = 20


def read_chats(connection: Connection, connector: Connector, since: datetime | None) -> datetime:
    return _read(
        connection,
        connector.supports(Capability.CHATS),
        since,
        "chats",
        lambda from_: connector.iter_chats(updated_since=from_),
    )


def read_reviews(connection: Connection, connector: Connector, since: datetime | None) -> datetime:
    ids = resolve("INBOUND_WANTED", "conversations")(connection, "review")
    return _read(
        connection,
        connector.supports(Capability.REVIEWS),
        since,
        "reviews",
        lambda from_: connector.iter_reviews(since=from_, ids=ids),
    )


def read_questions(
    connection: Connection, connector: Connector, since: datetime | None
) -> datetime:
    ids = resolve("INBOUND_WANTED", "conversations")(connection, "question")
    return _read(
        connection,
        connector.supports(Capability.QUESTIONS),
        since,
        "questions",
        lambda from_: connector.iter_questions(since=from_, ids=ids),
    )


def read_returns(connection: Connection, connector: Connector, since: datetime | None) -> datetime:
    wanted = resolve("INBOUND_WANTED", "returns")(connection)
    return _read(
        connection,
        wanted and connector.supports(Capability.RETURNS),
        since,
        "returns",
        lambda from_: connector.iter_returns(since=from_),
        into="returns",
    )


def _read(
    connection: Connection,
    is_offered: bool,
    since: datetime | None,
    of: str,
    ask: Callable[[datetime], Iterable[Any]],
    *,
    into: str = "conversations",
) -> datetime:
    """From the cursor, with an overlap, each row stored; the new cursor is when we began."""
    started = timezone.now()
    if not is_offered:
        return started
    receive = resolve("INBOUND", into)
    try:
        for batch in batches(ask((since or started - FIRST_LOOK_BACK) - OVERLAP), BATCH):
            receive(connection, batch)
            unreadable.forget(connection, of, [one.external_id for one in batch])
    except Unreadable as error:
        unreadable.note(connection, of, error.rows)
    except ScopeMissing as error:
        logger.info("connection %s has no right to %s: %s", connection.pk, of, error.code)
        return since or started - FIRST_LOOK_BACK
    return started
