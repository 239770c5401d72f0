import threading
import time

import httpx
import pytest

STATUS = "/v2/{b}/settings"


@pytest.mark.parametrize(("kind", "status"), [("420", 420), ("429", 429), ("5xx", 503)])
def test_it_fails_as_often_as_told_and_only_for_the_key_named(new_seller, kind, status):
    seller, other = new_seller(), new_seller()
    seller.fault(kind, times=2, retry_after=3)
    answers = [seller.call("POST", STATUS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert answers[0].json()["status"] == "ERROR"
    assert other.call("POST", STATUS).status_code == 200


def test_it_matches_by_method_path_and_operation(seller, mug):
    seller.publish(mug)
    seller.fault("5xx", match={"path": "/offers/stocks$", "method": "PUT"})
    seller.fault("5xx", match={"operation": "getDefaultPrices"})
    assert seller.stock("MUG-1", 5).status_code == 503
    assert seller.call("POST", "/v2/{c}/offers/stocks", {}).status_code == 200
    assert seller.call("POST", "/v2/{b}/offer-prices", {}).status_code == 503


def test_it_carries_out_a_write_and_loses_the_answer(seller, mug):
    seller.publish(mug, count=10)
    seller.fault("lost_answer", times=1, match={"method": "PUT"})
    with pytest.raises(httpx.RemoteProtocolError):
        seller.stock("MUG-1", 4)
    assert seller.effects()["by_key"]["updateStocks MUG-1"] == 2
    seller.fault("drop", times=1, match={"method": "PUT"})
    with pytest.raises(httpx.RemoteProtocolError):
        seller.stock("MUG-1", 3)
    assert seller.effects()["by_key"]["updateStocks MUG-1"] == 2
    [stock] = seller.state()["offers"][0]["stock"].values()
    assert stock == 4


def test_it_holds_a_call_and_does_it_even_when_nobody_waits(seller, mug):
    seller.publish(mug, count=10)
    seller.fault("hold", ms=400, at="before", times=1, match={"method": "PUT"})
    with pytest.raises(httpx.ReadTimeout):
        seller.http.put(
            f"/v2/campaigns/{seller.campaign}/offers/stocks",
            json={"skus": [{"sku": "MUG-1", "items": [{"count": 2}]}]},
            timeout=0.1,
        )
    assert seller.effects()["by_key"]["updateStocks MUG-1"] == 1
    seller.wait_for(lambda: seller.effects()["by_key"]["updateStocks MUG-1"], 2)


def test_it_breaks_answers(seller, mug):
    seller.publish(mug)
    order = seller.buys("MUG-1")
    seller.fault("html", times=1)
    answer = seller.call("POST", STATUS)
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    seller.fault("half_body", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        seller.call("POST", STATUS)
    seller.fault("duplicate_orders", times=1)
    assert [one["orderId"] for one in seller.orders()] == [order, order]
    seller.fault("repeat_page_token", times=2)
    tokens = [
        seller.call("POST", "/v1/{b}/orders", {}, pageToken=token).json()["paging"]
        for token in ("", "UkVQRUFU")
    ]
    assert tokens[0] == tokens[1] == {"nextPageToken": "UkVQRUFU"}


def test_it_fails_by_chance_the_same_way_for_the_same_seed(new_seller):
    runs = []
    for _ in range(2):
        seller = new_seller()
        seller.fault("5xx", probability=0.5, seed=7)
        runs.append([seller.call("POST", STATUS).status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


def test_it_allows_four_calls_at_once(seller):
    seller.fault("hold", ms=1500, at="before", times=4)
    answers = []

    def call():
        answers.append(seller.call("POST", STATUS))

    waiting = [threading.Thread(target=call) for _ in range(4)]
    for thread in waiting:
        thread.start()
    seller.wait_for(lambda: seller.calls()["in_flight"], 4)
    refused = seller.call("POST", STATUS)
    for thread in waiting:
        thread.join()
    assert refused.status_code == 420
    text = f"Hit rate limit of 4 parallel requests for businessId {seller.business}"
    assert refused.json()["errors"][0]["message"] == text
    assert [answer.status_code for answer in answers] == [200] * 4
    assert seller.calls()["max_parallel"] == 5


def test_a_caller_who_hung_up_takes_nobodys_place(seller):
    seller.fault("timeout", ms=3000, times=4)
    for _ in range(4):
        with pytest.raises(httpx.ReadTimeout):
            seller.http.post(STATUS.format(b=f"businesses/{seller.business}"), timeout=0.2)
    assert seller.calls()["in_flight"] == 4
    assert seller.call("POST", STATUS).status_code == 200


def test_it_lists_and_lifts_faults(seller):
    rule = seller.fault("5xx")
    assert seller.call("POST", STATUS).status_code == 503
    assert seller.control("DELETE", f"/faults/{rule['id']}")["removed"] == 1
    assert seller.call("POST", STATUS).status_code == 200
    assert "kind must be" in seller.fault("gremlins")["error"]


def test_it_limits_calls_per_window_and_says_until_when(seller):
    seller.fault("rate_limit", limit=2, seconds=1.5, match={"operation": "getBusinessSettings"})
    answers = [seller.call("POST", STATUS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 420]
    assert answers[2].headers["X-RateLimit-Resource-Remaining"] == "0"
    assert answers[2].headers["X-RateLimit-Resource-Until"].endswith("GMT")
    time.sleep(1.6)
    assert seller.call("POST", STATUS).status_code == 200


def test_it_shows_which_calls_are_on_the_wire(seller):
    seller.fault("hold", ms=1500, times=1)
    thread = threading.Thread(target=seller.call, args=("POST", STATUS))
    thread.start()
    seller.wait_for(lambda: seller.calls()["in_flight"], 1)
    assert seller.calls()["running"] == {"getBusinessSettings": 1}
    thread.join()
    assert seller.calls()["in_flight"] == 0


def test_it_knows_a_new_offer_a_while_late(seller, mug):
    seller.fault("late", match={"operation": "updateOfferMappings"}, ms=600)
    assert seller.send(mug).json() == {"status": "OK"}
    seller.send({"offerId": "MUG-1", "name": "Piyola"}, language="UZ")
    assert seller.stock("MUG-1", 5).json()["errors"][0]["code"] == "OFFER_NOT_FOUND"
    assert seller.price("MUG-1", 50_000).status_code == 400
    assert not seller.call("POST", "/v2/{b}/offer-mappings", {}).json()["result"]["offerMappings"]
    time.sleep(0.7)
    assert seller.stock("MUG-1", 5).status_code == seller.price("MUG-1", 50_000).status_code == 200
    (offer,) = seller.state()["offers"]
    assert offer["uz"] == {"name": "Piyola"}
