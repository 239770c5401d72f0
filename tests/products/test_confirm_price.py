"""A price held back: shown with its reason, confirmed there, never another than was seen."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces import inbound, outbox
from marketplaces.connectors import remote
from marketplaces.gateway import connector_for
from marketplaces.models import Operation, Stream
from partners.models import AuditLog, Member
from products.models import Listing
from products.services import taking_over, theirs
from sellercloudx.lib.money import Money
from tests import factories

from .their_side import listed, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture
def held(yandex_shop):
    """A listing of ours whose price jumped in the cabinet, and waits there."""
    shop = yandex_shop
    listed(shop, "A")
    take_in(shop)
    listing = Listing.objects.get()
    taking_over.take_over(listing=listing, by=shop.partner.users.get())
    outbox.drain(shop.pk)
    jump(shop, 500_000)
    read_held(shop)
    listing.refresh_from_db()
    assert listing.price_held_at
    return listing


def jump(shop, amount):
    with connector_for(shop) as yandex:
        yandex.push_prices([remote.PriceUpdate("A", Money(Decimal(amount), "UZS"))])


def read_held(shop):
    inbound.open_streams(shop)
    Stream.objects.update(due_at=timezone.now(), leased_until=None)
    assert inbound.poll(shop.pk, "held_prices")


def press(client, listing, *prices):
    url = reverse("products:confirm_price", args=[listing.pk])
    return client.post(url, {"price": prices}, follow=True).content.decode()


def test_it_is_confirmed_through_the_outbox_and_applies(held, client):
    shop = held.connection
    client.force_login(shop.partner.users.get())
    client.cookies["django_language"] = "en"
    page = client.get(reverse("products:compare", args=[held.pk])).content.decode()
    for words in ("PRICE_CHANGE", "too far from the one before", "500 000", "Confirm the price"):
        assert words.replace(" ", "\u00a0") in page or words in page
    for _ in range(2):
        press(client, held, "500000.00 UZS")
    assert Operation.objects.filter(kind="confirm_price").count() == 1
    assert AuditLog.objects.filter(action="HELD_PRICE_CONFIRMED").exists()
    assert outbox.drain(shop.pk) == 1
    held.refresh_from_db()
    assert (held.price_held_at, held.price_holds) == (None, [])
    theirs.refresh(shop.pk)
    read_held(shop)
    held.refresh_from_db()
    assert (held.price_held_at, held.theirs.price) == (None, 500_000)


def test_another_price_than_was_seen_is_not_confirmed(held, client):
    shop = held.connection
    client.force_login(shop.partner.users.get())
    client.cookies["django_language"] = "en"
    assert "another price is held back" in press(client, held, "400000.00 UZS")
    assert "another price is held back" in press(client, held, "x", "1 UZS")
    assert not Operation.objects.filter(kind="confirm_price").exists()
    # It becomes another between our looking and the sending.
    press(client, held, "500000.00 UZS")
    jump(shop, 600_000)
    assert outbox.drain(shop.pk) == 1
    operation = Operation.objects.get(kind="confirm_price")
    assert (operation.state, operation.error_code) == ("rejected", "price.other")
    read_held(shop)
    held.refresh_from_db()
    assert held.price_holds[0]["price"] == "600000.00"


def test_a_loss_is_not_confirmed_and_a_viewer_confirms_nothing(held, client):
    shop = held.connection
    shop.partner.products.update(cost=Decimal(900_000))
    client.force_login(shop.partner.users.get())
    client.cookies["django_language"] = "en"
    assert "you lose on each piece" in press(client, held, "500000.00 UZS")
    viewer = factories.make_user()
    Member.objects.create(partner=shop.partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    url = reverse("products:confirm_price", args=[held.pk])
    assert client.post(url, {"price": "500000.00 UZS"}).status_code == 403
    assert not Operation.objects.filter(kind="confirm_price").exists()
