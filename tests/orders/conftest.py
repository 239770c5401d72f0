from datetime import timedelta

import pytest

from marketplaces.connectors import registry
from marketplaces.models import Connection
from orders.services import conversations, retention
from products.models import Product
from tests import factories

from .fakes import MOMENT, Shop
from .talking import TalkingShop


@pytest.fixture
def fake(fake, monkeypatch):
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.orders.fakes.Shop")
    Shop.reset()
    return Shop


@pytest.fixture
def shop(fake, partner):
    """Connected a day before anything happens."""
    connection = factories.make_connection(partner, marketplace="fake")
    Connection.objects.update(created_at=MOMENT - timedelta(days=1))
    connection.refresh_from_db()
    return connection


@pytest.fixture
def product(partner):
    """Five pieces of SKU-1, counted before anything happens."""
    made = factories.make_product(partner, sku="SKU-1", stock=5)
    Product.objects.update(created_at=MOMENT - timedelta(days=1))
    made.refresh_from_db()
    return made


@pytest.fixture
def talking(shop, monkeypatch):
    """The shop where buyers write; its moment is long ago, and nothing of then is erased yet."""
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.orders.talking.TalkingShop")
    for module in (retention, conversations):
        monkeypatch.setattr(module, "TALKS_KEPT", timedelta(days=36_500))
    TalkingShop.reset()
    return shop
