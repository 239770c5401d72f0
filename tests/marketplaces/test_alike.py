"""What fails three times in the very same way, alone, while others are answered, stops."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplaces import outbox, setbacks
from marketplaces.connectors import errors
from marketplaces.models import Breaker, Operation
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db
State = Operation.State


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    for kind in wiring.OPERATION_RESULT:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.heard")
        monkeypatch.setitem(wiring.OPERATION_PARKED, kind, f"{__name__}.heard")


def heard(*what):
    pass


@pytest.fixture
def shop(fake):
    return factories.make_connection(marketplace="fake")


@pytest.fixture
def step(shop):
    return outbox.add(connection=shop, kind="ship_order", target="7", payload={}, dedupe="7")


def drain(shop, fake, *failures, pause=timedelta(minutes=1), others_answered=True):
    """So many tries, one after the other, with an answer to somebody in between."""
    at = timezone.now()
    for failure in failures:
        fake.failing = [(failure, False)] * 2
        with time_machine.travel(at, tick=False):
            outbox.drain(shop.pk)
        at += pause
        if others_answered:
            Breaker.objects.update_or_create(
                connection=shop, defaults={"recovered_at": at - timedelta(seconds=1)}
            )


def schema(words="no status"):
    return errors.BadResponse(words, code="schema", words=words)


def away():
    return errors.Unavailable("502", code="http_502")


def test_an_answer_nobody_understands_three_times_alike_stops_it(shop, fake, step):
    drain(shop, fake, schema(), schema())
    step.refresh_from_db()
    assert (step.state, step.alike) == (State.WAITING, 2)
    drain(shop, fake, schema(), pause=timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        drain(shop, fake, schema())
    step.refresh_from_db()
    assert (step.state, step.error_code) == (State.PARKED, "schema")


def test_another_failure_in_between_begins_anew(shop, fake, step):
    drain(shop, fake, schema(), schema(), schema("no id"), schema(), schema())
    step.refresh_from_db()
    assert (step.state, step.alike) == (State.WAITING, 2)


def test_trouble_on_the_wire_must_last_and_others_be_answered(shop, fake, step):
    drain(shop, fake, *[away()] * 4)
    step.refresh_from_db()
    assert step.state == State.WAITING
    with time_machine.travel(timezone.now() + setbacks.TROUBLE_LASTS + timedelta(minutes=5)):
        drain(shop, fake, away())
    step.refresh_from_db()
    assert step.state == State.PARKED


def test_while_nobody_is_answered_it_is_not_its_fault(shop, fake, step):
    drain(shop, fake, *[away()] * 8, pause=timedelta(minutes=20), others_answered=False)
    step.refresh_from_db()
    assert (step.state, step.alike) == (State.WAITING, 1)


def test_to_be_asked_to_slow_down_is_no_failure(shop, fake, step):
    drain(shop, fake, *[errors.RateLimited("slow", retry_after=1)] * 5)
    step.refresh_from_db()
    assert (step.state, step.alike) == (State.WAITING, 0)


def test_an_account_that_is_left_alone_costs_an_operation_nothing(shop, fake, step):
    drain(shop, fake, errors.Held("left alone", retry_after=30))
    step.refresh_from_db()
    assert (step.state, step.alike, step.failures) == (State.WAITING, 0, 0)
