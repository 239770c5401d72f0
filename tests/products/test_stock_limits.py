"""What a shop shows: as much as is available, less what is kept back, and no more than its cap."""

import pytest
from django.db import IntegrityError, transaction

from marketplaces.models import Operation
from partners.models import AuditLog
from products.models import ChannelStock
from products.services import publishing, stock, stock_limits, stock_parts
from products.services.stock_levels import NotAQuantity, TooMany
from products.services.stock_limits import Limits
from tests import factories

from . import shelves
from .shelves import drain, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def fake(fake, monkeypatch):
    return shelves.use(monkeypatch)


@pytest.fixture
def shop(fake, partner):
    return factories.make_connection(partner, marketplace="fake")


@pytest.fixture
def product(partner, shop):
    made = factories.make_product(partner, stock=10)
    shelves.put_on(made, shop)
    return made


def limit(product, **limits):
    listing = product.listings.get()
    return stock_limits.set_limits(
        product=product, limits={listing: Limits(**limits)}, by=product.partner.owner
    )


@pytest.mark.parametrize(
    ("limits", "sent"),
    [
        ({}, 10),
        ({"buffer": 3}, 7),
        ({"cap": 4}, 4),
        ({"buffer": 3, "cap": 4}, 4),
        ({"buffer": 8, "cap": 4}, 2),
        ({"buffer": 10}, 0),
        ({"buffer": 11}, 0),
        ({"cap": 0}, 0),
    ],
)
def test_a_shop_is_told_what_is_available_within_its_limits(product, shop, limits, sent):
    limit(product, **limits)
    publishing.tell_stock([product])
    drain(shop)
    assert shown(shop, product) == product.listings.get().sent_stock == sent


def test_a_change_is_told_and_audited_once(product, shop):
    publishing.tell_stock([product])
    drain(shop)
    assert limit(product, buffer=2, cap=5) == 1
    assert limit(product, buffer=2, cap=5) == 0
    drain(shop)
    assert shown(shop, product) == 5
    row = AuditLog.objects.get(action="STOCK_LIMITS_CHANGED")
    assert (row.before, row.after) == ({"buffer": 0, "cap": None}, {"buffer": 2, "cap": 5})
    assert row.actor == product.partner.owner


def test_a_change_that_shows_the_same_number_calls_nobody(product, shop):
    publishing.tell_stock([product])
    drain(shop)
    limit(product, cap=10)
    assert not Operation.objects.filter(state="pending").exists()


def test_sales_are_told_within_the_limits(product, shop):
    limit(product, buffer=2)
    stock.reserve(partner=product.partner, product=product, quantity=9, source="order_line:1")
    drain(shop)
    assert shown(shop, product) == 0


def test_a_bundle_is_told_when_a_part_is_sold(product, shop, partner):
    bundle = factories.make_product(partner)
    stock_parts.set_parts(bundle=bundle, parts={product: 3})
    shelves.put_on(bundle, shop)
    limit(bundle, buffer=1)
    stock.reserve(partner=partner, product=product, quantity=1, source="order_line:1")
    drain(shop)
    assert (shown(shop, product), shown(shop, bundle)) == (9, 2)


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        ({"buffer": -1}, NotAQuantity),
        ({"cap": -1}, NotAQuantity),
        ({"buffer": 1_000_001}, TooMany),
        ({"cap": 10**18}, TooMany),
    ],
)
def test_what_cannot_be_is_refused(product, limits, error):
    with pytest.raises(error):
        limit(product, **limits)
    assert not ChannelStock.objects.exists()


@pytest.mark.parametrize("fields", [{"buffer": -1}, {"cap": 1_000_001}, {"acked": 2, "held": 1}])
def test_the_database_refuses_it_too(product, fields):
    rule = ChannelStock(partner=product.partner, listing=product.listings.get(), **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()
