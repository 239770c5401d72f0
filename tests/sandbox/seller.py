"""A seller with an account in the sandbox, and the hands that steer it from behind."""

import time

import httpx


class Seller:
    """Talks to the sandbox as one marketplace account, and steers it from behind."""

    def __init__(self, url, key):
        self.key = key
        self.http = httpx.Client(base_url=f"{url}/yandex", headers={"Api-Key": key}, timeout=10)
        self._control = httpx.Client(base_url=f"{url}/_control", timeout=10)
        campaign = self.http.get("/v2/campaigns").json()["campaigns"][0]
        self.campaign, self.business = campaign["id"], campaign["business"]["id"]

    def call(self, method, path, body=None, **query):
        path = path.format(b=f"businesses/{self.business}", c=f"campaigns/{self.campaign}")
        return self.http.request(method, path, json=body, params=query)

    def control(self, method, path, **wish):
        answer = self._control.request(method, path, json={"account": self.key, **wish})
        return answer.json() | {"http": answer.status_code}

    def state(self):
        return self._control.get("/state", params={"account": self.key}).json()

    def effects(self):
        return self._control.get("/effects", params={"account": self.key}).json()

    def calls(self):
        return self._control.get("/calls", params={"account": self.key}).json()

    def wait_for(self, question, answer):
        """Ask until the answer is the one hoped for, at most ten seconds."""
        for _ in range(500):
            if (given := question()) == answer:
                return
            time.sleep(0.02)
        raise AssertionError(f"{given} and not {answer}")

    def fault(self, kind, **wish):
        return self.control("POST", "/faults", kind=kind, **wish)

    def send(self, *offers, **query):
        body = {"offerMappings": [{"offer": offer} for offer in offers]}
        return self.call("POST", "/v2/{b}/offer-mappings/update", body, **query)

    def price(self, sku, value):
        price = {"value": value, "currencyId": "UZS"}
        body = {"offers": [{"offerId": sku, "price": price}]}
        return self.call("POST", "/v2/{b}/offer-prices/updates", body)

    def stock(self, sku, count):
        body = {"skus": [{"sku": sku, "items": [{"count": count}]}]}
        return self.call("PUT", "/v2/{c}/offers/stocks", body)

    def card(self, sku):
        answer = self.call("POST", "/v2/{b}/offer-cards", {"offerIds": [sku]})
        return answer.json()["result"]["offerCards"][0]

    def moderated(self, sku):
        """The card once the moderators are done with it."""
        for _ in range(200):
            card = self.card(sku)
            if not card["cardStatus"].endswith("PROCESSING"):
                return card
            time.sleep(0.03)
        raise AssertionError(f"{sku} is still in moderation")

    def publish(self, offer, price=50_000, count=10):
        self.send(offer)
        self.price(offer["offerId"], price)
        self.stock(offer["offerId"], count)
        assert self.moderated(offer["offerId"])["cardStatus"] == "HAS_CARD_CAN_UPDATE"

    def buys(self, sku, quantity=1):
        """A buyer orders; gives the order's number."""
        return self.control("POST", "/orders", sku=sku, quantity=quantity)["id"]

    def orders(self, **body):
        return self.call("POST", "/v1/{b}/orders", body).json()["orders"]

    def to_status(self, order, status, substatus):
        body = {"order": {"status": status} | ({"substatus": substatus} if substatus else {})}
        return self.call("PUT", f"/v2/{{c}}/orders/{order}/status", body)
