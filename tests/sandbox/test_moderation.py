import json
import time

import pytest

from marketplaces.sandbox import accounts
from marketplaces.sandbox.app import respond
from marketplaces.sandbox.config import Config
from marketplaces.sandbox.messages import Request
from marketplaces.sandbox.world import World
from marketplaces.sandbox.yandex import moderation

TYPE, COLOUR, VOLUME = 27141930, 14871214, 17772750


def test_it_publishes_a_full_card(seller, mug):
    assert seller.send(mug).json() == {"status": "OK"}
    card = seller.moderated("MUG-1")
    assert card["cardStatus"] == "HAS_CARD_CAN_UPDATE"
    assert card["mapping"]["marketSku"]
    assert "errors" not in card


def test_it_takes_its_moment(tmp_path, mug):
    world = World.create(Config(state=tmp_path / "state.db", moderate_after=60))
    account = accounts.create(world.state, world.config, "ACMA:sandbox-slow")

    def ask(path, body):
        headers = {"api-key": "ACMA:sandbox-slow", "content-type": "application/json"}
        path = f"/yandex/v2/businesses/{account.business_id}/{path}"
        request = Request.parse("POST", path, headers, json.dumps(body).encode(), "127.0.0.1")
        return json.loads(respond(world, request).body)

    def status():
        return ask("offer-cards", {})["result"]["offerCards"][0]["cardStatus"]

    ask("offer-mappings/update", {"offerMappings": [{"offer": mug}]})
    assert moderation.work_off(world, time.time() + 30) == 0
    assert status() == "NO_CARD_PROCESSING"
    assert moderation.work_off(world, time.time() + 61) == 1
    assert status() == "HAS_CARD_CAN_UPDATE"
    ask("offer-mappings/update", {"offerMappings": [{"offer": mug | {"name": "Кружка"}}]})
    assert status() == "HAS_CARD_CAN_UPDATE_PROCESSING"
    world.state.close()


@pytest.mark.parametrize(
    ("change", "comment"),
    [
        ({"parameterValues": None}, "Не заполнена обязательная характеристика «Тип»"),
        ({"description": None}, "Не заполнено обязательное поле: описание"),
        ({"pictures": None}, "Не заполнено обязательное поле: изображения"),
        ({"vendor": None}, "Не заполнено обязательное поле: бренд"),
        ({"name": "Кружка, скидка"}, "В названии недопустимо слово «скидка»"),
        ({"name": "КРУЖКА белая"}, "В названии слово «КРУЖКА» написано заглавными буквами"),
        ({"description": "См. http://x.uz"}, "В описании недопустимы ссылки и контактные данные"),
        (
            {"parameterValues": [{"parameterId": TYPE, "value": "Ведро"}]},
            "Недопустимое значение характеристики «Тип»: «Ведро»",
        ),
        (
            {"parameterValues": [{"parameterId": TYPE, "valueId": 5, "value": "Кружка"}]},
            "Недопустимое значение характеристики «Тип»: id 5",
        ),
        (
            {
                "parameterValues": [
                    {"parameterId": TYPE, "value": "Кружка"},
                    {"parameterId": VOLUME, "value": "0"},
                ]
            },
            "Значение «Объем» должно быть от 1 до 100000",
        ),
    ],
)
def test_it_refuses_by_the_rules_of_the_document(seller, mug, change, comment):
    offer = {k: v for k, v in (mug | change).items() if v is not None}
    assert seller.send(offer).json() == {"status": "OK"}
    card = seller.moderated("MUG-1")
    assert card["cardStatus"] == "NO_CARD_ERRORS"
    assert comment in [error["comment"] for error in card["errors"]]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"marketCategoryId": 5}, "UNKNOWN_CATEGORY"),
        ({"marketCategoryId": 90401}, "INVALID_CATEGORY"),
        ({"marketCategoryId": None}, "EMPTY_MARKET_CATEGORY"),
        ({"parameterValues": [{"parameterId": 5, "value": "x"}]}, "UNKNOWN_PARAMETER"),
        ({"parameterValues": [{"parameterId": VOLUME, "value": "ko'p"}]}, "NUMBER_FORMAT"),
        ({"commodityCodes": [{"code": "12", "type": "IKPU_CODE"}]}, "INVALID_COMMODITY_CODE"),
    ],
)
def test_with_an_error_in_one_offer_it_takes_none(seller, mug, change, kind):
    wrong = {k: v for k, v in (mug | change | {"offerId": "WRONG"}).items() if v is not None}
    answer = seller.send(mug, wrong)
    [result] = answer.json()["results"]
    assert (answer.status_code, result["offerId"]) == (200, "WRONG")
    assert kind in [error["type"] for error in result["errors"]]
    assert answer.json()["status"] == "ERROR"
    assert seller.state()["offers"] == []
    assert seller.effects()["total"] == 0


def test_it_fetches_pictures_and_refuses_what_is_none(seller, mug, picture_host):
    urls = [f"{picture_host}/ok.png", f"{picture_host}/bad.png", f"{picture_host}/gone.png"]
    seller.send(mug | {"pictures": [*urls, "http://192.0.2.1/ok.png"]})
    assert seller.moderated("MUG-1")["cardStatus"] == "NO_CARD_ERRORS"
    answer = seller.call("POST", "/v2/{b}/offer-mappings", {}).json()
    media = answer["result"]["offerMappings"][0]["offer"]["mediaFiles"]["pictures"]
    states = [picture["uploadState"] for picture in media]
    assert states == ["UPLOADED", "FAILED", "FAILED", "FAILED"]


def test_it_looks_again_only_at_changed_content(seller, mug):
    seller.publish(mug)
    seller.send(mug)
    seller.price("MUG-1", 51_000)
    assert seller.card("MUG-1")["cardStatus"] == "HAS_CARD_CAN_UPDATE"
    seller.send({"offerId": "MUG-1", "name": "Кружка супер"})
    assert seller.moderated("MUG-1")["cardStatus"] == "HAS_CARD_CAN_UPDATE_ERRORS"
    seller.send({"offerId": "MUG-1", "name": "Кружка белая"})
    assert seller.moderated("MUG-1")["cardStatus"] == "HAS_CARD_CAN_UPDATE"


def test_with_an_error_in_one_card_it_changes_none(seller, mug):
    seller.publish(mug)
    contents = [
        {
            "offerId": sku,
            "categoryId": 91101,
            "parameterValues": [{"parameterId": TYPE, "value": v}],
        }
        for sku, v in (("MUG-1", "Чашка"), ("NOBODY", "Чашка"))
    ]
    answer = seller.call("POST", "/v2/{b}/offer-cards/update", {"offersContent": contents}).json()
    assert (answer["status"], answer["results"][0]["offerId"]) == ("ERROR", "NOBODY")
    assert "Чашка" not in str(seller.card("MUG-1"))


def test_it_changes_and_deletes_characteristics(seller, mug):
    seller.publish(mug)
    values = [{"parameterId": COLOUR, "value": "белый"}, {"parameterId": TYPE, "value": "Чашка"}]
    content = {"offerId": "MUG-1", "categoryId": 91101, "parameterValues": values}
    seller.call("POST", "/v2/{b}/offer-cards/update", {"offersContent": [content]})
    assert {v["value"] for v in seller.card("MUG-1")["parameterValues"]} == {"белый", "Чашка"}
    seller.send({"offerId": "MUG-1", "deleteParameters": ["PARAMETERS", "VENDOR_CODE"]})
    assert "parameterValues" not in seller.card("MUG-1")
