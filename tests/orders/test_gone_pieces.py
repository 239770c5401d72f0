"""A cancellation whose seller says that the pieces are not there any more."""

import pytest

from marketplaces import outbox
from marketplaces.models import Operation
from orders.services import filling, fulfilment
from products.models import StockMovement
from products.services import stock, stock_ledger

from .fakes import figures, line, receive, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(partner):
    return partner.owner


@pytest.fixture
def order(shop, product):
    return receive(shop, remote(lines=[line("SKU-1", 5)]))


def cancel(order, seller, reason="damaged"):
    return fulfilment.cancel(order=order, by=seller, reason=reason, pieces_are_gone=True)


def test_they_leave_the_stock_once_the_marketplace_agrees(order, seller, shop, product):
    cancel(order, seller, "out_of_stock")
    assert figures(product) == (5, 5)
    outbox.drain(shop.pk)
    assert figures(product) == (0, 0)
    movement = product.movements.get(kind=StockMovement.Kind.WRITE_OFF)
    assert (movement.actor, movement.reason) == (seller, "5001: out_of_stock")
    assert order.lines.get().stock == "gone"


def test_they_are_promised_to_nobody_who_waits(order, seller, shop, product):
    waiting = receive(shop, remote("5002"))
    cancel(order, seller)
    outbox.drain(shop.pk)
    filling.fill_due()
    assert (waiting.lines.get().stock, figures(product)) == ("short", (0, 0))


def test_nobody_hears_meanwhile_that_they_are_free(order, seller, shop, product, monkeypatch):
    free = []
    monkeypatch.setattr(stock_ledger, "emit", lambda *_, **__: free.append(stock.figures(product)))
    cancel(order, seller)
    outbox.drain(shop.pk)
    assert [now.available for now in free] == [0]


@pytest.mark.parametrize("state", ["pending", "parked"])
def test_they_leave_with_the_news_when_a_poll_is_first(order, seller, shop, product, state):
    waiting = receive(shop, remote("5002"))
    cancel(order, seller)
    Operation.objects.filter(kind="cancel_order").update(state=state)
    receive(shop, remote(minutes=1, status="cancelled", lines=[line("SKU-1", 5)]))
    filling.fill_due()
    assert (waiting.lines.get().stock, figures(product)) == ("short", (0, 0))
    outbox.drain(shop.pk)
    assert figures(product) == (0, 0)


def test_they_leave_once(order, seller, shop, product):
    cancel(order, seller)
    outbox.drain(shop.pk)
    for minute in (1, 2):
        receive(shop, remote(minutes=minute, status="cancelled", lines=[line("SKU-1", 5)]))
    assert product.movements.filter(kind="write_off").count() == 1


def test_a_refused_cancellation_says_nothing_of_a_later_one(order, seller, shop, fake, product):
    fake.refused["5001"] = "no"
    cancel(order, seller)
    outbox.drain(shop.pk)
    receive(shop, remote(minutes=1, status="cancelled", lines=[line("SKU-1", 5)]))
    assert figures(product) == (5, 0)
