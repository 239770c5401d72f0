"""A seller with an account of their own in the sandbox, every exchange recorded."""

import uuid
from collections import Counter
from datetime import UTC, datetime

import httpx

from marketplaces.connectors import remote
from marketplaces.connectors.errors import MarketplaceError
from marketplaces.connectors.http import Http
from marketplaces.connectors.yandex.connector import Yandex
from tests.conformance.document import Exchange
from tests.marketplaces.yandex.samples import uzs
from tests.processes import wait_until

PREFIX = "/yandex"
MUGS = "91101"


class Recorder(httpx.BaseTransport):
    def __init__(self):
        self.inner = httpx.HTTPTransport()
        self.exchanges = []

    def handle_request(self, request):
        request.read()
        response = self.inner.handle_request(request)
        response.read()
        self.exchanges.append(Exchange.of(request, response, PREFIX))
        return response

    def close(self):
        self.inner.close()


class Shop:
    """`yandex` is recorded; `aside` does what must be there before, unrecorded."""

    def __init__(self, sandbox, picture_url, **account):
        self.sandbox, self.picture_url = sandbox, picture_url
        self.recorder = Recorder()
        self.key = f"ACMA:sandbox-{uuid.uuid4().hex}"
        if account:
            sandbox.control("POST", "accounts", key=self.key, **account)
        account = sandbox.state(self.key)
        self.ids = {
            "business_id": str(account["business_id"]),
            "campaign_id": str(account["campaigns"][0]["id"]),
        }
        self.yandex = self.connector(self.key, transport=self.recorder)
        self.aside = self.connector(self.key)

    def connector(self, key, *, transport=None, **ids):
        http = Http(
            self.sandbox.url + PREFIX,
            headers={"Api-Key": key},
            transport=transport,
            sleep=lambda seconds: None,
        )
        return Yandex(http, {"api_key": key, **self.ids, **ids})

    def as_key(self, kind):
        """The recorded connector with a key of another kind: revoked, orders, pricing ..."""
        return self.connector(f"ACMA:sandbox-{kind}{uuid.uuid4().hex}", transport=self.recorder)

    def with_key_of(self, scope):
        """A key of the same business with one scope only."""
        key = f"ACMA:sandbox-{uuid.uuid4().hex}"
        self.sandbox.control("POST", "accounts", key=key, scopes=[scope], same_business_as=self.key)
        return self.connector(key, transport=self.recorder)

    def fault(self, kind, **rule):
        self.sandbox.control("POST", "faults", kind=kind, account=self.key, times=1, **rule)

    def card(self, sku, **more):
        kind = self._kind_of_mug()
        fields = {
            "category_id": MUGS,
            "brand": "Rishton",
            "pictures": (self.picture_url,),
            "attributes": (kind,),
            "texts": (
                remote.CardText("ru", f"Кружка керамическая {sku}, 350 мл", "Кружка. " * 30),
                remote.CardText("uz", f"Sopol krujka {sku}, 350 ml", "Krujka. " * 30),
            ),
            **more,
        }
        return remote.CardDraft(sku=sku, **fields)

    def _kind_of_mug(self):
        if not hasattr(self, "_kind"):
            needed = next(a for a in self.aside.attributes(MUGS) if a.is_required and a.options)
            option = needed.options[0]
            self._kind = remote.AttributeValue(needed.id, option.value, option.id)
        return self._kind

    def list(self, *skus):
        """Put plain offers into the catalogue."""
        assert all(r.ok for r in self.aside.publish_cards([self.card(sku) for sku in skus]))

    def stock_up(self, sku="MUG-1", price="50000", count=1000):
        """An offer that a buyer can buy."""
        self.list(sku)
        self.aside.push_prices([remote.PriceUpdate(sku, uzs(price))])
        self.aside.push_stocks([remote.StockUpdate(sku, count, datetime.now(UTC))])
        wait_until(lambda: self.aside.card_status([sku])[0].status == "accepted", 10)

    def forget_effects(self):
        self.seen = self._effects()

    def effects(self, operation):
        """How often each item was written since."""
        new = self._effects() - getattr(self, "seen", Counter())
        return {key.split(" ", 1)[1]: n for key, n in new.items() if key.startswith(operation)}

    def _effects(self):
        return Counter(self.sandbox.control("GET", f"effects?account={self.key}")["by_key"])

    def buy(self, sku="MUG-1", quantity=1, **more):
        wish = {"account": self.key, "sku": sku, "quantity": quantity, **more}
        return str(self.sandbox.control("POST", "orders", **wish)["id"])

    def talk(self, kind, text, **more):
        """A buyer writes; the number of the chat, review or question."""
        wish = {"account": self.key, "kind": kind, "text": text, **more}
        return str(self.sandbox.control("POST", "talks", **wish)["id"])

    def send_back(self, order_id, **more):
        return str(self.sandbox.control("POST", f"orders/{order_id}/return", **more)["id"])

    def advance(self, order_id):
        self.sandbox.control("POST", f"orders/{order_id}/advance")


def attempt(verb, *arguments, **named):
    """Run a verb to its end; a refusal is an exchange like any other."""
    try:
        found = verb(*arguments, **named)
        return list(found) if hasattr(found, "__next__") else found
    except MarketplaceError as error:
        return error
