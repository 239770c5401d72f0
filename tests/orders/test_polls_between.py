"""A poll may come between our change and the marketplace's answer, or say what was before it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplaces import outbox
from marketplaces.models import Operation
from orders.services import fulfilment

from .fakes import figures, receive, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(shop, product, partner):
    order = receive(shop, remote())
    return fulfilment.mark_ready(order=order, by=partner.owner)


def later(minutes):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def test_the_same_answer_again_does_not_flip_it_back(shop, ready):
    assert receive(shop, remote()).status == "ready"


def test_news_that_do_not_know_of_our_step_do_not_flip_it_back(shop, ready):
    order = receive(shop, remote(minutes=3, status="packing"))
    assert (order.status, order.remote_status) == ("ready", "packing")
    assert order.vendor_substatus == "PACKING"


def test_an_answer_from_before_that_arrives_after_does_not_flip_it_back(shop, ready):
    outbox.drain(shop.pk)
    assert receive(shop, remote(minutes=3)).status == "ready"


@pytest.mark.parametrize("status", ["shipped", "cancelled", "delivered", "unknown"])
def test_what_is_further_than_our_step_is_believed_at_once(shop, ready, status):
    assert receive(shop, remote(minutes=3, status=status)).status == status


def test_after_a_while_the_marketplace_is_believed_again(shop, ready):
    outbox.drain(shop.pk)
    with later(6):
        assert receive(shop, remote()).status == "confirmed"


def test_a_step_that_needs_a_person_no_longer_stands(shop, ready):
    Operation.objects.filter(kind="ship_order").update(state="parked")
    assert receive(shop, remote()).status == "confirmed"


def test_the_marketplaces_own_word_ends_the_waiting(shop, ready):
    outbox.drain(shop.pk)
    order = receive(shop, remote(minutes=3, status="ready"))
    assert (order.status, order.remote_status) == ("ready", "ready")
    with later(60):
        assert receive(shop, remote(minutes=3, status="ready")).status == "ready"


def test_a_cancellation_under_way_stands_over_a_poll(shop, product, partner):
    order = receive(shop, remote(status="ready"))
    fulfilment.cancel(order=order, by=partner.owner, reason="damaged")
    assert receive(shop, remote(minutes=1, status="ready")).status == "cancelled"
    assert figures(product) == (5, 1)


def test_a_parcel_that_left_while_we_cancelled_has_left(shop, product, partner):
    order = receive(shop, remote(status="ready"))
    fulfilment.cancel(order=order, by=partner.owner, reason="damaged", pieces_are_gone=True)
    assert receive(shop, remote(minutes=1, status="shipped")).status == "shipped"
    assert figures(product) == (4, 0)
    outbox.drain(shop.pk)
    assert figures(product) == (4, 0)


def test_a_cancellation_the_marketplace_takes_back_holds_pieces_again(shop, product, partner):
    order = receive(shop, remote())
    fulfilment.cancel(order=order, by=partner.owner, reason="damaged")
    outbox.drain(shop.pk)
    assert figures(product) == (5, 0)
    with later(6):
        assert receive(shop, remote()).status == "confirmed"
    assert figures(product) == (5, 1)
