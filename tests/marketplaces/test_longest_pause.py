"""However long a marketplace asks us to wait, it is asked again after an hour."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from marketplaces import budgets, inbound, outbox, payloads
from marketplaces.connectors.base import Limit
from marketplaces.connectors.errors import LONGEST_PAUSE, RateLimited, Unavailable
from marketplaces.connectors.remote import StockUpdate
from marketplaces.models import Operation, RateBudget, Stream
from sellercloudx import wiring
from tests import factories
from tests.marketplaces.script import make_http, refusal

HOUR = timedelta(seconds=LONGEST_PAUSE)
NONSENSE = [
    "86400",
    "9" * 30,
    "9" * 400,
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Mon, 23 Nov 2099 12:00:00 GMT",
]


def ignore(operation, result):
    """The owner's part is not what is tested here."""


def pause_of(status, headers):
    with pytest.raises(Unavailable) as caught:
        make_http(refusal(status, headers=headers)).json("PUT", "/x", operation="x")
    return caught.value.retry_after


@pytest.mark.parametrize("status", [420, 429, 503])
@pytest.mark.parametrize("value", NONSENSE)
def test_an_answer_may_ask_for_an_hour_at_most(status, value):
    assert pause_of(status, {"Retry-After": value}) == LONGEST_PAUSE


def test_the_end_of_a_window_far_away_is_an_hour_too():
    headers = {
        "X-RateLimit-Resource-Remaining": "0",
        "X-RateLimit-Resource-Until": "Fri, 31 Dec 9999 23:59:59 GMT",
    }
    assert pause_of(420, headers) == LONGEST_PAUSE


@pytest.mark.parametrize("value", ["²", "٣", "1e400", "nan", "-1", "0x10"])
def test_what_is_no_number_of_seconds_is_no_wish(value):
    assert pause_of(503, {b"Retry-After": value.encode()}) is None


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 1e300, 10.0**9])
def test_no_error_carries_more(seconds):
    assert RateLimited("slow", retry_after=seconds).retry_after == LONGEST_PAUSE


@pytest.mark.parametrize(("seconds", "kept"), [(0, 0), (-5, 0), (59.5, 59.5), (3600, 3600)])
def test_a_sensible_wish_is_kept(seconds, kept):
    assert RateLimited("slow", retry_after=seconds).retry_after == kept


@pytest.mark.django_db
def test_a_budget_is_blocked_for_an_hour_at_most():
    limit = Limit(5, 60, "5 a minute")
    gate = budgets.Gate("fake:1", {"ship": limit}, 4)
    with pytest.raises(RateLimited), gate("ship"):
        raise RateLimited("slow", retry_after=float("9" * 30))
    blocked = RateBudget.objects.get().blocked_until
    assert abs(blocked - timezone.now() - HOUR) < timedelta(seconds=5)
    with time_machine.travel(timezone.now() + HOUR + timedelta(seconds=5)), gate("ship"):
        pass


@pytest.fixture
def shop(fake, db, monkeypatch):
    for kind in Operation.Kind.values:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.ignore")
    return factories.make_connection(marketplace="fake")


def test_an_operation_is_told_after_an_hour(shop, fake):
    update = StockUpdate("A", 3, datetime(2026, 11, 20, tzinfo=UTC))
    with transaction.atomic():
        operation = outbox.add(
            connection=shop, kind="push_stock", target="A",
            payload=payloads.dump(update), dedupe="a",
        )  # fmt: skip
    fake.failing = [(RateLimited("slow", retry_after=float("9" * 30)), False)]
    outbox.drain(shop.pk)
    operation.refresh_from_db()
    assert operation.state == Operation.State.WAITING
    with time_machine.travel(timezone.now() + HOUR + timedelta(seconds=5)):
        assert outbox.drain(shop.pk) == 1


def test_a_stream_is_read_after_an_hour(shop, fake):
    inbound.open_streams(shop)
    fake.failing = [(RateLimited("slow", retry_after=float("9" * 30)), False)]
    assert not inbound.poll(shop.pk, "orders")
    due = Stream.objects.get(name="orders").due_at
    assert due < timezone.now() + HOUR + timedelta(seconds=5)
