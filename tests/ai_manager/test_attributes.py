import pytest

from ai_manager.services import attribute_rules, attributes, validation
from tests.ai_manager.making import attribute, codes, number, told

COLOR = attribute(1, "Цвет товара", "enum", ["белый", "черный"], is_multiple=True)
KIND = attribute(2, "Тип", "enum", ["Заварочный чайник", "Чайник"], is_required=True)
VOLUME = attribute(3, "Объем", "number", unit="мл", unit_id="77", maximum=number("5000"))
SEX = attribute(4, "Пол", "enum", ["мужской", "женский"], is_required=True)
BLUETOOTH = attribute(5, "Bluetooth", "boolean")
SIZE = attribute(6, "Размер", "enum", ["S", "M", "46"], is_required=True)
LID = attribute(7, "Крышка", "boolean")
BRAND = attribute(8, "Бренд", "text", max_length=20)
ALL = [COLOR, KIND, VOLUME, SEX, BLUETOOTH, SIZE, LID, BRAND]


def filled(name, brand="", **more):
    values = attributes.from_facts(ALL, told(name, brand, **more))
    return {one["name"]: one["value"] for one in values}


def test_it_fills_what_the_name_says_in_the_marketplaces_words_and_units():
    assert filled("Choynak oq 1,5 l", "Artel") == {
        "Цвет товара": "белый",
        "Тип": "Чайник",
        "Объем": "1500",
        "Бренд": "Artel",
    }


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Ayollar koʻylagi 46 razmer", {"Пол": "женский", "Размер": "46"}),
        ("Женское платье, размер M", {"Пол": "женский", "Размер": "M"}),
        ("Bluetooth quloqchin qora", {"Bluetooth": "true", "Цвет товара": "черный"}),
        ("Choynak 1 l yoki 40", {"Тип": "Чайник", "Объем": "1000"}),
        ("Lampa", {}),
        ("Qozon 50 l", {}),
    ],
)
def test_it_fills_nothing_that_is_not_said(name, found):
    assert filled(name) == found


def test_the_sellers_own_facts_come_first():
    assert filled("Idish", said={"Цвет товара": "черный", "Крышка": "да", "Hajmi": "500 ml"}) == {
        "Цвет товара": "черный",
        "Объем": "500",
        "Крышка": "true",
    }


def test_it_says_where_each_value_is_from():
    values = attributes.from_facts([COLOR], told("Choynak oq"))
    assert values[0] | {"option_id": "1", "source": "form"} == values[0]


def test_the_rest_of_the_required_is_asked_for():
    values = attributes.from_facts(ALL, told("Choynak"))
    missing = attribute_rules.missing(values, ALL)
    assert [one["name"] for one in missing] == ["Пол", "Размер"]
    assert missing[0]["options"][0] == {"id": "1", "value": "мужской"}


def fact(name, facts):
    return next(one for one in facts if one.name == name)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (("женский", "name"), ["женский"]),
        (("средний", "name"), []),
        (("", "name"), []),
    ],
)
def test_a_models_value_needs_a_fact_and_must_be_in_the_list(answer, kept):
    facts = told("Ayollar uchun xalat")
    text, cited = answer
    values = attributes.from_model(
        [SEX], {"4": (text, fact(cited, facts))}, validation.known_of([f.stored() for f in facts])
    )
    expected = attribute(4, "Пол", "enum", ["мужской", "женский"], allows_custom=False)
    values = [one for one in values if one["option_id"] or expected.allows_custom]
    assert [one["value"] for one in values] == kept


def test_a_models_number_must_be_in_the_facts():
    facts = told("Choynak 1 l")
    grounds = validation.known_of([fact.stored() for fact in facts])
    asked = {"3": ("2000 мл", fact("name", facts))}
    assert attributes.from_model([VOLUME], asked, grounds) == []
    asked = {"3": ("1000 мл", fact("name", facts))}
    values = attributes.from_model([VOLUME], asked, grounds)
    assert (values[0]["value"], values[0]["source"]) == ("1000", "model:name")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"attribute_id": "99", "value": "x"}, "attribute_unknown"),
        ({"attribute_id": "4", "option_id": "9"}, "attribute_option"),
        ({"attribute_id": "3", "value": "many"}, "attribute_number"),
        ({"attribute_id": "3", "value": "1e309"}, "attribute_range"),
        ({"attribute_id": "3", "value": "NaN"}, "attribute_number"),
        ({"attribute_id": "5", "value": "perhaps"}, "attribute_boolean"),
        ({"attribute_id": "8", "value": "Tefal"}, "brand"),
        ({"attribute_id": "8", "value": "x" * 21}, "too_long"),
    ],
)
def test_it_finds_wrong_values(value, code):
    brand = "" if code == "too_long" else "Rishton"
    assert codes(attribute_rules.problems([value], ALL, brand)) == [code]


def test_one_value_where_one_is_allowed():
    twice = [{"attribute_id": "4", "option_id": "1"}, {"attribute_id": "4", "option_id": "2"}]
    assert codes(attribute_rules.problems(twice, ALL, "")) == ["attribute_repeated"]
    twice = [{"attribute_id": "1", "option_id": "1"}, {"attribute_id": "1", "option_id": "2"}]
    assert codes(attribute_rules.problems(twice, ALL, "")) == []


def test_unknown_characteristics_are_not_judged():
    assert list(attribute_rules.problems([{"attribute_id": "99", "value": "x"}], None, "")) == []
