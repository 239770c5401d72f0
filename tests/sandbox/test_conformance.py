"""What the sandbox says, held against the vendor's own document."""

import os
from pathlib import Path

import pytest

from tests.conformance.document import Document, Exchange

SPECS = os.environ.get("SPECS_DIR", "")
pytestmark = pytest.mark.skipif(not SPECS, reason="SPECS_DIR names no folder with the documents")


@pytest.fixture(scope="module")
def document():
    return Document(Path(SPECS) / "yandex-market" / "openapi.yaml")


@pytest.fixture
def recorded(seller, document):
    """The seller, what breaks the document, and the statuses of the answers seen."""
    broken, statuses = [], []

    def check(answer):
        answer.read()
        statuses.append(answer.status_code)
        broken.extend(document.violations(Exchange.of(answer.request, answer, "/yandex")))

    seller.http.event_hooks["response"].append(check)
    return seller, broken, statuses


def test_it_answers_as_the_document_says(recorded, mug, picture_host):
    seller, broken, statuses = recorded
    mug = mug | {"basicPrice": {"value": 50_000, "currencyId": "UZS", "discountBase": 60_000}}
    ids = {"offerIds": ["MUG-1"]}
    seller.call("POST", "/v2/auth/token")
    seller.call("GET", "/v2/campaigns", limit=1)
    seller.call("GET", "/v2/{c}")
    seller.call("POST", "/v2/{b}/settings")
    seller.call("POST", "/v2/categories/tree", {"language": "RU"})
    for leaf in (91101, 90555, 7812901, 90784, 91326, 91153):
        seller.call("POST", f"/v2/category/{leaf}/parameters")
    seller.call("POST", "/v2/{b}/offer-mappings", {})
    seller.send(mug)
    seller.call("POST", "/v2/{b}/offer-mappings", ids)
    seller.send({"offerId": "MUG-1", "name": "Piyola"}, language="UZ")
    seller.send({"offerId": "BAD", "marketCategoryId": 1, "name": "x"})
    seller.send(
        {
            "offerId": "POOR",
            "marketCategoryId": 91101,
            "name": "x",
            "pictures": [f"{picture_host}/bad.png"],
        }
    )
    seller.moderated("MUG-1"), seller.moderated("POOR")
    seller.call("POST", "/v2/{b}/offer-mappings", {}, language="UZ", limit=1)
    seller.call("POST", "/v2/{b}/offer-cards", {"withRecommendations": True})
    values = [{"parameterId": 15060326, "value": "керамика"}]
    content = {"offerId": "MUG-1", "categoryId": 91101, "parameterValues": values}
    missing = content | {"offerId": "NONE"}
    seller.call("POST", "/v2/{b}/offer-cards/update", {"offersContent": [content, missing]})
    seller.call("POST", "/v2/{c}/offers", {})
    seller.price("MUG-1", 500_000)
    seller.call("POST", "/v2/{b}/offer-prices", ids)
    seller.call("POST", "/v2/{b}/price-quarantine", {})
    seller.call("POST", "/v2/{b}/price-quarantine/confirm", ids)
    seller.stock("MUG-1", 9)
    seller.call("POST", "/v2/{c}/offers/stocks", {})
    seller.call("POST", "/v2/{c}/offers/stocks", ids)
    one, two = seller.buys("MUG-1"), seller.buys("MUG-1", 2)
    seller.orders()
    seller.orders(orderIds=[one], statuses=["PROCESSING"], campaignIds=[seller.campaign])
    seller.call("GET", f"/v2/{{c}}/orders/{one}/buyer")
    seller.call("GET", f"/v2/{{c}}/orders/{one}/delivery/labels", format="A7")
    seller.to_status(one, "PROCESSING", "READY_TO_SHIP")
    wishes = [
        {"id": order, "status": "CANCELLED", "substatus": "SHOP_FAILED"} for order in (two, 1)
    ]
    seller.call("POST", "/v2/{c}/orders/status-update", {"orders": wishes})
    box = {"categoryId": 91101, "price": 9, "length": 1, "width": 1, "height": 1, "weight": 1}
    fees = {"parameters": {"sellingProgram": "FBS", "currency": "UZS"}, "offers": [box]}
    seller.call("POST", "/v2/tariffs/calculate", fees)
    assert len(statuses) >= 38 and set(statuses) == {200}
    assert broken == []


def test_it_refuses_as_the_document_says(recorded, mug):
    seller, broken, _ = recorded
    seller.publish(mug)
    order = seller.buys("MUG-1")
    refusals = {
        400: lambda: seller.to_status(order, "DELIVERED", None),
        404: lambda: seller.call("GET", "/v2/{c}/orders/5/buyer"),
        403: lambda: seller.call("POST", "/v2/businesses/1/settings"),
    }
    for status, call in refusals.items():
        assert call().status_code == status
    for kind, status in {"420": 420, "5xx": 500, "401": 401}.items():
        seller.fault(kind, times=1, status=status)
        assert seller.call("POST", "/v2/{b}/settings").status_code == status
    assert broken == []
