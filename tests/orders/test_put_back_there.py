"""A buyer thinks better of it: the shop puts pieces on sale again that we hold for nobody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from products.services import publishing, stock_limits
from tests import factories
from tests.products import shelves
from tests.products.shelves import Shelves

from .fakes import line, receive, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(fake, partner, monkeypatch):
    shelves.use(monkeypatch)
    return factories.make_connection(partner, marketplace="fake")


def tell(shop, number, quantity, status="confirmed"):
    now = timezone.now()
    told = {"created_at": now, "updated_at": now, "ship_by": now + timedelta(days=1)}
    return receive(shop, remote(number, status, lines=[line("SKU-1", quantity)], **told))


def call_off_there(shop, product, quantity):
    Shelves.shown[shop.account, product.sku] += quantity


def offered(shop, product):
    """On sale there, with all that is available."""
    shelves.put_on(product, shop)
    publishing.tell_stock([product])
    shelves.drain(shop)


def test_an_order_that_was_over_before_we_heard_of_it_is_not_shown_twice(shop, partner):
    product = factories.make_product(partner, sku="SKU-1", stock=5)
    offered(shop, product)
    assert shelves.buy(shop, product, 2)
    # A count that we tell in between knows nothing of the sale.
    publishing.tell_stock([product])
    shelves.drain(shop)
    call_off_there(shop, product, 2)
    assert shelves.shown(shop, product) == 7
    tell(shop, "1", 2, "cancelled")
    shelves.drain(shop)
    assert shelves.shown(shop, product) == 5


def test_pieces_that_were_never_there_do_not_come_back_on_sale(shop, partner):
    product = factories.make_product(partner, sku="SKU-1", stock=1)
    offered(shop, product)
    other = factories.make_connection(partner, marketplace="fake")
    offered(other, product)
    assert shelves.buy(shop, product)
    assert shelves.buy(other, product)
    tell(shop, "1", 1)
    assert tell(other, "2", 1).lines.get().stock == "short"
    shelves.drain(other)
    assert shelves.shown(other, product) == 0
    call_off_there(other, product, 1)
    tell(other, "2", 1, "cancelled")
    shelves.drain(other)
    assert shelves.shown(other, product) == 0


def test_where_pieces_are_shared_out_the_shop_is_asked_anew(shop, partner):
    product = factories.make_product(partner, sku="SKU-1", stock=5)
    offered(shop, product)
    stock_limits.set_mode(product=product, is_strict=True, by=partner.owner)
    shelves.drain(shop)
    call_off_there(shop, product, 2)
    tell(shop, "1", 2, "cancelled")
    shelves.drain(shop)
    assert shelves.shown(shop, product) == 5
