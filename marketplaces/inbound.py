"""Reading what marketplaces have to tell: each stream from its cursor, with an overlap.

What comes in twice changes nothing, so a lost answer or a killed worker is read again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from marketplaces import gateway, health, inbound_buyers, leases, promises, unreadable
from marketplaces.connectors.base import Capability, Connector, batches
from marketplaces.connectors.errors import Kind, MarketplaceError, Unreadable
from marketplaces.connectors.remote import QuarantinedPrice, RemoteOrder
from marketplaces.models import Connection, NotifiedOrder, Stream
from sellercloudx.lib.queue import wake
from sellercloudx.lib.redact import scrub
from sellercloudx.lib.wiring import resolve

logger = logging.getLogger(__name__)

# Their clock and ours differ, and a change may become visible late.
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(days=30)
QUIET = timedelta(days=1)
BATCH = 1000
LONGEST_WAIT = timedelta(minutes=15)


def _read_orders(connection: Connection, connector: Connector, since: datetime | None) -> datetime:
    """Orders changed since the cursor; the new cursor."""
    started = timezone.now()
    newest = since or started - FIRST_LOOK_BACK
    for batch in taken_in(connection, connector.iter_orders(updated_since=newest - OVERLAP)):
        newest = max(newest, *(order.updated_at for order in batch))
    # Theirs is the clock that counts, as ours may be wrong; but a quiet shop is not read from the
    # beginning each time, and a date in the future does not make us skip what comes before it.
    return min(max(newest, started - QUIET), started)


def _reread_open_orders(
    connection: Connection, connector: Connector, since: datetime | None
) -> datetime:
    """Orders we hold open, by number: one that changed long after it was made may be left out."""
    wanted = resolve("INBOUND_WANTED", "orders")(connection)
    # What could not be read may be readable by now: they mended it, or we did.
    for ids in batches([*wanted, *unreadable.numbers(connection, unreadable.ORDERS)], BATCH):
        for _ in taken_in(connection, connector.iter_orders(ids=ids)):
            pass
    return timezone.now()


def _read_told_orders(
    connection: Connection, connector: Connector, since: datetime | None
) -> datetime:
    """Orders they said had changed. What is told of while we read is asked for once more."""
    started = timezone.now()
    told = NotifiedOrder.objects.filter(connection=connection, told_at__lte=started)
    for ids in batches(list(told.order_by("pk").values_list("external_id", flat=True)), BATCH):
        for _ in taken_in(connection, connector.iter_orders(ids=ids)):
            pass
        told.filter(external_id__in=ids).delete()
    return started


def taken_in(connection: Connection, orders: Iterable[RemoteOrder]) -> Iterator[list[RemoteOrder]]:
    """The orders in batches, each stored; one that cannot be read holds back no other."""
    receive = resolve("INBOUND", "orders")
    try:
        for batch in batches(orders, BATCH):
            receive(connection, batch)
            unreadable.forget(connection, unreadable.ORDERS, [one.external_id for one in batch])
            yield batch
    except Unreadable as error:
        unreadable.note(connection, unreadable.ORDERS, error.rows)


def _read_cards(connection: Connection, connector: Connector, since: datetime | None) -> datetime:
    if skus := resolve("INBOUND_WANTED", "cards")(connection):
        cards = connector.card_status(skus)
        odd = [card.unreadable for card in cards if card.unreadable]
        unreadable.note(connection, unreadable.CARDS, odd)
        unreadable.forget(connection, unreadable.CARDS, [c.sku for c in cards if not c.unreadable])
        resolve("INBOUND", "cards")(connection, cards)
    return timezone.now()


def _read_held_prices(
    connection: Connection, connector: Connector, since: datetime | None
) -> datetime:
    started = timezone.now()
    can_be_read = connector.supports(Capability.PRICE_QUARANTINE)
    if can_be_read and resolve("INBOUND_WANTED", "held_prices")(connection):
        held: list[QuarantinedPrice] = []
        is_whole = True
        try:
            for price in connector.price_quarantine():
                held.append(price)
        except Unreadable as error:
            is_whole = False
            unreadable.note(connection, unreadable.HELD_PRICES, error.rows)
        receive = resolve("INBOUND", "held_prices")
        receive(connection, held, as_of=started, is_whole=is_whole)
    return started


@dataclass(frozen=True)
class Reader:
    read: Callable[[Connection, Connector, datetime | None], datetime]
    every: timedelta


READERS = {
    "orders": Reader(_read_orders, timedelta(seconds=20)),
    "open_orders": Reader(_reread_open_orders, timedelta(hours=1)),
    "told_orders": Reader(_read_told_orders, timedelta(minutes=1)),
    "cards": Reader(_read_cards, timedelta(seconds=10)),
    "held_prices": Reader(_read_held_prices, timedelta(seconds=30)),
    "chats": Reader(inbound_buyers.read_chats, timedelta(minutes=1)),
    "reviews": Reader(inbound_buyers.read_reviews, timedelta(minutes=5)),
    "questions": Reader(inbound_buyers.read_questions, timedelta(minutes=5)),
    "returns": Reader(inbound_buyers.read_returns, timedelta(minutes=10)),
}


def open_streams(connection: Connection) -> None:
    """Start reading everything, or go on from where a shop that comes back was left."""
    now = timezone.now()
    Stream.objects.bulk_create(
        [Stream(connection=connection, name=name, due_at=now) for name in READERS],
        ignore_conflicts=True,
    )
    Stream.objects.filter(connection=connection).update(
        leased_until=None, failures=0, error_kind="", error_reason="", error_message=""
    )
    hurry(connection)


def hurry(connection: Connection) -> None:
    """Sync now."""
    Stream.objects.filter(connection=connection).update(due_at=timezone.now())
    for name in READERS:
        wake("marketplaces.inbound.poll", connection.pk, name)


def wake_due() -> None:
    """Called by the clock."""
    now = timezone.now()
    due = Stream.objects.filter(
        leases.is_free(now), due_at__lte=now, connection__in=Connection.objects.working()
    )
    for connection_id, name in due.values_list("connection_id", "name"):
        wake("marketplaces.inbound.poll", connection_id, name)


def poll(connection_id: int, name: str) -> bool:
    """Read one stream once; False when it is not due, not ours to read, or did not succeed."""
    stream = Stream.objects.filter(
        connection__in=Connection.objects.working(), connection_id=connection_id, name=name
    ).first()
    lease = leases.take_stream(stream) if stream else None
    if stream is None or lease is None:
        return False
    connection = Connection.objects.select_related("partner").get(pk=connection_id)
    try:
        with gateway.connector_for(connection, renew=lease.renew) as connector:
            cursor = READERS[name].read(connection, connector, stream.cursor)
    except leases.LeaseLost:
        logger.warning("stream %s of connection %s is left: taken over", name, connection_id)
        return False
    except MarketplaceError as error:
        _note_failure(connection, stream, error)
        return False
    except Exception:  # noqa: BLE001  the worker's loop: one broken stream must not stop the rest
        logger.exception("stream %s of connection %s cannot be read", name, connection_id)
        _note_failure(connection, stream, MarketplaceError("something broke on our side"))
        return False
    _note_success(connection, stream, cursor)
    return True


def _note_success(connection: Connection, stream: Stream, cursor: datetime) -> None:
    now = timezone.now()
    Stream.objects.filter(pk=stream.pk).update(
        cursor=cursor,
        succeeded_at=now,
        due_at=now + READERS[stream.name].every,
        leased_until=None,
        failures=0,
        error_kind="",
        error_reason="",
        error_message="",
    )
    health.note_success(connection)


def _note_failure(connection: Connection, stream: Stream, error: MarketplaceError) -> None:
    every = READERS[stream.name].every
    wait = min(every * 2 ** min(stream.failures, 10), max(LONGEST_WAIT, every))
    if error.retry_after:
        wait = max(wait, timedelta(seconds=error.retry_after))
    Stream.objects.filter(pk=stream.pk).update(
        due_at=timezone.now() + wait,
        leased_until=None,
        failures=stream.failures + 1,
        error_kind=error.kind,
        error_reason=error.reason,
        error_message=scrub(error.words)[:500],
    )
    promises.keep(connection, error)
    if error.kind != Kind.TRANSIENT or stream.failures >= 2:
        health.note_error(connection, error)
