"""Shops in memory that show a quantity, sell from it, and may lose an answer."""

from django.utils import timezone

from marketplaces import outbox
from marketplaces.connectors import registry
from marketplaces.connectors.errors import Unavailable
from marketplaces.models import Operation
from products.services import stock
from tests import factories
from tests.fake_marketplace import FakeMarketplace


class Shelves(FakeMarketplace):
    """`shown` is what buyers see, by account and SKU; a sale there lowers it at once."""

    shown: dict = {}
    # How many numbers it has taken for each, ours to compare with.
    taken: dict = {}
    # Calls to come: False does nothing and answers nothing, True does it and loses the answer.
    lost: list = []
    calls = 0

    @classmethod
    def reset(cls):
        super().reset()
        cls.shown, cls.taken, cls.lost, cls.calls = {}, {}, [], 0

    def push_stocks(self, updates):
        cls, account = type(self), self.credentials["campaign_id"]
        cls.calls += 1
        happens = cls.lost.pop(0) if cls.lost else None
        if happens is not False:
            for one in updates:
                if one.sku not in self.refused:
                    cls.shown[account, one.sku] = one.quantity
                    cls.taken[account, one.sku] = cls.taken.get((account, one.sku), 0) + 1
        if happens is not None:
            raise Unavailable("no answer", code="timeout")
        return super().push_stocks(updates)


def use(monkeypatch):
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.products.shelves.Shelves")
    Shelves.reset()
    return Shelves


def put_on(product, *shops, **fields):
    """Listings that the shops know; they have been told nothing yet."""
    known = {"state": "sent", "sent_at": timezone.now()} | fields
    return [factories.make_listing(product, shop, **known) for shop in shops]


def drain(shop):
    """Send what is due, and what has waited for another try."""
    Operation.objects.filter(connection=shop, state="waiting").update(due_at=shop.created_at)
    return outbox.drain(shop.pk)


def shown(shop, product):
    return Shelves.shown.get((shop.account, product.sku))


def buy(shop, product, quantity=1):
    """A buyer there; False when the shop does not show so many."""
    if (shown(shop, product) or 0) < quantity:
        return False
    Shelves.shown[shop.account, product.sku] -= quantity
    return True


def level(product):
    found = product.levels.get()
    return found.on_hand - found.reserved, found.published, found.overhang


def sell(shop, product, at, quantity=1, source="order_line:1"):
    """A sale of the shop that we have just heard of."""
    return stock.reserve(
        partner=product.partner,
        product=product,
        quantity=quantity,
        source=source,
        sale=stock.Sale(shop, at),
    )
