"""The reader's clock is looked at when a message goes out, not only when it was written."""

from datetime import time

import pytest
from django.core.cache import caches

from partners.models import Delivery
from partners.services import choices, deliveries, digests
from tests.partners.telegram.linking import CHAT, link
from tests.partners.telling import at, due_of, tell

pytestmark = pytest.mark.django_db
DIGEST = {("new_order", "telegram"): "digest"}


@pytest.fixture
def reader(partner, telegram):
    link(partner.owner)
    return partner.owner


def be_quiet(user, begin=22, end=7) -> None:
    choices.set_quiet_hours(user=user, begin=time(begin), end=time(end))


def test_a_worker_that_comes_back_at_night_wakes_nobody(partner, telegram, reader):
    be_quiet(reader)
    with at("21:58"):
        tell(partner, "new_order")
    with at("03:00", day=26):
        deliveries.send_due("telegram")
        assert due_of(reader, "telegram") == [("due", "26 07:00")]
    assert telegram.said_to(CHAT) == []
    assert Delivery.objects.get(channel="telegram").attempts == 0
    with at("07:00", day=26):
        deliveries.send_due("telegram")
    assert len(telegram.said_to(CHAT)) == 1


def test_the_evening_s_message_tried_again_at_night_waits_for_the_morning(
    partner, telegram, reader
):
    be_quiet(reader)
    choices.choose(user=reader, wishes=DIGEST, runs_it=True)
    with at("12:00"):
        tell(partner, "new_order")
    telegram.faults["sendMessage"] = "garbage"
    for clock in ("21:00", "21:01", "21:06", "21:21"):
        with at(clock):
            caches["guard"].clear()
            digests.send(reader.pk, "telegram")
    telegram.faults.clear()
    caches["guard"].clear()
    with at("22:21"):
        assert not digests.send(reader.pk, "telegram")
    assert telegram.said_to(CHAT) == []
    with at("07:00", day=26):
        assert digests.send(reader.pk, "telegram")


@pytest.mark.parametrize("wishes", [DIGEST, {}])
def test_hours_set_later_hold_for_what_waits(partner, telegram, reader, wishes):
    choices.choose(user=reader, wishes=wishes, runs_it=True)
    with at("12:00"):
        tell(partner, "new_order")
        be_quiet(reader, 20)
    with at("21:00"):
        digests.send(reader.pk, "telegram")
        deliveries.send_due("telegram")
        assert [due for _, due in due_of(reader, "telegram")] == ["26 07:00"]
    assert telegram.said_to(CHAT) == []


def test_what_comes_at_night_too_is_not_put_off(partner, telegram, reader):
    """Of an evening's message only the rest waits."""
    both = DIGEST | {("approval", "telegram"): "digest"}
    choices.choose(user=reader, wishes=both, runs_it=True)
    with at("12:00"):
        tell(partner, "new_order")
        tell(partner, "approval")
        be_quiet(reader, 20)
    with at("21:00"):
        assert digests.send(reader.pk, "telegram")
    (said,) = telegram.said_to(CHAT)
    assert "Yulduz" in said and "77" not in said
    assert sorted(due_of(reader, "telegram"))[0] == ("digest", "26 07:00")
