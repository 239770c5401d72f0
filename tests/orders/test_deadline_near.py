"""That an order must be handed over soon is told once, to those who may pack."""

from datetime import timedelta

import pytest
import time_machine
from django.utils.module_loading import import_string
from huey.contrib.djhuey import HUEY

from orders.models import Order
from orders.services import deadlines
from partners.models import Notification
from partners.services import deliveries
from tests import factories
from tests.at_once import at_once
from tests.partners.telegram.linking import CHAT, link
from tests.partners.telling import join

from .fakes import MOMENT, receive, remote

pytestmark = pytest.mark.django_db
KINDS = ["deadline_near", "deadlines_near"]


@pytest.fixture
def strike(django_capture_on_commit_callbacks):
    """What the worker does so many hours after the beginning."""

    def go(hours: float) -> None:
        with time_machine.travel(MOMENT + timedelta(hours=hours), tick=False):
            HUEY.flush()
            with django_capture_on_commit_callbacks(execute=True):
                deadlines.wake_checks()
            while task := HUEY.dequeue():
                path, *args = task.args
                import_string(path)(*args)

    return go


def told(user) -> list[dict]:
    notices = Notification.objects.filter(user=user, kind__in=KINDS).order_by("pk")
    return [notice.data for notice in notices]


def test_it_is_told_four_hours_before_and_once(partner, shop, product, strike):
    """Noon of the next day in Tashkent is its hour."""
    order = receive(shop, remote())
    strike(19)
    assert told(partner.owner) == []
    for hours in (20, 20.1, 23.9, 25):
        strike(hours)
    (said,) = told(partner.owner)
    assert said == {
        "order": order.pk,
        "shop": shop.name,
        "number": "5001",
        "until": "21.11 12:00",
    }


def test_an_hour_that_they_change_is_not_told_again(partner, shop, product, strike):
    receive(shop, remote())
    strike(21)
    receive(shop, remote(minutes=5, ship_by=MOMENT + timedelta(days=2)))
    assert Order.objects.get().ship_by == MOMENT + timedelta(days=2)
    strike(45)
    assert len(told(partner.owner)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "ready"},
        {"status": "cancelled"},
        {"fulfilment": Order.NOT_OURS},
        {"ship_by": None},
    ],
)
def test_what_is_not_to_pack_is_not_told(partner, shop, product, strike, changes):
    receive(shop, remote())
    Order.objects.update(**changes)
    strike(21)
    assert told(partner.owner) == []


def test_a_company_that_does_not_work_is_not_told(partner, shop, product, strike):
    receive(shop, remote())
    partner.state = "blocked"
    partner.save()
    strike(21)
    assert told(partner.owner) == []


def test_those_who_may_pack_are_told_and_nobody_else(partner, shop, product, strike):
    people = {role: join(partner, role) for role in ("manager", "operator", "viewer")}
    stranger = factories.make_partner()
    receive(shop, remote())
    strike(21)
    assert {role: len(told(user)) for role, user in people.items()} == {
        "manager": 1,
        "operator": 1,
        "viewer": 0,
    }
    assert told(stranger.owner) == []


def test_a_morning_full_of_orders_is_one_notice(partner, shop, product, strike):
    receive(shop, *[remote(str(number)) for number in range(1, 13)])
    strike(21)
    strike(21)
    (said,) = told(partner.owner)
    assert (said["count"], said["until"]) == (12, "21.11 12:00")
    assert said["numbers"] == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10…"


def test_the_message_has_the_buttons_of_the_order(partner, shop, product, telegram, strike):
    partner.owner.language = "en"
    partner.owner.save()
    link(partner.owner)
    receive(shop, remote())
    strike(21)
    with time_machine.travel(MOMENT + timedelta(hours=21), tick=False):
        deliveries.send_due("telegram")
    assert [text for text in telegram.said_to(CHAT) if "hand order 5001 over by 21.11" in text]
    assert "Ready to ship" in [button["text"] for button in telegram.buttons()]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(partner, shop, product):
    receive(shop, *[remote(str(number)) for number in range(1, 4)])
    with time_machine.travel(MOMENT + timedelta(hours=21), tick=False):
        at_once(*[lambda: deadlines.tell(partner.pk)] * 3)
    assert len(told(partner.owner)) == 1
