"""Answering buyers. An answer is ours at once and told through the outbox, once.

It belongs to one conversation by its row; what the outbox is about to send is compared with that
row, so that no mistake elsewhere can carry it into another one.
"""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from marketplaces import inbound, outbox
from marketplaces.connectors.base import Capability
from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Connection, Operation
from marketplaces.replying import Before, same_words
from orders.models import Conversation, ConversationMessage
from orders.services import buyer_news, conversations
from partners.models import User
from sellercloudx.lib.submissions import key_of

Sender, State = ConversationMessage.Sender, ConversationMessage.State
FINISHED = "FINISHED"


class CannotReply(Exception):
    """The shop is disconnected, or its marketplace takes no answer from us."""


class MovedOn(Exception):
    """Something was said since the form was opened; `by` is who of the shop said it, if it was."""

    def __init__(self, by: User | None):
        super().__init__("moved on")
        self.by = by


class TooLong(Exception):
    """Longer than the marketplace takes."""

    def __init__(self, most: int):
        super().__init__(most)
        self.most = most


def can_reply(conversation: Conversation) -> bool:
    connection = conversation.connection
    return (
        connection.state != Connection.State.DISCONNECTED
        and connector_class(connection.marketplace).supports(Capability.REPLY)
        and conversation.vendor_status != FINISHED
    )


def longest(conversation: Conversation) -> int:
    return connector_class(conversation.connection.marketplace).longest_reply


@transaction.atomic
def send(
    *, conversation: Conversation, by: User, text: str, client_id: uuid.UUID, seen: int
) -> ConversationMessage:
    """Answer once: the same words with the same `client_id` are the answer there is.

    `seen` is the newest message when the form was opened. Raises CannotReply, TooLong, MovedOn.
    """
    locked = locked_for(conversation)
    client_id = key_of(client_id, conversation=locked.pk, text=text)
    before = ConversationMessage.objects.filter(author=by, client_id=client_id).first()
    if before:
        return before
    if not can_reply(locked):
        raise CannotReply
    if len(text) > longest(locked):
        raise TooLong(longest(locked))
    if locked.last_id != seen:
        raise MovedOn(_who_spoke_since(locked, seen))
    return _keep(locked, by, text, client_id)


def locked_for(conversation: Conversation) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("connection")
    return rows.get(pk=conversation.pk)


def _who_spoke_since(conversation: Conversation, seen: int) -> User | None:
    later = conversation.messages.filter(pk__gt=seen, author__isnull=False)
    last = later.select_related("author").order_by("-pk").first()
    return last.author if last else None


def _keep(
    conversation: Conversation, by: User, text: str, client_id: uuid.UUID
) -> ConversationMessage:
    message = ConversationMessage.objects.create(
        conversation=conversation,
        sender=Sender.SELLER,
        state=State.QUEUED,
        text=text,
        author=by,
        client_id=client_id,
        at=max(timezone.now(), conversation.last_at),
    )
    if conversation.assigned_id is None:
        Conversation.objects.filter(pk=conversation.pk).update(assigned=by)
    conversations.settle(conversation)
    outbox.add(
        connection=conversation.connection,
        kind=Operation.Kind.SEND_REPLY,
        target=conversation.target,
        subject=conversation.subject,
        payload={
            "kind": conversation.kind,
            "thread": conversation.external_id,
            "text": text,
            "message": message.pk,
        },
        dedupe=f"send_reply:{message.pk}",
        requested_by=by,
    )
    return message


def before_sending(operation: Operation) -> Before:
    """What the outbox must know: whether it is this answer, and which messages are others."""
    message = _message_of(operation)
    if message is None or not _is_for(message, operation):
        return Before(refusal="wrong_conversation")
    if message.external_id:
        return Before(is_there=True)
    others = [
        one
        for one in message.conversation.messages.filter(sender=Sender.SELLER).exclude(pk=message.pk)
        if same_words(one.text, message.text)
    ]
    return Before(
        known=frozenset(one.external_id for one in others if one.external_id),
        unnumbered=sum(one.state == State.SENT and not one.external_id for one in others),
    )


def _message_of(operation: Operation) -> ConversationMessage | None:
    rows = ConversationMessage.objects.select_related("conversation__connection")
    return rows.filter(pk=operation.payload["message"], sender=Sender.SELLER).first()


def _is_for(message: ConversationMessage, operation: Operation) -> bool:
    conversation, said = message.conversation, operation.payload
    return (
        conversation.connection_id == operation.connection_id
        and conversation.target == operation.target == f"{said['kind']}:{said['thread']}"
        and message.text == said["text"]
    )


def on_result(operation: Operation, result: ItemResult) -> None:
    message = _locked_message(operation)
    if message is None:
        return
    if result.ok:
        message.state, message.detail = State.SENT, ""
        if result.made_id and not message.external_id and not _is_taken(message, result.made_id):
            message.external_id = result.made_id
    else:
        message.state, message.detail = State.REFUSED, (result.message or result.code)[:1000]
        buyer_news.tell_of_refusal(message)
    _save(message)


def _is_taken(message: ConversationMessage, number: str) -> bool:
    return message.conversation.messages.filter(external_id=number).exists()


def _locked_message(operation: Operation) -> ConversationMessage | None:
    """With its conversation locked first, as everybody else does."""
    message = _message_of(operation)
    if message is not None:
        conversation = locked_for(message.conversation)
        message.refresh_from_db()
        message.conversation = conversation
    return message


def _save(message: ConversationMessage) -> None:
    message.save(update_fields=["state", "detail", "external_id"])
    conversations.settle(message.conversation)


def on_parked(operations: Sequence[Operation], by: User | None) -> None:
    """Nobody knows whether it was taken; or it was given up."""
    for operation in operations:
        message = _locked_message(operation)
        # What was read back meanwhile has arrived.
        if message is None or message.external_id:
            continue
        is_parked = operation.state == Operation.State.PARKED
        message.state = State.UNCLEAR if is_parked else State.UNTOLD
        _save(message)
        if is_parked:
            buyer_news.tell_of_refusal(message, is_unclear=True)
            inbound.hurry(message.conversation.connection)


def on_retried(operation: Operation, by: User) -> None:
    message = _locked_message(operation)
    if message is not None and not message.external_id:
        message.state = State.QUEUED
        _save(message)
