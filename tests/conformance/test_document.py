"""The judge is judged: what breaks the document is found."""

import json
from dataclasses import replace

import pytest

from tests.conformance.document import Exchange
from tests.marketplaces.yandex.samples import ORDER

GOOD = Exchange(
    method="POST",
    path="/v1/businesses/900/orders",
    query=(("limit", "50"),),
    headers=(("Api-Key", "k"),),
    body=json.dumps({"campaignIds": [700]}).encode(),
    status=200,
    content_type="application/json",
    answer=json.dumps({"orders": [ORDER], "paging": {}}).encode(),
)


def answer(**changes):
    return json.dumps({"orders": [{**ORDER, **changes}], "paging": {}}).encode()


def test_a_good_exchange_has_no_violation(yandex_document):
    assert yandex_document.violations(GOOD) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"headers": ()}, "Security"),
        ({"query": (("limit", "51"),)}, "limit"),
        ({"path": "/v1/businesses/0/orders"}, "businessId"),
        ({"body": b"{}", "method": "POST", "answer": b"{}"}, "orders"),
        ({"body": json.dumps({"campaignIds": ["700"]}).encode()}, "integer"),
        ({"body": json.dumps({"campaignIds": []}).encode()}, "campaignIds"),
        ({"body": json.dumps({"campaigns": [700]}).encode()}, "request.campaigns is not in"),
        ({"answer": answer(status="TELEPORTED")}, "TELEPORTED"),
        ({"answer": answer(orderId="5001")}, "integer"),
        ({"answer": answer(creationDate="20.11.2026")}, "date-time"),
        ({"answer": answer(colour="red")}, "answer.orders[].colour is not in"),
        (
            {"answer": json.dumps({"status": "ERROR", "errors": [{}]}).encode(), "status": 404},
            "code",
        ),
    ],
)
def test_each_kind_of_deviation_is_found(change, said, yandex_document):
    found = yandex_document.violations(replace(GOOD, **change))
    assert found
    assert said in " ".join(found)


def test_a_call_the_document_does_not_have_is_no_exchange(yandex_document):
    with pytest.raises(LookupError):
        yandex_document.violations(replace(GOOD, path="/v9/orders"))
