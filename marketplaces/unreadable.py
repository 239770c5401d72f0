"""Rows of answers that are not what a marketplace's document says.

They hold nothing back: the others are taken in, and these are kept, logged and told of once. Those
that have a number are asked for again, so that what we learn to read is not lost.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from marketplaces.connectors.remote import UnreadableRow as Row
from marketplaces.models import Connection, UnreadableRow
from partners.services import notices
from sellercloudx.lib.batches import in_batches

logger = logging.getLogger(__name__)

ORDERS = "orders"
HELD_PRICES = "held_prices"
CARDS = "cards"
ASKED_FOR = timedelta(days=90)
# Long after nobody asks for them any more.
KEPT = timedelta(days=180)
AT_MOST = 500
NAMED = 5


def note(connection: Connection, of: str, rows: Sequence[Row]) -> None:
    """Keep them; what is new is logged as an error and told to people."""
    by_key = {row.key[:80]: row for row in rows}
    known = UnreadableRow.objects.filter(connection=connection, of=of, key__in=list(by_key))
    for key in known.values_list("key", flat=True):
        del by_key[key]
    if not by_key:
        return
    kept = [
        UnreadableRow(
            connection=connection, of=of, key=key, reason=row.reason[:300], shape=row.shape
        )
        for key, row in by_key.items()
    ]
    with transaction.atomic():
        UnreadableRow.objects.bulk_create(kept, ignore_conflicts=True)
        _tell(connection, of, list(by_key.values()))
    for key, row in by_key.items():
        logger.error(
            "%s %s of connection %s cannot be read: %s; %s",
            *(of, key, connection.pk, row.reason, row.shape),
        )


def _tell(connection: Connection, of: str, rows: Sequence[Row]) -> None:
    notices.notify_staff(
        kind="answer_unreadable",
        data={"marketplace": connection.marketplace, "of": of, "reason": rows[0].reason},
        url="/admin/marketplaces/unreadablerow/",
        # A changed answer comes to all shops at once.
        dedupe=f"unreadable:{connection.marketplace}:{of}:{timezone.now():%Y-%m-%d}",
    )
    numbers = sorted(row.key for row in rows if row.key)
    if of == ORDERS and numbers:
        more = f" + {len(numbers) - NAMED}" if len(numbers) > NAMED else ""
        notices.notify_partner(
            connection.partner,
            kind="order_unreadable",
            data={"shop": connection.name, "numbers": ", ".join(numbers[:NAMED]) + more},
            url=f"/partner-dashboard/marketplaces/{connection.pk}/",
            dedupe=f"order_unreadable:{connection.pk}:{numbers[0]}",
        )


def forget(connection: Connection, of: str, keys: Iterable[str]) -> None:
    """These have been read."""
    UnreadableRow.objects.filter(connection=connection, of=of, key__in=list(keys)).delete()


def forget_old() -> int:
    """Called by the clock. What is met once more is noted and told of once more."""
    old = UnreadableRow.objects.filter(first_seen_at__lt=timezone.now() - KEPT)
    count = in_batches(old, lambda rows: rows.delete())
    logger.info("forgot %s rows that could not be read", count)
    return count


def numbers(connection: Connection, of: str) -> list[str]:
    """What to ask for again, the newest first."""
    since = timezone.now() - ASKED_FOR
    kept = UnreadableRow.objects.filter(connection=connection, of=of, first_seen_at__gte=since)
    newest = kept.exclude(key="").order_by("-pk")
    return list(newest.values_list("key", flat=True)[:AT_MOST])
