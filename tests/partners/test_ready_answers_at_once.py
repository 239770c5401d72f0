"""Two of our people look after the ready answers at the same moment."""

import pytest
from django.test import Client

from partners.models import AuditLog, CannedReply
from partners.services import canned_replies
from tests import factories
from tests.at_once import ROUNDS, at_once

ANSWERS = "/admin-panel/chat/answers/"
WORDS = {"title": "Qayta chop", "text": "Etiketkani qayta chop eting"}


@pytest.fixture
def four(transactional_db):
    """Tabs of one of our people."""
    staff = factories.make_staff()
    tabs = [Client(raise_request_exception=False) for _ in range(4)]
    for tab in tabs:
        tab.force_login(staff)
        tab.cookies["django_language"] = "en"
    return tabs


def sent(tabs, path: str, data: dict) -> list:
    return at_once(*(lambda tab=tab: tab.post(path, data) for tab in tabs))


def audited(action: str) -> int:
    return AuditLog.objects.filter(action=action).count()


@pytest.mark.django_db(transaction=True)
def test_of_four_that_add_the_same_one_does_and_the_others_are_told(four):
    for round_ in range(ROUNDS):
        came = sent(four, ANSWERS, WORDS | {"title": f"Qayta chop {round_}"})
        assert sorted(one.status_code for one in came) == [302, 422, 422, 422]
        refused = next(one for one in came if one.status_code == 422).content.decode()
        assert "already exists" in refused and WORDS["text"] in refused
    assert CannedReply.objects.count() == audited("CANNED_REPLY_ADDED") == ROUNDS


@pytest.mark.django_db(transaction=True)
def test_it_is_removed_once_however_many_press(four):
    for _ in range(ROUNDS):
        one = CannedReply.objects.create(**WORDS)
        came = sent(four, f"{ANSWERS}{one.pk}/", {"remove": "1"})
        assert {one.status_code for one in came} <= {302, 404}
    assert not CannedReply.objects.exists()
    assert audited("CANNED_REPLY_REMOVED") == ROUNDS


@pytest.mark.django_db
def test_what_was_removed_meanwhile_does_not_come_back_by_a_change(staff):
    one = CannedReply.objects.create(**WORDS)
    assert canned_replies.remove(CannedReply.objects.get(pk=one.pk), by=staff)
    with pytest.raises(canned_replies.Gone):
        canned_replies.change(one, **WORDS | {"text": "Boshqa"}, by=staff)
    assert not canned_replies.remove(one, by=staff)
    assert not CannedReply.objects.exists()


@pytest.mark.django_db
def test_the_title_of_another_is_not_taken_over(staff):
    first, second = CannedReply(**WORDS), CannedReply(title="Boshqa", text="Gap")
    for one in (first, second):
        canned_replies.add(one, by=staff)
    with pytest.raises(canned_replies.TitleTaken):
        canned_replies.change(second, title=first.title, text="Gap", by=staff)
    assert audited("CANNED_REPLY_CHANGED") == 0
