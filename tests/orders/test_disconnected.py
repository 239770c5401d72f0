"""A shop is disconnected while something waits to be told: it ends as not told, in words."""

import pytest
from django.urls import reverse

from marketplaces import connecting, outbox
from marketplaces.connectors import errors
from marketplaces.models import Operation
from orders.services import fulfilment
from partners.models import Notification
from products.models import Listing
from products.services import publishing
from tests import factories

from .fakes import receive, remote

pytestmark = pytest.mark.django_db
State = Operation.State


@pytest.fixture
def order(shop, product):
    return receive(shop, remote())


@pytest.fixture
def seller(partner):
    return partner.owner


def disconnect(shop, seller):
    connecting.disconnect(connection=shop, by=seller)


def test_nothing_stays_open(shop, order, seller, fake):
    fulfilment.mark_ready(order=order, by=seller)
    listing = factories.make_listing(order.lines.get().product, shop, sent_at=order.ordered_at)
    publishing.tell_price(listing.product, by=seller)
    fake.failing = [(errors.Unavailable("502"), False)]
    outbox.drain(shop.pk)
    Operation.objects.filter(kind="push_price").update(state=State.PARKED)
    disconnect(shop, seller)
    found = set(Operation.objects.values_list("kind", "state", "error_reason"))
    assert found == {
        ("ship_order", State.UNTOLD, "disconnected"),
        ("push_price", State.UNTOLD, "disconnected"),
    }
    assert not Operation.objects.filter(finished_at=None).exists()


def test_what_was_told_before_stays_as_it_was(shop, order, seller):
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(shop.pk)
    disconnect(shop, seller)
    assert Operation.objects.get().state == State.DONE


def test_another_shop_is_left_alone(shop, order, seller, partner):
    fulfilment.mark_ready(order=order, by=seller)
    disconnect(factories.make_connection(partner, marketplace="fake"), seller)
    assert Operation.objects.get().state == State.PENDING


def test_the_order_goes_back_and_its_page_says_why(shop, order, seller, partner_client):
    fulfilment.mark_ready(order=order, by=seller)
    disconnect(shop, seller)
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert order.events.filter(kind="untold", after="ready").exists()
    assert not Notification.objects.filter(kind="order_unclear").exists()
    partner_client.cookies["django_language"] = "en"
    page = partner_client.get(reverse("orders:detail", args=[order.pk])).content.decode()
    assert "The shop was disconnected first." in page


def test_a_card_is_not_on_its_way_any_more(shop, product, seller):
    listing = factories.make_listing(product, shop, state=Listing.State.APPROVED)
    publishing._add(listing, Operation.Kind.PUSH_PRICE, _price(product), "p", seller)
    Operation.objects.update(kind=Operation.Kind.PUBLISH_CARD)
    disconnect(shop, seller)
    listing.refresh_from_db()
    assert listing.state == Listing.State.UNCLEAR


def _price(product):
    return publishing.PriceUpdate(product.sku, publishing._price(product))


def test_an_answer_that_was_on_its_way_is_still_written_down(
    shop, order, seller, fake, monkeypatch
):
    say = fake._say

    def meanwhile(self, *what):
        disconnect(shop, seller)
        return say(self, *what)

    monkeypatch.setattr(fake, "_say", meanwhile)
    fulfilment.mark_ready(order=order, by=seller)
    outbox.drain(shop.pk)
    assert Operation.objects.get().state == State.DONE
    order.refresh_from_db()
    assert order.status == "ready"
    assert order.events.filter(kind="told", after="ready").exists()


def test_if_the_disconnect_fails_nothing_is_given_up(shop, order, seller, monkeypatch):
    fulfilment.mark_ready(order=order, by=seller)

    def broken(*args, **about):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(connecting.audit, "record", broken)
    with pytest.raises(RuntimeError):
        disconnect(shop, seller)
    assert Operation.objects.get().state == State.PENDING
