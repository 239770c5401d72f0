import io

import pytest

READY, STARTED = ("PROCESSING", "READY_TO_SHIP"), ("PROCESSING", "STARTED")
FAILED = ("CANCELLED", "SHOP_FAILED")


@pytest.fixture
def selling(seller, mug):
    seller.publish(mug, count=10)
    return seller


def left(seller):
    [stock] = seller.state()["offers"][0]["stock"].values()
    return stock


@pytest.mark.parametrize(
    ("steps", "last", "code"),
    [
        ([READY], 200, ""),
        ([FAILED], 200, ""),
        ([READY, FAILED], 200, ""),
        ([READY, READY], 400, "SUBSTATUS_NOT_ALLOWED"),
        ([READY, STARTED], 400, "SUBSTATUS_NOT_ALLOWED"),
        ([FAILED, READY], 400, "STATUS_NOT_ALLOWED"),
        ([("DELIVERY", "")], 400, "STATUS_NOT_ALLOWED"),
        ([("DELIVERED", "")], 400, "STATUS_NOT_ALLOWED"),
        ([("CANCELLED", "USER_CHANGED_MIND")], 400, "STATUS_NOT_ALLOWED"),
    ],
)
def test_it_lets_a_seller_take_legal_steps_only(selling, steps, last, code):
    order = selling.buys("MUG-1")
    answers = [selling.to_status(order, *step) for step in steps]
    assert [answer.status_code for answer in answers] == [200] * (len(steps) - 1) + [last]
    if code:
        assert answers[-1].json()["errors"][0]["code"] == code
    accepted = selling.effects()["by_key"].get(f"updateOrderStatus {order}", 0)
    assert accepted == sum(answer.status_code == 200 for answer in answers)


def test_it_answers_many_at_once_one_by_one(selling):
    good, gone = selling.buys("MUG-1"), selling.buys("MUG-1")
    selling.to_status(gone, *FAILED)
    wishes = [
        {"id": order, "status": "PROCESSING", "substatus": "READY_TO_SHIP"}
        for order in (good, gone, 7)
    ]
    answer = selling.call("POST", "/v2/{c}/orders/status-update", {"orders": wishes}).json()
    assert [one["updateStatus"] for one in answer["result"]["orders"]] == ["OK", "ERROR", "ERROR"]


def test_it_takes_stock_down_and_gives_it_back(selling):
    kept, dropped = selling.buys("MUG-1", 3), selling.buys("MUG-1", 2)
    assert left(selling) == 5
    selling.to_status(dropped, *FAILED)
    assert left(selling) == 7
    selling.to_status(kept, *READY)
    selling.control("POST", f"/orders/{kept}/advance")
    answer = selling.call("POST", "/v2/{c}/offers/stocks", {}).json()
    counts = answer["result"]["warehouses"][0]["offers"][0]["stocks"]
    assert {one["type"]: one["count"] for one in counts} == {
        "FIT": 7,
        "AVAILABLE": 7,
        "FREEZE": 0,
    }


def test_it_sells_no_more_than_there_is(selling):
    refused = selling.control("POST", "/orders", sku="MUG-1", quantity=11)
    assert (refused["http"], refused["error"]) == (409, "MUG-1: 10 left, 11 wanted")
    assert selling.control("POST", "/orders", sku="NONE", quantity=1)["http"] == 409
    assert left(selling) == 10


def test_it_prints_a_label_with_the_number_of_the_order(selling):
    order = selling.buys("MUG-1")
    for form in ("A9_HORIZONTALLY", "A9", "A7", "A4"):
        answer = selling.call("GET", f"/v2/{{c}}/orders/{order}/delivery/labels", format=form)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-") and str(order).encode() in answer.content
        assert io.BytesIO(answer.content).read().rstrip().endswith(b"%%EOF")
    wrong = selling.call("GET", f"/v2/{{c}}/orders/{order}/delivery/labels", format="A3")
    assert wrong.status_code == 400


def test_it_names_the_buyer_only_while_the_order_is_open(selling):
    order = selling.buys("MUG-1")
    path = f"/v2/{{c}}/orders/{order}/buyer"
    assert selling.call("GET", path).json()["result"]["type"] == "PERSON"
    selling.to_status(order, *FAILED)
    assert selling.call("GET", path).status_code == 400


def test_it_filters(selling):
    first, second = selling.buys("MUG-1"), selling.buys("MUG-1")
    selling.to_status(second, *FAILED)
    assert [o["orderId"] for o in selling.orders(statuses=["PROCESSING"])] == [first]
    assert [o["orderId"] for o in selling.orders(orderIds=[second])] == [second]
    assert selling.orders(campaignIds=[5]) == []
    assert selling.orders(programTypes=["DBS"]) == []
    assert selling.orders(fake=True) == []
    for wrong in ({"updateDateFrom": "yesterday"}, {"updateDateFrom": "2026-11-01T00:00:00"}):
        assert selling.call("POST", "/v1/{b}/orders", {"dates": wrong}).status_code == 400
