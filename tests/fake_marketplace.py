"""A small marketplace in memory, for tests of what surrounds a connector."""

from datetime import UTC, datetime

import pytest

from marketplaces.connectors import registry
from marketplaces.connectors.base import Connector, CredentialField, Limit
from marketplaces.connectors.batching import one_result_each
from marketplaces.connectors.remote import (
    CheckResult,
    ItemResult,
    OrderStatus,
    RemoteBusiness,
    RemoteShop,
)


class FakeMarketplace(Connector):
    """Does what it is told and remembers it; `failing` holds errors to raise first, in turn."""

    slug, name = "fake", "Fake"
    credential_fields = (CredentialField("api_key", "Key", "", is_secret=True),)
    limits = {"push_stocks": Limit(1000, 60, "1000 a minute")}
    max_parallel = 4
    said: list = []
    failing: list = []
    refused: dict = {}
    orders: list = []
    # What Test connection sees; `meanwhile` is called while it waits for the answer.
    opens: list = []
    missing_scopes: tuple = ()
    keys_run_out = True
    key_expires_at: datetime | None = None
    meanwhile = staticmethod(lambda: None)

    @classmethod
    def reset(cls):
        cls.said, cls.failing, cls.refused, cls.orders = [], [], {}, []
        cls.opens, cls.missing_scopes, cls.meanwhile = [], (), staticmethod(lambda: None)
        cls.key_expires_at = None

    def check(self):
        type(self).meanwhile()
        if self.failing:
            raise self.failing.pop(0)[0]
        business = RemoteBusiness("1", "Yulduz", "UZS")
        return CheckResult(
            key_name="key",
            scopes=("ALL",),
            businesses=(business,),
            shops=tuple(self.opens),
            missing_scopes=self.missing_scopes,
            key_expires_at=self.key_expires_at,
        )

    def _say(self, verb, key, value=None):
        if self.failing:
            error, happened = self.failing.pop(0)
            if happened:
                self.said.append((verb, key, value))
            raise error
        if key in self.refused:
            return ItemResult(key, False, "REFUSED", self.refused[key])
        self.said.append((verb, key, value))
        return ItemResult(key, True)

    def _say_all(self, verb, items, value):
        def send(group):
            return [self._say(verb, item.sku, value(item)) for item in group]

        return one_result_each(items, send, key=lambda item: item.sku)

    def push_stocks(self, updates):
        return self._say_all("stock", updates, lambda update: update.quantity)

    def push_prices(self, updates):
        return self._say_all("price", updates, lambda update: update.price.amount)

    def publish_cards(self, cards):
        return self._say_all("card", cards, lambda card: card.texts)

    def ship(self, order_id):
        return self._say("ship", order_id)

    def cancel_order(self, order_id, reason):
        return self._say("cancel", order_id, reason)

    def iter_orders(self, *, updated_since=None, ids=(), made=None):
        if self.failing:
            raise self.failing.pop(0)[0]
        shipped = {key for verb, key, _ in self.said if verb == "ship"}
        for order in self.orders:
            if ids and order.external_id not in ids:
                continue
            if made and not made[0] <= order.created_at < made[1]:
                continue
            if order.external_id in shipped:
                object.__setattr__(order, "status", OrderStatus.READY)
            yield order


def remote_shop(number="7001", *, is_available=True) -> RemoteShop:
    return RemoteShop(number, f"Shop {number}", "1", "FBS", is_available)


NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def fake(monkeypatch, settings):
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.fake_marketplace.FakeMarketplace")
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "fake", "http://127.0.0.1:9")
    FakeMarketplace.reset()
    return FakeMarketplace
