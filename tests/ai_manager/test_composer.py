import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ai_manager.services import composer, validation
from tests.ai_manager.making import HOME, codes, told

TITLES = [
    ("Choynak «Paxta» oq 1 l", "", "Choynak «Paxta» oq 1 l", "Чайник «Paxta», белый, 1 л"),
    ("Choynak Paxta 1 l", "Rishton", "Choynak Paxta 1 l Rishton", "Чайник Paxta Rishton, 1 л"),
    ("Paxta sochiq 40x60 sm", "", "Paxta sochiq 40x60 sm", "Хлопковое полотенце, 40×60 см"),
    ("Керамическая кружка 300мл", "", "Sopol krujka, 300 ml", "Керамическая кружка 300мл"),
    ("Ceramic mug white 300ml", "", "Sopol krujka, oq, 300 ml", None),
    ("Чойнак оқ 1 л", "", "Choynak oq 1 l", "Чайник, белый, 1 л"),
    ("Piyola toʻplami 6 dona", "", "Piyola toʻplami 6 dona", "Пиала, набор, 6 шт."),
    ("Piyola toʻplami", "Namuna", "Piyola toʻplami Namuna", "Пиала Namuna, набор"),
    ("Bolalar uchun futbolka ko'k", "", "Bolalar uchun futbolka koʻk", None),
    ("Женское платье красное", "Zara", "Ayollar koʻylagi Zara, qizil", None),
    ("Samsung Galaxy A54 128 GB qora", "Samsung", None, "Samsung Galaxy A54, чёрный, 128 ГБ"),
    ("Koʻk choy Ahmad 100 g", "Ahmad", None, "Зелёный чай Ahmad, 100 г"),
]


def compose(name, brand="", path=HOME, **fields):
    return composer.compose(told(name, brand, **fields), marketplace="yandex", category_path=path)


@pytest.mark.parametrize(("name", "brand", "uzbek", "russian"), TITLES)
def test_it_names_the_thing_in_both_languages(name, brand, uzbek, russian):
    texts = compose(name, brand)
    assert uzbek in (None, texts["uz"]["title"])
    assert russian in (None, texts["ru"]["title"])


@pytest.mark.parametrize(("name", "brand", "uzbek", "russian"), TITLES)
def test_what_it_writes_passes_its_own_validator(name, brand, uzbek, russian):
    facts = [fact.stored() for fact in told(name, brand)]
    found = validation.check(
        texts=compose(name, brand), attributes=[], facts=facts, marketplace="yandex"
    )
    assert found == []


def test_it_drops_what_no_marketplace_takes():
    texts = compose("SUPER CHOYNAK AKSIYA!!! 🎁 1 L")
    assert texts["uz"]["title"] == "Choynak 1 L"
    assert texts["ru"]["title"] == "Чайник, 1 л"


def test_it_lists_the_sellers_own_facts_in_the_language_they_are_in():
    texts = compose("Choynak", said={"Rangi": "oq", "Qopqogʻi": "bor", "Узор": "вручную"})
    assert texts["uz"]["bullets"] == ["Rangi: oq", "Qopqogʻi: bor"]
    assert texts["ru"]["bullets"] == ["Цвет: белый", "Узор: вручную"]


def test_it_quotes_the_sellers_description_in_its_language_only():
    texts = compose("Choynak", description="Choy damlash uchun qulay idish.")
    assert "Choy damlash" in texts["uz"]["description"]
    assert "Choy damlash" not in texts["ru"]["description"]


def test_the_parcel_is_no_part_of_the_texts():
    texts = compose("Choynak", length_cm=20, width_cm=15, height_cm=10, weight_kg=1)
    assert "20" not in str(texts)


@pytest.mark.parametrize("name", ["Gulli choynak", "Telefon stoli", "Кухонный комбайн"])
def test_what_it_cannot_translate_it_leaves_to_a_person(name):
    facts = [fact.stored() for fact in told(name)]
    found = validation.check(texts=compose(name), attributes=[], facts=facts, marketplace="yandex")
    assert codes(found) == ["foreign_word"]


def test_it_fits_the_marketplaces_limit():
    name = "Choynak " + "Paxta " * 60
    assert len(compose(name)["ru"]["title"]) <= 256


WORDS = ["choynak", "oq", "qizil", "1 l", "6 dona", "Rishton", "«Paxta»", "ayollar", "sopol", "чай"]
WORDS += ["A54", "белый", "2,5 kg", "uchun", "va", "40x60 sm", "кружка", "aksiya", "!!!", "5"]


# The first text pays for loading the word lists.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7))
def test_it_never_says_what_the_name_does_not(words):
    name = " ".join(words)
    facts = [fact.stored() for fact in told(name)]
    found = validation.check(texts=compose(name), attributes=[], facts=facts, marketplace="yandex")
    assert not {"ungrounded", "brand", "banned", "mixed_script"} & set(codes(found)), name
