"""A batch that is refused or broken off: each item keeps the answer it got."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.utils import timezone

from marketplaces import budgets, outbox, payloads
from marketplaces.connectors import errors
from marketplaces.connectors.base import Limit
from marketplaces.connectors.batching import in_loads, one_result_each
from marketplaces.connectors.errors import RateLimited, Rejected, Unsupported
from marketplaces.connectors.remote import CardDraft, CardText, ItemResult, StockUpdate
from marketplaces.models import Operation
from sellercloudx import wiring
from tests import factories
from tests.marketplaces.script import ok, refusal
from tests.marketplaces.yandex.samples import stock_update, yandex

State = Operation.State


def ignore(operation, result):
    """The owner's part is not what is tested here."""


@pytest.fixture
def shop(fake, db, monkeypatch):
    for kind in Operation.Kind.values:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.ignore")
    return factories.make_connection(marketplace="fake")


def tell_many(shop, count):
    with transaction.atomic():
        for number in range(count):
            sku = f"SKU-{number}"
            update = StockUpdate(sku, 1, datetime(2026, 11, 20, tzinfo=UTC))
            outbox.add(
                connection=shop, kind="push_stock", target=sku,
                payload=payloads.dump(update), dedupe=sku,
            )  # fmt: skip


def states():
    return dict(Operation.objects.values_list("target", "state"))


class Counter:
    """A marketplace with a budget of calls, that refuses batches holding a bad item."""

    def __init__(self, budget, refuses):
        self.budget, self.refuses, self.calls = budget, refuses, 0

    def send(self, updates):
        if self.calls >= self.budget:
            raise RateLimited("slow down", retry_after=60)
        self.calls += 1
        self.refuses(updates)
        return [ItemResult(update.sku, True) for update in updates]

    def push_stocks(self, connector, updates):
        return one_result_each(updates, self.send, key=lambda update: update.sku)


def test_a_method_the_account_may_not_use_is_one_call_for_the_whole_batch(shop, fake, monkeypatch):
    def refuses(updates):
        raise Unsupported("not supported for this cabinet", code="FORBIDDEN")

    theirs = Counter(20, refuses)
    monkeypatch.setattr(fake, "push_stocks", lambda self, u: theirs.push_stocks(self, u))
    tell_many(shop, 50)
    assert outbox.drain(shop.pk) == 50
    assert theirs.calls == 1
    assert set(states().values()) == {State.REJECTED}
    assert Operation.objects.first().error_message == "not supported for this cabinet"


def test_what_was_answered_before_the_budget_ran_out_is_kept(shop, fake, monkeypatch):
    """Each turn gets further, however many are bad; none begins from the start again."""

    def refuses(updates):
        if any(int(update.sku[4:]) % 4 == 0 for update in updates):
            raise Rejected("one of them is bad", code="BAD")

    monkeypatch.setattr(fake, "limits", {})
    tell_many(shop, 64)
    open_ones, turns = Operation.objects.filter(state__in=Operation.OPEN), []
    while open_ones.exists() and len(turns) < 20:
        theirs = Counter(20, refuses)
        monkeypatch.setattr(fake, "push_stocks", lambda self, u, t=theirs: t.push_stocks(self, u))
        turns.append(outbox.drain(shop.pk))
        open_ones.update(due_at=timezone.now())
    assert all(turns)
    assert sum(turns) == 64
    assert list(states().values()).count(State.REJECTED) == 16
    assert list(states().values()).count(State.DONE) == 48


def test_our_own_budget_of_twenty_a_minute_is_no_wall(shop, fake, monkeypatch):
    limit = Limit(20, 60, "20 a minute")

    def refuses(updates):
        budgets.spend("fake:x", "stocks", limit)
        if any(int(update.sku[4:]) % 4 == 0 for update in updates):
            raise Rejected("one of them is bad", code="BAD")

    theirs = Counter(1000, refuses)
    monkeypatch.setattr(fake, "push_stocks", lambda self, u: theirs.push_stocks(self, u))
    tell_many(shop, 64)
    assert outbox.drain(shop.pk) > 0
    assert {State.DONE, State.REJECTED, State.WAITING} == set(states().values())


def test_an_error_takes_along_what_was_answered_before_it():
    def send(group):
        if "c" in group:
            raise errors.Unavailable("away")
        return [ItemResult(item, True) for item in group]

    with pytest.raises(errors.Unavailable) as caught:
        in_loads([["a"], ["b"], ["c"]], send, key=str)
    assert [result.key for result in caught.value.answered] == ["a", "b"]


def test_yandex_keeps_the_answers_of_its_batches():
    updates = [stock_update(f"S{n}") for n in range(2500)]
    connector = yandex(ok(), refusal(420, headers={"Retry-After": "60"}))
    with pytest.raises(RateLimited) as caught:
        connector.push_stocks(updates)
    assert [result.key for result in caught.value.answered] == [f"S{n}" for n in range(2000)]


def test_of_cards_only_refusals_are_kept_for_the_others_need_both_languages():
    texts = (CardText("ru", "Чайник", "Чайник"), CardText("uz", "Choynak", "Choynak"))
    cards = [CardDraft(sku, "1", texts) for sku in ("A", "B")]
    refused = CardDraft("C", "1", (CardText("uz", "Piyola", "Piyola"),))
    connector = yandex(ok(), refusal(420, headers={"Retry-After": "60"}))
    with pytest.raises(RateLimited) as caught:
        connector.publish_cards([*cards, refused])
    assert [(r.key, r.code) for r in caught.value.answered] == [("C", "no_russian_text")]


def test_an_outage_in_the_middle_puts_only_the_rest_off(shop, fake, monkeypatch):
    say = fake._say

    def away_at_two(self, verb, key, value=None):
        if key == "SKU-1":
            raise Rejected("bad", code="BAD")
        if key == "SKU-2":
            raise errors.Unavailable("away")
        return say(self, verb, key, value)

    monkeypatch.setattr(fake, "_say", away_at_two)
    tell_many(shop, 3)
    assert outbox.drain(shop.pk) == 2
    assert states() == {"SKU-0": State.DONE, "SKU-1": State.REJECTED, "SKU-2": State.WAITING}
