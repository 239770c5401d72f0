"""What buyers write is kept once, whole and harmless, in whatever way it comes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces.connectors.conversations import ThreadKind
from orders.models import Conversation, ConversationMessage
from orders.services import conversations, desk, retention
from partners.models import Notification
from tests import factories
from tests.orders.fakes import MOMENT
from tests.orders.talking import chat, heard, message

pytestmark = pytest.mark.django_db


HISTORY = [
    message("1", "Salom", minutes=0),
    message("2", "Qachon keladi?", minutes=1),
    message("3", "Ertaga", sender="seller", minutes=2),
    message("4", "Rahmat", sender="seller", minutes=3),
    message(str(2**53 + 1), "Yana savol", minutes=4),
    message(str(2**53 + 2), "Kutyapman", minutes=5),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=st.lists(st.lists(st.sampled_from(HISTORY), max_size=8), max_size=4),
    number=st.integers(1, 10**9),
)
def test_doubled_and_reordered_messages_end_in_the_same_history(talking, batches, number):
    for batch in [*batches, HISTORY]:
        found = heard(talking, chat(*batch, number=str(number)))
    said = list(found.messages.order_by("at", "pk").values_list("external_id", flat=True))
    assert said == [one.external_id for one in HISTORY]
    assert found.waits_since == MOMENT + timedelta(minutes=4)


def test_who_waits_and_since_when(talking):
    found = heard(talking, chat(*HISTORY[:2]))
    assert found.waits_since == MOMENT
    assert heard(talking, chat(*HISTORY[:3])).waits_since is None
    assert heard(talking, chat(*HISTORY)).waits_since == MOMENT + timedelta(minutes=4)
    desk.dismiss(conversation=found, by=factories.make_user())
    found.refresh_from_db()
    assert found.waits_since is None
    later = message("9", "Alo?", minutes=9)
    assert heard(talking, chat(*HISTORY, later)).waits_since == MOMENT + timedelta(minutes=9)
    # Their own word that nothing is due comes before ours.
    assert heard(talking, chat(*HISTORY, later, needs_answer=False)).waits_since is None
    # A new word of theirs says nothing, and stops nothing.
    odd = heard(talking, chat(*HISTORY, later, vendor_status="ODD" * 50, needs_answer=None))
    assert odd.vendor_status.startswith("ODD") and odd.waits_since


def test_hostile_words_are_kept_without_what_turns_or_hides(talking):
    text = "<script>alert(1)</script>\u202egnp.exe\u200b\x00 " + "x" * 30_000
    found = heard(talking, chat(message("1", text), buyer_name="\u202eNo\u200bdira" + "a" * 300))
    (kept,) = found.messages.all()
    assert kept.text.startswith("<script>alert(1)</script>gnp.exe x") and len(kept.text) <= 20_000
    assert found.buyer_name.startswith("Nodira") and len(found.buyer_name) == 120


def test_an_unknown_product_is_kept_and_linked_later(talking, partner):
    found = heard(talking, chat(sku="LATER-1", order_id="404"))
    assert found.product is None and found.order is None and found.order_number == "404"
    product = factories.make_product(partner, sku="LATER-1", stock=1)
    conversations.link_to(product)
    found.refresh_from_db()
    assert found.product == product
    other = heard(talking, chat(sku="THEIR-2", number="701"))
    by = factories.make_user()
    assert desk.link(conversation=other, product=product, by=by) == 1
    assert desk.link(conversation=other, product=product, by=by) == 0


def test_people_are_told_once_of_each_time_a_buyer_begins_to_wait(talking, partner):
    def told():
        return list(Notification.objects.filter(user=partner.owner).values_list("kind", flat=True))

    heard(talking, chat(*HISTORY[:2]))
    heard(talking, chat(*HISTORY[:2]))
    assert told() == ["buyer_wrote"]
    heard(talking, chat(*HISTORY))
    assert told() == ["buyer_wrote"] * 2
    heard(talking, _review("1", 5))
    assert told() == ["buyer_wrote"] * 2
    heard(talking, _review("2", 2))
    assert sorted(told()) == ["bad_review", "buyer_wrote", "buyer_wrote"]
    # What was written before the shop was connected is no news.
    heard(talking, chat(message("1", "Eski", minutes=-9999), number="705"))
    assert len(told()) == 3


def _review(number, rating):
    return chat(kind=ThreadKind.REVIEW, number=number, rating=rating, needs_answer=True)


def test_names_and_chats_are_erased_after_their_time_and_do_not_come_back(talking, monkeypatch):
    talk, review = heard(talking, chat()), heard(talking, _review("3", 5))
    monkeypatch.setattr(retention, "TALKS_KEPT", timezone.now() - MOMENT - timedelta(days=1))
    monkeypatch.setattr(conversations, "TALKS_KEPT", timezone.now() - MOMENT - timedelta(days=1))
    assert retention.forget_buyers() == 2
    heard(talking, chat())
    for one in (talk, review):
        one.refresh_from_db()
        assert one.buyer_name == "" and one.folded.find("nodira") < 0
    assert [one.text for one in talk.messages.all()] == [""]
    assert [one.text for one in review.messages.all()] == ["Assalomu alaykum"]


def test_shops_do_not_share_threads(talking, partner):
    other = factories.make_connection(factories.make_partner(), marketplace="fake", account="9")
    heard(talking, chat())
    heard(other, chat())
    assert Conversation.objects.count() == 2
    assert Conversation.objects.for_partner(partner).count() == 1
    assert ConversationMessage.objects.count() == 2
