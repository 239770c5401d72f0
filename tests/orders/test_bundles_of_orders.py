"""An order of a bundle holds all its parts, or waits for them."""

from datetime import timedelta

import pytest
from django.db import transaction

from orders.services import filling
from products.models import Product
from products.services import stock, stock_parts
from tests import factories

from .fakes import MOMENT, figures, line, receive, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def bowl(partner):
    return factories.make_product(partner, sku="BOWL", stock=12)


@pytest.fixture
def bundle(partner, product, bowl):
    """A pot and six bowls: two can be had."""
    made = factories.make_product(partner, sku="SET")
    stock_parts.set_parts(bundle=made, parts={product: 1, bowl: 6})
    Product.objects.update(created_at=MOMENT - timedelta(days=1))
    return made


def state_of(order):
    return order.lines.get().stock


def test_its_parts_are_promised_and_leave_with_the_parcel(shop, bundle, product, bowl):
    order = receive(shop, remote(lines=[line("SET", 2)]))
    assert (state_of(order), figures(product), figures(bowl)) == ("reserved", (5, 2), (12, 12))
    receive(shop, remote(minutes=1, status="shipped", lines=[line("SET", 2)]))
    assert (figures(product), figures(bowl)) == ((3, 0), (0, 0))


def test_a_bundle_and_its_part_in_one_order_share_the_pieces(shop, bundle, product, bowl):
    goods = [line("BOWL", 7, number="1"), line("SET", 1, number="2")]
    order = receive(shop, remote(lines=goods))
    assert set(order.lines.values_list("sku", "stock")) == {("BOWL", "reserved"), ("SET", "short")}
    assert (figures(product), figures(bowl)) == ((5, 0), (12, 7))


def test_it_waits_until_all_parts_are_there(shop, bundle, product, bowl):
    order = receive(shop, remote(lines=[line("SET", 3)]))
    assert (state_of(order), figures(product), figures(bowl)) == ("short", (5, 0), (12, 0))
    assert filling.fill_due() == 0
    with transaction.atomic():
        stock.receive(partner=bowl.partner, product=bowl, quantity=6, source="kirim:1")
    assert filling.fill_due() == 1
    assert (state_of(order), figures(product), figures(bowl)) == ("reserved", (5, 3), (18, 18))


def test_what_left_uncounted_is_taken_when_parts_come(shop, bundle, product, bowl):
    order = receive(shop, remote(status="shipped", lines=[line("SET", 3)]))
    assert (state_of(order), figures(product), figures(bowl)) == ("owing", (3, 0), (0, 0))
    with transaction.atomic():
        stock.receive(partner=bowl.partner, product=bowl, quantity=7, source="kirim:1")
    filling.fill_due()
    assert (state_of(order), figures(product), figures(bowl)) == ("shipped", (2, 0), (1, 0))
