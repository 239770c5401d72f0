"""What buyers of a shop of any size wrote and sent back, see scale.py."""

import uuid

from django.utils import timezone

from orders.models import (
    Conversation,
    ConversationMessage,
    Order,
    ReplyTemplate,
    Return,
    ReturnItem,
)
from partners.models import Partner


def conversation(order: Order) -> Conversation:
    n = order.pk
    return Conversation(
        partner=order.partner,
        connection=order.connection,
        kind=Conversation.Kind.values[n % 3],
        external_id=f"scale-{n}",
        buyer_name="Nodira",
        order=order,
        order_number=order.external_id,
        sku="SCALE",
        rating=4 if n % 3 == 1 else None,
        waits_since=timezone.now() if n % 2 else None,
        last_at=timezone.now(),
        started_at=timezone.now(),
    )


def message(talk: Conversation) -> ConversationMessage:
    return ConversationMessage(
        conversation=talk, external_id="1", sender="buyer", text="Qachon yetib keladi?"
    )


def template(partner: Partner) -> ReplyTemplate:
    return ReplyTemplate(
        partner=partner, title=f"SCALE-1-{uuid.uuid4().int}", text="Ertaga yuboramiz."
    )


def parcel(order: Order) -> Return:
    return Return(
        partner=order.partner,
        connection=order.connection,
        external_id=f"scale-{order.external_id}",
        order_number=order.external_id,
        order=order,
        opened_at=timezone.now(),
        changed_at=timezone.now(),
    )


def return_item(parcel: Return) -> ReturnItem:
    return ReturnItem(parcel=parcel, sku="SCALE", quantity=1)
