"""What one partner wrote stands in nothing another one gets: page, mail or log."""

import logging

import pytest

from partners.services import deliveries
from tests import marked
from tests.permission_table import RULES
from tests.test_query_counts import address, know_the_category

pytestmark = pytest.mark.django_db
PAGES = [
    name
    for name, rule in RULES.items()
    if rule.who in ("partner", "applicant") and "get" in rule.methods
]
CANARIES = {"first": "kanareyka", "second": "saʼvatoy"}


def pages_of(client, connection) -> dict[str, str]:
    client.force_login(connection.partner.owner)
    found = {}
    for name in PAGES:
        answer = client.get(address(name, connection), headers={"HX-Request": "true"})
        assert answer.status_code in (200, 302), name
        found[name] = answer.content.decode()
    return found


@pytest.fixture
def shops():
    know_the_category()
    return {who: marked.shop(lambda most, word=word: word) for who, word in CANARIES.items()}


@pytest.mark.parametrize(("mine", "theirs"), [("first", "second"), ("second", "first")])
def test_pages_mail_and_log_hold_ones_own_words_alone(client, caplog, shops, mine, theirs):
    caplog.set_level(logging.DEBUG)
    own, foreign = (escaped(CANARIES[who]) for who in (mine, theirs))
    pages = pages_of(client, shops[mine])
    told = [name for name, page in pages.items() if own & words_in(page, own)]
    assert len(told) > 15
    assert [name for name, page in pages.items() if words_in(page, foreign)] == []
    assert not words_in(caplog.text, foreign)


def test_letters_and_their_log_too(caplog, shops):
    caplog.set_level(logging.DEBUG)
    assert deliveries.send_due("email") == 2
    for mine, theirs in (("first", "second"), ("second", "first")):
        letters = marked.letters_to(shops[mine].partner)
        assert CANARIES[mine] in letters and CANARIES[theirs] not in letters
    assert not any(word in caplog.text for word in CANARIES.values())


def escaped(word: str) -> set[str]:
    """As it is, and as a template or JSON writes it."""
    return {word, word.replace("ʼ", "\\u02bc")}


def words_in(text: str, words: set[str]) -> set[str]:
    return {word for word in words if word in text}
