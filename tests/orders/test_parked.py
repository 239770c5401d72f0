"""A step of an order without a clear answer: the order stands where the marketplace has it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from marketplaces import inbound, outbox, setbacks
from marketplaces.connectors import errors
from marketplaces.models import Operation, Stream
from orders.models import DailyAnalytics
from orders.services import fulfilment
from partners.models import Notification

from .fakes import figures, receive, remote, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, product):
    inbound.open_streams(shop)
    Stream.objects.update(due_at=timezone.now() + timedelta(days=30))
    return receive(shop, remote())


@pytest.fixture
def seller(partner):
    return partner.owner


def park(order, fake):
    """Nothing but web pages come for as long as we ask."""
    error = errors.BadResponse("A web page came instead of an answer.", reason="html")
    fake.failing = [(error, False) for _ in range(1000)]
    now = timezone.now()
    for turn in range(setbacks.UNCLEAR_TRIES):
        with time_machine.travel(now + timedelta(hours=turn)):
            outbox.drain(order.connection_id)
    fake.failing.clear()
    order.refresh_from_db()
    operation = Operation.objects.latest("pk")
    assert operation.state == Operation.State.PARKED
    return operation


@pytest.fixture
def ready(order, seller, fake):
    fulfilment.mark_ready(order=order, by=seller)
    return park(order, fake)


@pytest.fixture
def cancelled(order, seller, fake):
    fulfilment.cancel(order=order, by=seller, reason="damaged", pieces_are_gone=True)
    return park(order, fake)


def cancelled_count():
    return sum(DailyAnalytics.objects.filter(product_id=0).values_list("cancelled", flat=True))


def test_it_goes_back_to_the_marketplaces_word_with_an_event_and_a_notice(order, ready):
    assert order.status == "confirmed"
    assert told(order)[1:] == [
        ("status", "confirmed", "ready"),
        ("unclear", "", "ready"),
        ("status", "ready", "confirmed"),
    ]
    notice = Notification.objects.get(kind="order_unclear")
    assert notice.url == reverse("orders:detail", args=[order.pk])


def test_the_marketplace_is_asked_at_once_where_the_order_stands(order, ready):
    assert set(Stream.objects.filter(due_at__lte=timezone.now() + timedelta(hours=12))) == set(
        Stream.objects.all()
    )


def test_a_cancellation_nobody_answered_is_not_counted_and_keeps_its_pieces(
    order, cancelled, product
):
    assert (order.status, cancelled_count(), figures(product)) == ("confirmed", 0, (5, 1))


def test_the_page_says_so_and_has_both_buttons(order, ready, partner_client):
    partner_client.cookies["django_language"] = "en"
    page = partner_client.get(reverse("orders:detail", args=[order.pk])).content.decode()
    assert "Nobody knows whether the marketplace took “ready to ship”" in page
    assert "A web page came back instead of an answer." in page
    assert reverse("marketplaces:retry", args=[ready.pk]) in page
    assert reverse("marketplaces:dismiss", args=[ready.pk]) in page
    assert reverse("orders:ready", args=[order.pk]) in page


def test_tried_again_our_word_stands_and_is_told(order, ready, fake, partner_client, seller):
    partner_client.post(reverse("marketplaces:retry", args=[ready.pk]))
    order.refresh_from_db()
    assert order.status == "ready"
    assert order.events.latest("pk").actor == seller
    outbox.drain(order.connection_id)
    assert ("ship", "5001", None) in fake.said
    order.refresh_from_db()
    assert order.status == "ready"


def test_what_was_taken_after_all_is_found_by_looking(order, cancelled, fake, partner_client):
    """Also the pieces that are gone leave the stock then."""
    receive(order.connection, remote(minutes=1, status="cancelled"))
    fake.orders = [remote(status="cancelled")]
    partner_client.post(reverse("marketplaces:retry", args=[cancelled.pk]))
    outbox.drain(order.connection_id)
    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.error_code) == ("done", "already")
    assert fake.said == []
    product = order.lines.get().product
    assert figures(product) == (4, 0)


def test_dismissed_it_is_told_no_more_and_the_timeline_says_who(
    order, ready, partner_client, seller, fake
):
    partner_client.post(reverse("marketplaces:dismiss", args=[ready.pk]))
    event = order.events.latest("pk")
    assert (event.kind, event.after, event.actor) == ("untold", "ready", seller)
    outbox.drain(order.connection_id)
    assert fake.said == []
    assert partner_client.get(reverse("orders:detail", args=[order.pk])).status_code == 200


def test_the_step_may_be_taken_anew_and_looks_first(order, ready, seller, fake):
    fake.orders = [remote(status="ready")]
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(order.connection_id)
    assert Operation.objects.latest("pk").error_code == "already"
    order.refresh_from_db()
    assert (order.status, fake.said) == ("ready", [])
