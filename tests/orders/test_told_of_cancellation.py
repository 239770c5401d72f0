"""Who packs orders is told when one is called off by somebody else, and then only."""

import pytest

from marketplaces import outbox
from marketplaces.connectors import errors
from marketplaces.models import Operation
from orders.services import fulfilment
from partners.models import Notification

from .fakes import receive, remote

pytestmark = pytest.mark.django_db


def called_off(shop, **fields):
    return receive(shop, remote(status="cancelled", minutes=5, **fields))


def told() -> list[Notification]:
    return list(Notification.objects.filter(kind="order_cancelled"))


@pytest.mark.parametrize("status", ["new", "confirmed", "packing", "ready"])
def test_a_buyer_who_changed_their_mind_is_told_of_once(shop, product, partner, status):
    order = receive(shop, remote(status=status))
    for _ in range(2):
        called_off(shop, vendor_substatus="USER_CHANGED_MIND")
    (notice,) = told()
    assert notice.user == partner.owner
    assert notice.data == {"shop": shop.name, "number": "5001"}
    assert notice.url == f"/partner-dashboard/orders/{order.pk}/"


def test_what_we_called_off_ourselves_is_no_news(shop, product, partner):
    order = receive(shop, remote())
    fulfilment.cancel(order=order, by=partner.owner, reason="out_of_stock")
    outbox.drain(shop.pk)
    called_off(shop)
    assert told() == []


def test_nor_when_our_word_was_not_clearly_taken(shop, product, partner, fake):
    order = receive(shop, remote())
    fulfilment.cancel(order=order, by=partner.owner, reason="out_of_stock")
    fake.failing = [(errors.Unavailable("502"), True)]
    outbox.drain(shop.pk)
    Operation.objects.update(state=Operation.State.PARKED)
    called_off(shop)
    assert told() == []


def test_an_order_is_news_again_when_our_cancellation_was_refused(shop, product, partner, fake):
    order = receive(shop, remote())
    fake.refused = {order.external_id: "Too late"}
    fulfilment.cancel(order=order, by=partner.owner, reason="out_of_stock")
    outbox.drain(shop.pk)
    called_off(shop)
    assert len(told()) == 1


def test_one_the_marketplace_packs_is_not_ours_to_stop(shop, product):
    receive(shop, remote(fulfilment="FBO"))
    called_off(shop, fulfilment="FBO")
    assert told() == []


@pytest.mark.parametrize("status", ["shipped", "delivered"])
def test_one_that_has_left_is_not_there_to_be_packed(shop, product, status):
    receive(shop, remote(status=status))
    called_off(shop)
    assert told() == []


def test_one_that_comes_cancelled_was_never_ours_to_pack(shop, product):
    called_off(shop)
    assert told() == []
