"""What is said about one thing is said in the order it was decided."""

from decimal import Decimal

import pytest
from django.db import transaction

from marketplaces import outbox, payloads
from marketplaces.connectors import errors
from marketplaces.connectors.remote import CardDraft, CardText, PriceUpdate
from marketplaces.models import Operation
from sellercloudx import wiring
from sellercloudx.lib.money import Money
from tests import factories

pytestmark = pytest.mark.django_db


def nothing(operation, result):
    """The owner's part is not what is tested here."""


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    for kind in wiring.OPERATION_RESULT:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.nothing")


@pytest.fixture
def shop(fake):
    return factories.make_connection(marketplace="fake")


def approve(shop, sku):
    """A new card and its price, as one decision writes them."""
    card = CardDraft(sku, "1", (CardText("ru", sku, sku),))
    price = PriceUpdate(sku, Money(Decimal(9000), "UZS"))
    with transaction.atomic():
        for kind, payload in (("publish_card", card), ("push_price", price)):
            outbox.add(
                connection=shop, kind=kind, target=sku, payload=payloads.dump(payload),
                dedupe=f"{kind}:{sku}",
            )  # fmt: skip


def said(fake):
    return [what[:2] for what in fake.said]


def test_a_price_does_not_overtake_a_card_approved_while_others_were_sent(shop, fake, monkeypatch):
    approve(shop, "A")
    send, met = outbox._ask, []

    def send_and_approve_another(*args):
        done = send(*args)
        if not met:
            met.append(approve(shop, "B"))
        return done

    monkeypatch.setattr(outbox, "_ask", send_and_approve_another)
    outbox.drain(shop.pk)
    told = said(fake)
    assert sorted(told) == [("card", "A"), ("card", "B"), ("price", "A"), ("price", "B")]
    assert all(told.index(("card", sku)) < told.index(("price", sku)) for sku in "AB")


def test_a_price_waits_while_its_card_is_to_be_tried_again(shop, fake):
    approve(shop, "A")
    fake.failing.append((errors.Unavailable("away"), False))
    outbox.drain(shop.pk)
    outbox.drain(shop.pk)
    assert said(fake) == []
    assert set(Operation.objects.values_list("kind", "state")) == {
        ("publish_card", "waiting"),
        ("push_price", "pending"),
    }


def test_others_are_not_held_up(shop, fake):
    approve(shop, "A")
    fake.failing.append((errors.Unavailable("away"), False))
    outbox.drain(shop.pk)
    approve(shop, "B")
    outbox.drain(shop.pk)
    assert said(fake) == [("card", "B"), ("price", "B")]
