import pytest


@pytest.fixture
def selling(seller, mug):
    seller.publish(mug, price=50_000)
    return seller


def quarantined(seller):
    return seller.call("POST", "/v2/{b}/price-quarantine", {}).json()["result"]["offers"]


def price_of(seller):
    answer = seller.call("POST", "/v2/{b}/offer-prices", {"offerIds": ["MUG-1"]}).json()
    return answer["result"]["offers"][0]["price"]["value"]


@pytest.mark.parametrize("value", [150_001, 16_000])
def test_it_holds_back_a_price_that_jumps_and_says_ok(selling, value):
    assert selling.price("MUG-1", value).json() == {"status": "OK"}
    assert price_of(selling) == 50_000
    [held] = quarantined(selling)
    assert held["currentPrice"] == {"value": value, "currencyId": "UZS"}
    assert held["lastValidPrice"]["value"] == 50_000
    assert held["verdicts"][0]["type"] == "PRICE_CHANGE"


def test_it_applies_a_confirmed_price(selling):
    selling.price("MUG-1", 500_000)
    body = {"offerIds": ["MUG-1"]}
    for _ in range(2):
        answer = selling.call("POST", "/v2/{b}/price-quarantine/confirm", body)
        assert answer.json() == {"status": "OK"}
    assert (price_of(selling), quarantined(selling)) == (500_000, [])
    assert selling.effects()["by_operation"]["confirmBusinessPrices"] == 1


def test_it_lets_a_sane_price_out_of_quarantine(selling):
    selling.price("MUG-1", 500_000)
    selling.price("MUG-1", 60_000)
    assert (price_of(selling), quarantined(selling)) == (60_000, [])


@pytest.mark.parametrize(
    ("price", "code"),
    [
        ({"value": 5, "currencyId": "RUB"}, "BAD_REQUEST"),
        ({"value": 5, "currencyId": "RUR"}, "INVALID_CURRENCY"),
        ({"value": -1, "currencyId": "UZS"}, "BAD_REQUEST"),
        ({"value": 100, "currencyId": "UZS", "discountBase": 101}, "BAD_REQUEST"),
        ({"value": 100, "currencyId": "UZS", "discountBase": 150.5}, "BAD_REQUEST"),
        ({"value": float("inf"), "currencyId": "UZS"}, "BAD_REQUEST"),
    ],
)
def test_it_refuses_what_is_no_price(selling, price, code):
    import json

    text = json.dumps({"offers": [{"offerId": "MUG-1", "price": price}]})
    path = f"/v2/businesses/{selling.business}/offer-prices/updates"
    headers = {"Content-Type": "application/json"}
    answer = selling.http.post(path, content=text, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert price_of(selling) == 50_000


def test_it_refuses_unknown_and_repeated_offers(selling):
    assert selling.price("NONE", 5000).json()["errors"][0]["code"] == "OFFER_NOT_FOUND"
    price = {"value": 5000, "currencyId": "UZS"}
    body = {"offers": [{"offerId": "MUG-1", "price": price}] * 2}
    answer = selling.call("POST", "/v2/{b}/offer-prices/updates", body)
    assert answer.json()["errors"][0]["code"] == "DUPLICATE_OFFER"
