"""Stocks, prices, and the quarantine a price may land in."""

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from marketplaces.connectors import errors
from marketplaces.connectors.remote import ItemResult, PriceUpdate
from sellercloudx.lib.money import Money
from tests.marketplaces.script import ok, refusal
from tests.marketplaces.yandex.samples import (
    MOMENT,
    QUARANTINED,
    result,
    stock_update,
    uzs,
    without,
    yandex,
)


def none_held():
    return result(offers=[])


def test_it_sends_stock_as_of_its_moment():
    connector = yandex(ok())
    assert connector.push_stocks([stock_update()]) == [ItemResult("MUG-1", True)]
    assert connector.sent[0].method == "PUT"
    assert connector.sent[0].url.path == "/v2/campaigns/700/offers/stocks"
    assert connector.body() == {
        "skus": [
            {"sku": "MUG-1", "items": [{"count": 5, "updatedAt": "2026-11-20T09:00:00+00:00"}]}
        ]
    }


def test_it_repeats_a_stock_for_that_is_harmless():
    naps = []
    connector = yandex(httpx.ReadTimeout("slow"), ok(), naps=naps)
    assert connector.push_stocks([stock_update()])[0].ok
    assert naps == [0.5]


def test_it_sends_two_thousand_at_a_time_and_no_sku_twice_in_one_request():
    updates = [stock_update(f"S{n}") for n in range(2500)]
    connector = yandex(ok(), ok())
    assert len(connector.push_stocks(updates)) == 2500
    assert [len(connector.body(n)["skus"]) for n in range(2)] == [2000, 500]
    connector = yandex(ok(), ok())
    connector.push_stocks(
        [stock_update(), stock_update(quantity=3, at=MOMENT + timedelta(seconds=1))]
    )
    assert [connector.body(n)["skus"][0]["items"][0]["count"] for n in range(2)] == [5, 3]


def test_one_bad_sku_fails_alone():
    def answer(request):
        return refusal(400, message="sku") if b"BAD" in request.content else ok()

    connector = yandex(*[answer] * 10)
    results = connector.push_stocks([stock_update(sku) for sku in ("A", "BAD", "C", "D")])
    assert [(r.key, r.ok) for r in results] == [
        ("A", True),
        ("BAD", False),
        ("C", True),
        ("D", True),
    ]


def test_it_sends_prices_with_their_code_for_the_rouble():
    connector = yandex(ok())
    roubles = Money(Decimal("1999.90"), "RUB")
    updates = [
        PriceUpdate("MUG-1", uzs("33000"), before_discount=uzs("40000.50")),
        PriceUpdate("POT-1", roubles),
    ]
    assert [r.ok for r in connector.push_prices(updates)] == [True, True]
    assert connector.sent[0].method == "POST"
    assert connector.sent[0].url.path == "/v2/businesses/900/offer-prices/updates"
    assert connector.body() == {
        "offers": [
            {
                "offerId": "MUG-1",
                "price": {"value": 33000, "currencyId": "UZS", "discountBase": 40001},
            },
            {"offerId": "POT-1", "price": {"value": 1999.9, "currencyId": "RUR"}},
        ]
    }


def test_a_large_price_keeps_its_tiyins_on_the_wire():
    connector = yandex(ok())
    connector.push_prices([PriceUpdate("MUG-1", uzs("999999999999.99"))])
    assert b'"value":999999999999.99,' in connector.sent[0].content


def test_a_price_their_settings_forbid_is_each_items_refusal():
    locked = refusal(423, "LOCKED", "Partner use only default price")
    results = yandex(locked).push_prices([PriceUpdate("MUG-1", uzs("1"))])
    assert results == [ItemResult("MUG-1", False, "LOCKED", "Partner use only default price")]


def test_a_cabinet_that_is_being_moved_is_waited_for():
    with pytest.raises(errors.Unavailable):
        yandex(*[refusal(423, "LOCKED", "moving")] * 3).push_prices([PriceUpdate("A", uzs("1"))])


def test_it_reads_the_quarantine_from_the_verdicts():
    shop = {**QUARANTINED, "offerId": "MUG-2"}
    connector = yandex(result(offers=[QUARANTINED], paging={}), result(offers=[shop]))
    found, other = list(connector.price_quarantine())
    assert (found.sku, found.price, found.last_valid) == ("MUG-1", uzs("3300.50"), uzs("33000"))
    assert found.reasons == ("PRICE_CHANGE",)
    assert (found.place, other.place, other.sku) == ("business", "shop", "MUG-2")
    assert str(connector.sent[0].url).endswith("/v2/businesses/900/price-quarantine?limit=200")
    assert str(connector.sent[1].url).endswith("/v2/campaigns/700/price-quarantine?limit=200")
    assert connector.body() == {}


def test_it_reads_the_older_fields_where_a_verdict_names_no_price():
    older = {
        "offerId": "MUG-1",
        "currentPrice": {"value": 3300, "currencyId": "RUR"},
        "verdicts": [{"type": "LOW_PRICE", "params": []}],
    }
    (found,) = yandex(result(offers=[older]), none_held()).price_quarantine()
    assert (found.price, found.last_valid) == (Money(Decimal("3300.00"), "RUB"), None)


@pytest.mark.parametrize(
    "row",
    [
        without(QUARANTINED, "offerId"),
        without(QUARANTINED, "verdicts.0.params"),
        without(QUARANTINED, "verdicts.0.params.0.value"),
    ],
)
def test_a_quarantine_that_cannot_be_read_is_a_bad_response(row):
    with pytest.raises(errors.BadResponse):
        list(yandex(result(offers=[row]), none_held()).price_quarantine())


def test_a_price_in_words_is_a_bad_response():
    odd = {**QUARANTINED, "verdicts": [dict(QUARANTINED["verdicts"][0])]}
    odd["verdicts"][0]["params"] = [
        {"name": "CURRENT_PRICE", "value": "a lot"},
        {"name": "CURRENCY", "value": "UZS"},
    ]
    with pytest.raises(errors.BadResponse):
        list(yandex(result(offers=[odd]), none_held()).price_quarantine())


def test_a_price_held_back_need_not_be_told():
    said = result(offers=[without(QUARANTINED, "verdicts")])
    (found,) = list(yandex(said, none_held()).price_quarantine())
    assert (found.sku, found.price, found.last_valid) == ("MUG-1", None, None)


@pytest.mark.parametrize(
    ("code", "message", "is_unknown"),
    [
        ("OFFER_NOT_FOUND", "no", True),
        ("BAD_REQUEST", "Товар не найден", True),
        ("INVALID_CURRENCY", "wrong currency", False),
    ],
)
def test_a_sku_the_catalogue_does_not_hold_is_told_from_a_refusal(code, message, is_unknown):
    (result,) = yandex(refusal(400, code, message)).push_stocks([stock_update()])
    assert (result.ok, result.is_unknown) == (False, is_unknown)
    (result,) = yandex(refusal(400, code, message)).push_prices([PriceUpdate("A", uzs("1"))])
    assert (result.ok, result.is_unknown) == (False, is_unknown)
