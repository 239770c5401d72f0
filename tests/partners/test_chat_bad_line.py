"""A line that loses requests and answers loses no message and doubles none."""

import os
import random
import uuid

import pytest

from partners.models import ChatMessage, Notification
from tests import factories
from tests.at_once import at_once
from tests.partners.talking import AS_SCRIPT, SUPPORT, partner_says, room_of, typed

LOST = 0.3
# The long form is 1000.
MESSAGES = int(os.environ.get("ON_A_BAD_LINE", "300"))


class Dropped(Exception):
    """What the browser sees of it: nothing."""


class BadLine:
    """A client some of whose requests never arrive, and some of whose answers never do."""

    def __init__(self, client, seed: int):
        self.client = client
        self.chance = random.Random(seed)
        self.before = self.after = 0

    def post(self, path, data):
        is_lost = self.chance.random() < LOST
        is_early = self.chance.random() < 0.5
        if is_lost and is_early:
            self.before += 1
            raise Dropped
        answer = self.client.post(path, data, **AS_SCRIPT)
        assert answer.status_code == 204
        if is_lost:
            self.after += 1
            raise Dropped
        return answer


def send_until_it_is_known(line, path: str, text: str) -> None:
    """As static/js/chat.js does: the same number each time, the next only after this one."""
    said = {"text": text, "client_id": uuid.uuid4()}
    while True:
        try:
            line.post(path, said)
        except Dropped:
            continue
        return


@pytest.mark.django_db
def test_hundreds_of_messages_arrive_each_once_and_in_order(client, partner, staff, monkeypatch):
    monkeypatch.setattr("partners.limits.MESSAGES_BY_PERSON", "100000/m")
    line = BadLine(client, seed=20261125)
    turns = [(partner.owner, SUPPORT), (staff, room_of(partner))]
    sent = []
    for turn in range(10):
        user, path = turns[turn % 2]
        client.force_login(user)
        for n in range(MESSAGES // 10):
            sent.append(f"{turn}:{n}")
            send_until_it_is_known(line, path, sent[-1])
    kept = list(ChatMessage.objects.order_by("pk").values_list("text", flat=True))
    print(  # noqa: T201
        f"\n{MESSAGES} messages, {line.before} requests lost, {line.after} answers lost: "
        f"{len(kept)} kept, {len(set(kept))} different, in order: {kept == sent}"
    )
    assert line.before + line.after > MESSAGES * LOST
    assert kept == sent
    # Nobody read, and each of the ten turns is one burst: the other side hears of it once.
    assert Notification.objects.filter(kind="chat").count() == 5
    assert Notification.objects.filter(kind="chat_partner").count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_message_from_two_requests_at_once_is_one(monkeypatch):
    partner = factories.make_partner()
    for _round in range(5):
        number = uuid.uuid4()
        came = at_once(*[lambda n=number: partner_says(partner, "Bir", client_id=n)] * 3)
        assert len({said.pk for said in came}) == 1
    assert ChatMessage.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_numbers_grow_as_messages_come_to_be_seen():
    """Who asks for what came after a number must miss none that is finished later."""
    partner = factories.make_partner()
    seen = []

    def watch():
        for _look in range(200):
            after = seen[-1] if seen else 0
            news = ChatMessage.objects.for_partner(partner).filter(pk__gt=after).order_by("pk")
            seen.extend(news.values_list("pk", flat=True))

    def write():
        for n in range(15):
            partner_says(partner, typed(str(n))["text"])

    failed = [came for came in at_once(watch, write, write, write) if came is not None]
    assert failed == []
    watch()
    assert seen == list(ChatMessage.objects.order_by("pk").values_list("pk", flat=True))
    assert len(seen) == 45
