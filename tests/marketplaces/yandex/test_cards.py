"""Publishing cards: Russian first, one result per card, good cards saved from bad neighbours."""

from decimal import Decimal

import httpx
import pytest

from marketplaces.connectors import errors, remote
from marketplaces.connectors.remote import ItemResult
from marketplaces.connectors.yandex import connector as module
from tests.marketplaces.script import ok, refusal
from tests.marketplaces.yandex.samples import card, uzs, yandex

PATH = "/v2/businesses/900/offer-mappings/update"


def complaints(status="ERROR", **by_sku):
    results = [
        {"offerId": sku, **{key: [{"type": code, "message": text}] for key, code, text in said}}
        for sku, said in by_sku.items()
    ]
    return httpx.Response(200, json={"status": status, "results": results})


def skus(request_body):
    return [item["offer"]["offerId"] for item in request_body["offerMappings"]]


def test_it_sends_everything_in_russian_and_then_the_uzbek_words():
    full = card(
        brand="Rishton",
        pictures=("https://cloud.test/i/1.jpg",),
        barcodes=("4780001", "4780001"),
        attributes=(
            remote.AttributeValue("301", "250", unit_id="5"),
            remote.AttributeValue("302", "Фарфор", option_id="77"),
        ),
        length=Decimal("12.5"),
        width=Decimal(10),
        height=Decimal(7),
        weight=Decimal("0.35"),
        ikpu="06912001001000000",
        price=uzs("33000"),
    )
    connector = yandex(ok(), ok())
    assert connector.publish_cards([full]) == [ItemResult("MUG-1", True)]
    assert [(r.method, r.url.path, r.url.params["language"]) for r in connector.sent] == [
        ("POST", PATH, "RU"),
        ("POST", PATH, "UZ"),
    ]
    assert connector.body(0)["offerMappings"][0]["offer"] == {
        "offerId": "MUG-1",
        "name": "Пиала",
        "description": "Фарфоровая пиала",
        "marketCategoryId": 91013,
        "pictures": ["https://cloud.test/i/1.jpg"],
        "vendor": "Rishton",
        "barcodes": ["4780001"],
        "weightDimensions": {"length": 12.5, "width": 10, "height": 7, "weight": 0.35},
        "commodityCodes": [{"code": "06912001001000000", "type": "IKPU_CODE"}],
        "parameterValues": [
            {"parameterId": 301, "value": "250", "unitId": 5},
            {"parameterId": 302, "value": "Фарфор", "valueId": 77},
        ],
        "basicPrice": {"value": 33000, "currencyId": "UZS"},
    }
    assert connector.body(1)["offerMappings"] == [
        {"offer": {"offerId": "MUG-1", "name": "Piyola", "description": "Chinni piyola"}}
    ]


def test_it_leaves_out_what_a_card_does_not_have():
    connector = yandex(ok())
    bare = card(texts=(remote.CardText("ru", "Пиала", ""),), category_id="", length=Decimal(3))
    assert connector.publish_cards([bare])[0].ok
    assert connector.body()["offerMappings"] == [{"offer": {"offerId": "MUG-1", "name": "Пиала"}}]


def test_a_card_without_russian_is_refused_here():
    uzbek_only = card("UZ-1", texts=(remote.CardText("uz", "Piyola", ""),))
    connector = yandex(ok(), ok())
    results = connector.publish_cards([uzbek_only, card()])
    assert [(r.key, r.ok, r.code) for r in results] == [
        ("UZ-1", False, "no_russian_text"),
        ("MUG-1", True, ""),
    ]
    assert skus(connector.body(0)) == skus(connector.body(1)) == ["MUG-1"]


def test_good_cards_go_again_without_the_bad_one_which_spoiled_their_batch():
    bad = {"B": [("errors", "UNKNOWN_PARAMETER", "Нет такой характеристики")]}
    connector = yandex(complaints(**bad), ok(), ok())
    results = connector.publish_cards([card("A"), card("B"), card("C")])
    assert [(r.key, r.ok, r.code) for r in results] == [
        ("A", True, ""),
        ("B", False, "UNKNOWN_PARAMETER"),
        ("C", True, ""),
    ]
    assert [skus(connector.body(n)) for n in range(3)] == [["A", "B", "C"], ["A", "C"], ["A", "C"]]


