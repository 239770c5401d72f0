"""The question about a card: never larger than a provider takes, each fact under one name."""

import pytest

from ai_manager.prompts import card as card_prompt
from ai_manager.prompts import shape
from ai_manager.services import attributes, validation
from marketplaces.sandbox.ai import limits
from tests.ai_manager import scripted_ai
from tests.ai_manager.making import attribute, told


def enums(schema, name):
    """The list each characteristic has for its "value" or its "fact"; None where it has none."""
    rows = schema["properties"]["attributes"]["properties"]
    return {key: row["properties"][name].get("enum") for key, row in rows.items()}


def wide(number, options=40, **fields):
    return attribute(number, f"Вид {number}", "enum", [f"v{i}" for i in range(options)], **fields)


def ask(facts, asked):
    return card_prompt.build(facts, {"name_uz": "Choynak", "name_ru": "Чайник"}, "", asked)


@pytest.mark.parametrize(
    ("attributes", "options", "facts"),
    [(30, 40, 11), (30, 60, 33), (30, 60, 400), (100, 60, 5), (1, 60, 600), (3, 500, 300)],
)
def test_it_is_never_larger_than_the_provider_takes(attributes, options, facts):
    said = {f"Belgi {number} {'x' * 60}": str(number) for number in range(facts)}
    asked = [wide(number, options) for number in range(attributes)]
    prompt = ask(told("Choynak", said=said), asked)
    assert limits.breach(prompt.schema) == ""


def test_the_first_asked_are_listed_and_the_others_are_told_in_words():
    asked = [wide(number) for number in range(30)]
    prompt = ask(told("Choynak oq", "Rishton"), asked)
    listed = enums(prompt.schema, "value")
    assert listed["p0"] == ["", *[f"v{i}" for i in range(40)]]
    assert listed["p29"] is None
    lines = [line for line in prompt.user.splitlines() if line.startswith("p")]
    assert lines[0] == "p0: Вид 0"
    assert lines[29].startswith('p29: Вид 29; one of ["v0", "v1"')
    assert enums(prompt.schema, "fact")["p29"] == ["", "name", "brand", "color"]


def test_what_no_list_may_hold_is_told_in_words():
    asked = [attribute(1, "Диагональ", "enum", ['15.6"', '17"'])]
    prompt = ask(told("Noutbuk"), asked)
    assert enums(prompt.schema, "value") == {"p1": None}
    assert r'p1: Диагональ; one of ["15.6\"", "17\""]' in prompt.user


def test_an_option_that_stands_there_twice_is_listed_once():
    asked = [attribute(1, "Цвет", "enum", ["белый", "белый", "синий"])]
    assert enums(ask(told("Choynak"), asked).schema, "value") == {"p1": ["", "белый", "синий"]}


def test_facts_are_shown_and_cited_by_one_name():
    facts = told("Choynak", "Rishton", said={"Sovgʻa qutisi": "bor", 'Uzunligi "ichki" <sm>': "9"})
    prompt = ask(facts, [attribute(1, "Упаковка")])
    keys = ["name", "brand", "Sovgʻa qutisi", "Uzunligi ichki sm"]
    assert list(card_prompt.keyed(facts)) == keys
    assert enums(prompt.schema, "fact") == {"p1": ["", *keys]}
    for key in keys:
        assert f' "{key}": ' in prompt.user


def test_two_facts_of_one_name_are_both_told():
    said = {"Nomi": "Registon", "name_uz": "Piyola", "Yorligʻi": "a", "yorligi": "b"}
    facts = told("Choynak", said=said)
    keyed = {key: fact.value for key, fact in card_prompt.keyed(facts).items()}
    assert keyed == {
        "name": "Choynak",
        "name 2": "Registon",
        "name_uz 2": "Piyola",
        "Yorligʻi": "a",
        "yorligi": "b",
    }
    prompt = ask(facts, [attribute(1, "Упаковка")])
    assert ' "name": "Choynak"' in prompt.user
    assert ' "name 2": "Registon"' in prompt.user
    assert ' "name_uz": "Choynak"' in prompt.user


def test_a_value_counts_only_with_a_fact_that_was_shown():
    box = attribute(1, "Упаковка")
    facts = told("Choynak", said={"Qutisi": "karton"})
    kept = []
    for cited in ("Qutisi", "qutisi", "", "horoscope"):
        answer = scripted_ai.card(attributes={"p1": {"value": "karton", "fact": cited}})
        answers = card_prompt.answers_by_id(card_prompt.CardAnswer(**answer), facts)
        grounds = validation.known_of([fact.stored() for fact in facts])
        kept.append([one["source"] for one in attributes.from_model([box], answers, grounds)])
    assert kept == [["model:qutisi"], [], [], []]


def test_the_budget_is_what_the_sandbox_refuses_beyond():
    assert (shape.MOST_VALUES, limits.VALUES) == (1000, 1000)
    assert shape.MOST_LETTERS < limits.LETTERS
