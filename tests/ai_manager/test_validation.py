"""A corpus of cards that break the rules, each by one."""

import json

import pytest

from ai_manager.providers.base import InvalidOutput
from ai_manager.services.card_maker import _judge
from tests.ai_manager.making import brief, check, codes
from tests.ai_manager.scripted_ai import card

BROKEN = {
    "a number no fact has": ({"title_ru": "Чайник Rishton «Paxta», белый, 2 л"}, "2 л"),
    "a number in words": ({"description_uz": "Rishton choynagi, uchta piyola bilan."}, "uchta"),
    "a unit no fact has": ({"bullets_ru": ["Вес: 1 кг"]}, "1 кг"),
    "a material": ({"description_ru": "Белый керамический чайник Rishton."}, "керамический"),
    "a colour": ({"title_uz": "Choynak Rishton «Paxta», qizil, 1 l"}, "qizil"),
    "a country": ({"description_ru": "Чайник Rishton из Китая."}, "Китая"),
    "a model": ({"title_ru": "Чайник Rishton RT500, белый"}, "RT500"),
    "another company's brand": ({"description_ru": "Чайник не хуже, чем у Tefal."}, "Tefal"),
    "praise": ({"description_ru": "Самый лучший чайник Rishton."}, "лучший"),
    "praise in Uzbek": ({"description_uz": "Eng yaxshi oq choynak."}, "Eng yaxshi"),
    "a sale": ({"title_ru": "Чайник Rishton со скидкой"}, "скидкой"),
    "delivery": ({"description_uz": "Yetkazib berish bor, oq choynak."}, "Yetkazib berish"),
    "a cure": ({"description_ru": "Чайник лечит простуду."}, "лечит"),
    "a phone": ({"description_ru": "Звонок по номеру +998 90 123-45-67."}, "+998"),
    "a link": ({"description_uz": "Batafsil: www.rishton.uz sahifasida."}, "www.rishton.uz"),
    "a messenger": ({"description_uz": "Telegram orqali soʻrang."}, "Telegram"),
    "an emoji": ({"title_uz": "Choynak Rishton 🎁"}, "🎁"),
    "shouting": ({"title_ru": "ЧАЙНИК Rishton, белый"}, "ЧАЙНИК"),
    "HTML": ({"description_ru": "<b>Чайник</b> Rishton, белый."}, "<b>"),
    "another marketplace": ({"description_ru": "Есть на Wildberries, белый."}, "Wildberries"),
    "Uzbek where Russian should be": ({"title_ru": "Choynak Rishton, oq"}, "oq"),
    "Uzbek in Cyrillic": ({"title_ru": "Оппоқ чойнак Rishton"}, ""),
    "Russian where Uzbek should be": ({"title_uz": "Чайник Rishton, белый"}, "Чайник"),
    "English where Uzbek should be": (
        {"description_uz": "This teapot with a lid is very good for your kitchen."},
        "",
    ),
    "letters of two scripts in a word": ({"title_ru": "Чaйник Rishton, белый"}, "Чaйник"),
    "a refusal": ({"description_ru": "Извините, но я не могу помочь с этим."}, "не могу помочь"),
    "a refusal in English": ({"title_uz": "As an AI language model I cannot"}, "as an ai"),
    "a piece of the prompt": ({"description_uz": "<facts> choynak </facts>"}, "<facts>"),
    "a word said again and again": (
        {"title_ru": "Чайник, чайник, чайник и ещё чайник Rishton"},
        "chaynik",
    ),
    "a sentence said twice": (
        {"description_ru": "Белый чайник Rishton. Объём 1 л. Белый чайник Rishton."},
        "beliy chaynik",
    ),
    "an empty title": ({"title_uz": "  "}, ""),
    "a title that is too long": ({"title_ru": "Чайник белый " * 30}, "389"),
}


def _text(answer):
    return json.dumps(answer, ensure_ascii=False)


def test_a_card_that_breaks_no_rule_stands():
    draft = _judge(brief("Choynak «Paxta» oq 1 l", "Rishton"), [])(_text(card()))
    assert draft.texts["ru"]["title"] == "Чайник Rishton «Paxta», белый, 1 л"


@pytest.mark.parametrize("broken", BROKEN)
def test_a_card_that_breaks_one_rule_is_caught(broken):
    changed, found = BROKEN[broken]
    judge = _judge(brief("Choynak «Paxta» oq 1 l", "Rishton"), [])
    with pytest.raises(InvalidOutput) as caught:
        judge(_text(card(**changed)))
    assert found in " ".join(caught.value.violations)


@pytest.mark.parametrize(
    "answer",
    ["", "not json", "[]", '{"title_uz": "x"}', _text(card(extra="x")), _text(card(title_uz=5))],
)
def test_another_shape_is_caught(answer):
    with pytest.raises(InvalidOutput):
        _judge(brief("Choynak", ""), [])(answer)


def test_uzbek_apostrophes_are_set_and_not_complained_of():
    answer = card(description_uz="Rishton choynagi, o'zbek oshxonasi uchun. Ma'lumot: oq.")
    draft = _judge(brief("Choynak o'zbek oq 1 l", "Rishton"), [])(
        _text(answer | {"title_uz": "Choynak", "title_ru": "Чайник"})
    )
    assert "oʻzbek" in draft.texts["uz"]["description"]
    assert "Maʼlumot" in draft.texts["uz"]["description"]


def texts(**changed):
    both = {
        "uz": {"title": "Choynak Rishton", "description": "Oq choynak."},
        "ru": {"title": "Чайник Rishton", "description": "Белый чайник."},
    }
    return both | changed


def test_a_person_answers_for_their_own_facts_but_not_for_the_rules():
    written = texts(ru={"title": "Чайник из фарфора, 2 л", "description": "Супер чайник."})
    assert codes(check(written)) == ["banned", "ungrounded"]
    assert codes(check(written, made_by="person")) == ["banned"]


@pytest.mark.parametrize(
    "title", ["Rishton", "Rishton A5", "Чайник", "USB-кабель Rishton, 1 л", "Чайник iPhone"]
)
def test_names_need_no_translation(title):
    found = check(texts(ru={"title": title, "description": "Белый чайник."}), made_by="person")
    assert found == []


def test_known_quantities_may_be_said_in_other_units():
    written = texts(ru={"title": "Чайник Rishton, 1000 мл", "description": "Белый чайник."})
    assert check(written) == []


def test_grapes_are_no_marketplace():
    written = texts(uz={"title": "Uzum sharbati", "description": "Sharbat."})
    assert check(written, name="Uzum sharbati oq", brand="") == []
    written = texts(uz={"title": "Uzum Market sharbati", "description": "Sharbat."})
    assert codes(check(written, name="Uzum sharbati oq", brand="")) == ["rival"]
