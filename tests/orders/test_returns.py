"""Goods that come back are on the shelf when somebody has counted them, and never twice."""

import pytest
from django.utils import timezone

from marketplaces import outbox
from marketplaces.connectors.conversations import RemoteReturn, RemoteReturnItem
from marketplaces.connectors.errors import Unavailable
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Operation
from orders.models import Return
from orders.services import returns
from partners.models import Notification
from products.models import StockMovement
from tests.orders.fakes import MOMENT, figures, line, receive, remote
from tests.orders.talking import TalkingShop

pytestmark = pytest.mark.django_db


def parcel(number="80", *, order="5001", quantity=2, items=None, **fields):
    item = RemoteReturnItem("SKU-1", quantity, ("11",), ("DOES_NOT_FIT",), ("+998901112233 ezik",))
    known = {
        "external_id": number,
        "order_id": order,
        "is_unredeemed": False,
        "refund_status": "PREMODERATION_DECISION_WAITING",
        "shipment_status": "CREATED",
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "amount": None,
        "items": items or (item,),
    }
    return RemoteReturn(**(known | fields))


@pytest.fixture
def sold(talking, product):
    """Two pieces of five have left with an order."""
    order = receive(talking, remote(lines=[line("SKU-1", 2)]))
    receive(talking, remote(status="shipped", minutes=1, lines=[line("SKU-1", 2)]))
    assert figures(product) == (3, 0)
    return order


def came(shop, *parcels) -> Return:
    returns.receive(shop, parcels)
    return Return.objects.get(external_id=parcels[-1].external_id)


def test_stock_moves_by_the_count_alone_and_once(talking, sold, product, partner):
    back = came(talking, parcel())
    came(talking, parcel(shipment_status="PICKED"))
    receive(talking, remote(status="returned", minutes=9, lines=[line("SKU-1", 2)]))
    assert figures(product) == (3, 0)
    (item,) = back.items.all()
    assert (item.product, item.line.order) == (product, sold)
    assert item.comments == ["*** ezik"] or "998" not in item.comments[0]
    with pytest.raises(returns.NotSoMany):
        returns.take_in(item=item, by=partner.owner, whole=2, spoiled=1)
    returns.take_in(item=item, by=partner.owner, whole=1, spoiled=1)
    assert figures(product) == (4, 0)
    with pytest.raises(returns.AlreadyReceived):
        returns.take_in(item=item, by=partner.owner, whole=1, spoiled=1)
    movement = StockMovement.objects.get(kind="return")
    assert (movement.quantity, movement.source, movement.actor) == (1, item.source, partner.owner)
    # What was counted stays, whatever they say later.
    came(talking, parcel(quantity=7))
    item.refresh_from_db()
    assert (item.quantity, item.received, item.spoiled) == (2, 1, 1)
    assert figures(product) == (4, 0)


def test_an_unknown_product_is_kept_and_lies_nowhere(talking, partner):
    odd = RemoteReturnItem("NOBODY", 1)
    back = came(talking, parcel("81", order="404", items=(odd,), refund_status="A NEW WORD"))
    assert back.order is None and back.refund_status == "A NEW WORD"
    with pytest.raises(returns.ProductUnknown):
        returns.take_in(item=back.items.get(), by=partner.owner, whole=1, spoiled=0)
    assert Notification.objects.filter(user=partner.owner, kind="return_opened").count() == 1


def test_a_late_answer_does_not_overwrite_a_newer_one(talking, sold):
    came(talking, parcel(refund_status="REFUNDED", updated_at=timezone.now()))
    assert came(talking, parcel()).refund_status == "REFUNDED"


def test_a_decision_is_told_once_and_looked_up_after_a_lost_answer(
    talking, sold, partner, monkeypatch
):
    said = []

    def decide_return(self, order_id, return_id, **wish):
        said.append((order_id, return_id, wish["decision"], wish["items"]))
        if len(said) == 1:
            raise Unavailable("timed out")
        return ItemResult(return_id, False, "RETURN_DECISION_MADE", "made already")

    monkeypatch.setattr(TalkingShop, "decide_return", decide_return)
    monkeypatch.setattr(TalkingShop, "return_decisions", lambda self, return_id: [])
    back = came(talking, parcel())
    returns.decide(parcel=back, by=partner.owner, decision="REFUND_MONEY")
    with pytest.raises(returns.CannotDecide):
        returns.decide(parcel=back, by=partner.owner, decision="DECLINE_REFUND")
    for _ in range(2):
        Operation.objects.update(due_at=timezone.now())
        outbox.drain(talking.pk)
    assert said == [("5001", "80", "REFUND_MONEY", ["11"])] * 2
    back.refresh_from_db()
    assert back.decision_state == Return.Decision.TAKEN
