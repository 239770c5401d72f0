"""What buyers write, as marketplaces tell of it. Told twice or out of turn, it is the same."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import DataError, transaction
from django.utils import timezone

from marketplaces.connectors.conversations import RemoteMessage, RemoteThread
from marketplaces.models import Connection
from marketplaces.replying import same_words
from orders.models import Conversation, ConversationMessage, Order
from orders.services import buyer_news
from orders.services.lines import products_named
from orders.services.news import storable
from orders.services.retention import TALKS_KEPT
from partners.typed import neutral, without_invisible
from products.models import Product

logger = logging.getLogger(__name__)

Sender, State = ConversationMessage.Sender, ConversationMessage.State
# Asked for by number while they wait, the longest silent last.
REREAD_AT_MOST = 200
LONGEST = 20_000


def open_ids(connection: Connection, kind: str) -> list[str]:
    """Reviews or questions that wait: somebody may have answered them elsewhere."""
    waiting = Conversation.objects.filter(
        connection=connection, kind=kind, waits_since__isnull=False
    )
    return list(waiting.order_by("-last_at").values_list("external_id", flat=True)[:REREAD_AT_MOST])


def receive(connection: Connection, threads: Iterable[RemoteThread]) -> None:
    """Take in what a marketplace says, each thread in a transaction of its own."""
    batch = list(threads)
    products = products_named(connection, [thread.sku for thread in batch if thread.sku])
    for thread in batch:
        try:
            _receive(connection, thread, products.get(thread.sku))
        except (DataError, OverflowError):
            # One that no column can hold must not keep back the others.
            logger.exception("%s %s cannot be stored", thread.kind, thread.external_id)


@transaction.atomic
def _receive(connection: Connection, thread: RemoteThread, product: Product | None) -> None:
    known = _facts(connection, thread)
    conversation, is_new = Conversation.objects.select_for_update(of=("self",)).get_or_create(
        connection=connection,
        kind=thread.kind.value,
        external_id=storable(thread.external_id, 60),
        defaults={
            **known,
            "partner_id": connection.partner_id,
            "product": product,
            "started_at": thread.created_at,
            "last_at": thread.created_at,
        },
    )
    if not is_new:
        _overwrite(conversation, known, product)
    added = _add(conversation, thread.messages)
    settle(conversation)
    if added:
        conversation.connection = connection
        buyer_news.tell(conversation, added)


def _facts(connection: Connection, thread: RemoteThread) -> dict[str, Any]:
    number = storable(thread.order_id, 60)
    order = Order.objects.filter(connection=connection, external_id=number) if number else None
    facts: dict[str, Any] = {
        "vendor_status": storable(thread.vendor_status, 60),
        "needs_answer": thread.needs_answer,
        "order_number": number,
        "sku": storable(thread.sku, 255),
        "rating": thread.rating,
        "order": order.only("pk").first() if order is not None else None,
    }
    # Whose time is over is not learned anew.
    if thread.updated_at > timezone.now() - TALKS_KEPT:
        facts["buyer_name"] = without_invisible(storable(thread.buyer_name))[:120].strip()
    return facts


def _overwrite(conversation: Conversation, known: dict[str, Any], product: Product | None) -> None:
    if conversation.product_id is None and product:
        known["product"] = product
    if any(getattr(conversation, name) != value for name, value in known.items()):
        for name, value in known.items():
            setattr(conversation, name, value)
        conversation.save(update_fields=[*known, "folded"])


def _add(
    conversation: Conversation, messages: Iterable[RemoteMessage]
) -> list[ConversationMessage]:
    """Those we do not have yet; one that we sent ourselves gets its number."""
    known = set(conversation.messages.exclude(external_id="").values_list("external_id", flat=True))
    added = []
    for remote in messages:
        number = storable(remote.external_id, 60)
        if number in known or remote.is_hidden:
            continue
        known.add(number)
        if not _is_ours(conversation, remote, number):
            added.append(_store(conversation, remote, number))
    return added


def _is_ours(conversation: Conversation, remote: RemoteMessage, number: str) -> bool:
    """Whether it is one we sent, and did not know the number of until now."""
    if remote.sender.value != Sender.SELLER:
        return False
    sent = conversation.messages.filter(
        external_id="", state__in=(State.QUEUED, State.SENT, State.UNCLEAR)
    )
    for message in sent.order_by("pk"):
        if same_words(message.text, remote.text):
            message.external_id, message.state = number, State.SENT
            message.save(update_fields=["external_id", "state"])
            return True
    return False


def _store(conversation: Conversation, remote: RemoteMessage, number: str) -> ConversationMessage:
    return ConversationMessage.objects.create(
        conversation=conversation,
        external_id=number,
        sender=Sender(remote.sender.value),
        text=neutral(storable(remote.text, LONGEST)),
        files=[neutral(storable(name, 200)) for name in remote.files[:20]],
        at=remote.at or timezone.now(),
    )


def settle(conversation: Conversation) -> None:
    """Since when the buyer waits, and what was said last, by the messages there are.

    In the caller's transaction, with the row locked.
    """
    said = list(
        conversation.messages.exclude(state__in=ConversationMessage.NOT_SAID)
        .order_by("at", "pk")
        .values_list("sender", "at", "pk")
    )
    conversation.waits_since = _waits_since(conversation, said)
    if said:
        conversation.last_at = max(at for _, at, _ in said)
        conversation.last_id = max(pk for _, _, pk in said)
    conversation.save(update_fields=["waits_since", "last_at", "last_id", "folded"])


def _waits_since(
    conversation: Conversation, said: list[tuple[str, datetime, int]]
) -> datetime | None:
    """The first thing the buyer said that nobody has answered."""
    if conversation.needs_answer is False:
        return None
    waits: datetime | None = None
    for sender, at, _ in said:
        if sender == Sender.SELLER:
            waits = None
        elif sender == Sender.BUYER and waits is None:
            is_dismissed = conversation.dismissed_at and at <= conversation.dismissed_at
            waits = None if is_dismissed else at
    return waits


def link_to(product: Product) -> None:
    """Event product_created: what was written about a SKU nobody knew is about it."""
    unknown = Conversation.objects.for_partner(product.partner_id).filter(
        product=None, sku=product.sku
    )
    unknown.update(product=product)
