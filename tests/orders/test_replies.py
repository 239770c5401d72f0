"""An answer reaches the buyer it is meant for, once, or the shop is told that it did not."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplaces import outbox, parking, setbacks
from marketplaces.connectors.errors import BadResponse, Rejected, Unavailable
from marketplaces.models import Connection, Operation
from orders.models import ConversationMessage
from orders.services import conversations, desk, replies
from partners.models import Notification
from tests import factories
from tests.orders.talking import TalkingShop, chat, heard, message

pytestmark = pytest.mark.django_db
State = ConversationMessage.State


def say(conversation, text="Ertaga", *, by=None, client_id=None, seen=None):
    conversation.refresh_from_db()
    return replies.send(
        conversation=conversation,
        by=by or _owner(conversation),
        text=text,
        client_id=client_id or uuid.uuid4(),
        seen=conversation.last_id if seen is None else seen,
    )


def _owner(conversation):
    return conversation.partner.members.get().user


def drain(shop):
    """All that is due, now or later."""
    Operation.objects.update(due_at=timezone.now())
    outbox.drain(shop.pk)


def state_of(message):
    message.refresh_from_db()
    return message.state


def test_an_answer_is_sent_once_and_nobody_waits(talking):
    found, number = heard(talking, chat()), uuid.uuid4()
    first = say(found, client_id=number)
    seen = found.last_id
    # The same form once more, as a browser sends it that lost the answer.
    assert say(found, client_id=number, seen=0) == first
    found.refresh_from_db()
    assert found.waits_since is None and found.assigned == _owner(found) and found.last_id > seen
    drain(talking)
    drain(talking)
    assert TalkingShop.there == {("chat", "700"): ["Ertaga"]}
    assert state_of(first) == State.SENT
    # Read back with its number, it is the same one.
    back = heard(talking, chat(message("1", "Salom"), message("m1", "Ertaga ", sender="seller")))
    assert [m.external_id for m in back.messages.order_by("pk")] == ["1", "m1"]


@pytest.mark.parametrize("has_arrived", [True, False])
def test_an_answer_whose_fate_is_unknown_is_looked_up_before_it_is_repeated(talking, has_arrived):
    found = heard(talking, chat())
    TalkingShop.failing = [(Unavailable("timed out"), has_arrived)]
    message_ = say(found)
    drain(talking)
    assert state_of(message_) == State.QUEUED
    drain(talking)
    assert TalkingShop.there["chat", "700"] == ["Ertaga"]
    assert state_of(message_) == State.SENT


def test_the_same_words_twice_are_two_answers_even_if_one_is_lost(talking):
    found = heard(talking, chat())
    say(found, "Ha")
    drain(talking)
    second = say(found, "Ha")
    TalkingShop.failing = [(Unavailable("timed out"), False)]
    drain(talking)
    drain(talking)
    assert TalkingShop.there["chat", "700"] == ["Ha", "Ha"] and state_of(second) == State.SENT


def test_two_at_once_are_told_and_nothing_is_said_twice(talking, partner):
    found, other = heard(talking, chat()), factories.make_user(first_name="Bobur")
    seen = found.last_id
    assert desk.come(found, partner.owner) is None
    found.refresh_from_db()
    assert desk.come(found, other) == partner.owner
    say(found, "Birinchi", by=other)
    with pytest.raises(replies.MovedOn) as told:
        say(found, "Ikkinchi", seen=seen)
    assert told.value.by == other
    heard(talking, chat(message("1", "Salom"), message("2", "Yana", minutes=1)))
    with pytest.raises(replies.MovedOn) as told:
        say(found, "Ikkinchi", seen=seen)
    assert found.messages.filter(author__isnull=False).count() == 1


def test_a_refused_answer_leaves_the_buyer_waiting_and_people_told(talking, partner):
    found = heard(talking, chat())
    TalkingShop.failing = [(Rejected("no contacts", words="Контакты запрещены"), False)]
    sent = say(found, "Yozing: @menga")
    drain(talking)
    assert state_of(sent) == State.REFUSED and sent.detail == "Контакты запрещены"
    found.refresh_from_db()
    assert found.waits_since is not None
    assert Notification.objects.filter(user=partner.owner, kind="reply_refused").count() == 1


def test_an_unclear_answer_asks_a_person(talking, partner):
    found = heard(talking, chat())
    TalkingShop.failing = [(BadResponse("odd"), False)] * setbacks.UNCLEAR_TRIES
    sent = say(found)
    for _ in range(setbacks.UNCLEAR_TRIES):
        drain(talking)
    assert state_of(sent) == State.UNCLEAR
    assert Notification.objects.filter(user=partner.owner, kind="reply_unclear").count() == 1
    parking.retry(operation=Operation.objects.get(), by=partner.owner)
    drain(talking)
    assert state_of(sent) == State.SENT and TalkingShop.there["chat", "700"] == ["Ertaga"]


def test_no_answer_goes_into_another_conversation(talking):
    """Whatever wrote the operation: it is compared with the row that the form was bound to."""
    found = heard(talking, chat())
    other = heard(talking, chat(number="701"))
    sent = say(found)
    Operation.objects.update(
        target=other.target, payload={**Operation.objects.get().payload, "thread": "701"}
    )
    drain(talking)
    assert TalkingShop.there == {} and state_of(sent) == State.REFUSED
    # Nor does the database take a buyer's message as one to send, or one number twice.
    for fields in ({"sender": "buyer", "state": "queued"}, {"external_id": "1", "sender": "buyer"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ConversationMessage.objects.create(conversation=found, **fields)


def test_what_cannot_be_answered_is_said_before(talking):
    found = heard(talking, chat())
    with pytest.raises(replies.TooLong):
        say(found, "x" * 10_000)
    heard(talking, chat(vendor_status="FINISHED"))
    with pytest.raises(replies.CannotReply):
        say(found)
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    heard(talking, chat())
    with pytest.raises(replies.CannotReply):
        say(found)
    assert not Operation.objects.exists()


def test_a_disconnected_shop_leaves_its_answers_unsent(talking):
    found = heard(talking, chat())
    sent = say(found)
    outbox.abandon(talking)
    assert state_of(sent) == State.UNTOLD
    conversations.settle(replies.locked_for(found))
    found.refresh_from_db()
    assert found.waits_since is not None