def test_a_warning_is_kept_and_the_card_is_fine():
    warned = {"MUG-1": [("warnings", "LOCKED_DIMENSIONS", "Габариты не изменены")]}
    connector = yandex(complaints("OK", **warned), ok())
    assert connector.publish_cards([card()]) == [
        ItemResult("MUG-1", True, warnings=("Габариты не изменены",))
    ]


def test_a_refusal_of_the_uzbek_words_leaves_the_card_taken_with_a_warning():
    refused = {"MUG-1": [("errors", "INVALID_CATEGORY", "нет")]}
    connector = yandex(ok(), complaints(**refused), ok())
    assert connector.publish_cards([card(), card("POT-1")]) == [
        ItemResult("MUG-1", True, warnings=("UZ: нет",)),
        ItemResult("POT-1", True),
    ]


def test_uzbek_words_refused_as_a_whole_are_a_warning_too():
    connector = yandex(ok(), refusal(400, message="Too long"))
    assert connector.publish_cards([card()]) == [
        ItemResult("MUG-1", True, warnings=("UZ: Too long",))
    ]


def test_a_batch_refused_as_a_whole_is_halved():
    def answer(request):
        import json

        return refusal(400, message="B") if "B" in skus(json.loads(request.content)) else ok()

    connector = yandex(*[answer] * 12)
    results = connector.publish_cards([card(sku) for sku in "ABCD"])
    assert [(r.key, r.ok) for r in results] == [("A", True), ("B", False), ("C", True), ("D", True)]


def test_an_error_that_names_no_card_is_nobodys_success():
    connector = yandex(httpx.Response(200, json={"status": "ERROR", "results": []}))
    results = connector.publish_cards([card()])
    assert [(r.ok, r.code) for r in results] == [(False, "ERROR")]


def test_it_keeps_to_a_hundred_cards_and_half_a_megabyte():
    few_words = (remote.CardText("ru", "Пиала", ""),)
    connector = yandex(ok(), ok())
    connector.publish_cards([card(f"S{n}", texts=few_words) for n in range(150)])
    assert [len(skus(connector.body(n))) for n in range(2)] == [100, 50]
    many_words = (remote.CardText("ru", "Пиала", "я" * 6000),)
    connector = yandex(*[ok()] * 3)
    results = connector.publish_cards([card(f"S{n}", texts=many_words) for n in range(80)])
    assert len(results) == 80
    assert len(connector.sent) == 3
    assert all(len(request.content) < 512 * 1024 for request in connector.sent)


def test_the_same_sku_twice_goes_in_two_requests():
    texts = (remote.CardText("ru", "Пиала", ""),)
    connector = yandex(ok(), ok())
    assert len(connector.publish_cards([card(texts=texts), card(texts=texts)])) == 2
    assert len(connector.sent) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"category_id": "tea"},
        {"attributes": (remote.AttributeValue("size", "5"),)},
        {"attributes": (remote.AttributeValue("1", option_id="red"),)},
    ],
)
def test_an_id_that_is_no_number_is_that_cards_failure(wrong):
    connector = yandex(ok(), ok())
    results = connector.publish_cards([card("A", **wrong), card("B")])
    assert [(r.key, r.ok, r.code) for r in results] == [
        ("A", False, "not_a_number"),
        ("B", True, ""),
    ]


@pytest.mark.parametrize("answer", [refusal(401), refusal(403), httpx.Response(200, json=[])])
def test_what_is_no_cards_fault_is_raised(answer):
    with pytest.raises(errors.MarketplaceError):
        yandex(answer).publish_cards([card()])


def test_nothing_to_publish_is_no_request():
    connector = yandex()
    assert connector.publish_cards([]) == []
    assert module.OFFERS_BATCH == 100
