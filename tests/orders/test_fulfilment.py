from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplaces import outbox
from marketplaces.connectors import errors
from marketplaces.models import Connection, Operation
from orders.services import fulfilment
from partners.models import AuditLog, Notification

from .fakes import figures, receive, remote, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, product):
    return receive(shop, remote())


@pytest.fixture
def seller(partner):
    return partner.owner


def status_of(order):
    order.refresh_from_db()
    return order.status


def test_ready_is_ours_at_once_and_told_through_the_outbox(order, seller, shop, fake):
    fulfilment.mark_ready(order=order, by=seller)
    assert status_of(order) == "ready"
    operation = Operation.objects.get(kind="ship_order")
    assert (operation.target, operation.subject) == ("5001", f"order:{order.pk}")
    assert operation.requested_by == seller
    assert fake.said == []
    outbox.drain(shop.pk)
    assert ("ship", "5001", None) in fake.said
    assert told(order)[1:] == [("status", "confirmed", "ready"), ("told", "", "ready")]
    assert AuditLog.objects.get(action="ORDER_STATUS_CHANGED").actor == seller


def test_pressed_twice_it_is_told_once(order, seller):
    fulfilment.mark_ready(order=order, by=seller)
    with pytest.raises(fulfilment.IllegalTransition):
        fulfilment.mark_ready(order=order, by=seller)
    assert Operation.objects.filter(kind="ship_order").count() == 1


@pytest.mark.parametrize("status", ["ready", "shipped", "delivered", "cancelled", "unknown"])
def test_only_what_waits_to_be_packed_can_be_ready(shop, product, seller, status):
    order = receive(shop, remote(status=status))
    with pytest.raises(fulfilment.IllegalTransition):
        fulfilment.mark_ready(order=order, by=seller)


@pytest.mark.parametrize("status", ["shipped", "delivered", "cancelled", "returned"])
def test_what_has_left_cannot_be_cancelled(shop, product, seller, status):
    order = receive(shop, remote(status=status))
    with pytest.raises(fulfilment.IllegalTransition):
        fulfilment.cancel(order=order, by=seller, reason="damaged")


def test_a_disconnected_shop_is_not_told(order, seller):
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    with pytest.raises(fulfilment.CannotTell):
        fulfilment.mark_ready(order=order, by=seller)
    assert status_of(order) == "confirmed"


def test_a_reason_the_marketplace_does_not_know_is_refused(order, seller):
    with pytest.raises(fulfilment.NoSuchReason):
        fulfilment.cancel(order=order, by=seller, reason="mood")
    assert status_of(order) == "confirmed"


def test_a_cancelled_order_keeps_its_pieces_until_the_marketplace_agrees(
    order, seller, shop, fake, product
):
    fulfilment.cancel(order=order, by=seller, reason="damaged")
    assert (status_of(order), figures(product)) == ("cancelled", (5, 1))
    outbox.drain(shop.pk)
    assert ("cancel", "5001", "damaged") in fake.said
    assert (status_of(order), figures(product)) == ("cancelled", (5, 0))


def test_a_refused_step_goes_back_to_the_marketplaces_word(order, seller, shop, fake):
    fake.refused["5001"] = "Заказ уже отменён"
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(shop.pk)
    assert status_of(order) == "confirmed"
    kinds = [kind for kind, *_ in told(order)]
    assert kinds == ["received", "status", "refused", "status"]
    assert order.events.get(kind="refused").detail == "Заказ уже отменён"
    assert Notification.objects.get(kind="order_refused").data["reason"] == "Заказ уже отменён"


def test_a_refused_cancellation_keeps_the_pieces(order, seller, shop, fake, product):
    fake.refused["5001"] = "no"
    fulfilment.cancel(order=order, by=seller, reason="damaged", pieces_are_gone=True)
    outbox.drain(shop.pk)
    assert (status_of(order), figures(product)) == ("confirmed", (5, 1))


def test_a_refused_step_may_be_taken_again(order, seller, shop, fake):
    fake.refused["5001"] = "no"
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(shop.pk)
    fake.refused.clear()
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(shop.pk)
    assert ("ship", "5001", None) in fake.said
    assert status_of(order) == "ready"


def test_trouble_on_the_way_changes_nothing_here(order, seller, shop, fake):
    fake.failing = [(errors.Unavailable("502"), False)]
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(shop.pk)
    assert status_of(order) == "ready"
    assert Operation.objects.get(kind="ship_order").state == "waiting"
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        outbox.drain(shop.pk)
    assert Operation.objects.get(kind="ship_order").state == "done"


def test_a_ready_order_may_still_be_cancelled(order, seller, shop, fake):
    fulfilment.mark_ready(order=order, by=seller)
    fulfilment.cancel(order=order, by=seller, reason="damaged")
    outbox.drain(shop.pk)
    orders_said = [verb for verb, key, _ in fake.said if key == "5001"]
    assert orders_said == ["ship", "cancel"]
    assert status_of(order) == "cancelled"


def test_a_refused_cancellation_after_ready_leaves_it_ready(order, seller, shop, fake):
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(shop.pk)
    fake.refused["5001"] = "no"
    fulfilment.cancel(order=order, by=seller, reason="damaged")
    outbox.drain(shop.pk)
    assert status_of(order) == "ready"
