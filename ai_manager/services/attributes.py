"""Fills a category's characteristics from facts; what no fact speaks of stays empty."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ai_manager.services import facts as fact_names
from ai_manager.services import lexicon, measures
from ai_manager.services.attribute_rules import YES_OR_NO, is_within
from ai_manager.services.facts import PARCEL, Fact
from ai_manager.services.grounding import Known, ungrounded
from ai_manager.services.lexicon import Entry
from ai_manager.services.measures import Measure, plain
from marketplaces.connectors.remote import Attribute, AttributeOption
from sellercloudx.lib.text import fold

Value = dict[str, Any]
_YES = ("true", "да", "1", "ha", "bor", "yes", "есть")
_NO = ("false", "нет", "0", "yoʻq", "no")
_CATEGORY_WORDS = ("tip", "vid", "turi")


def from_facts(known: Sequence[Attribute], told: Sequence[Fact]) -> list[Value]:
    """The characteristics that facts answer, each with where its fact comes from."""
    return [value for attribute in known for value in _answers(attribute, told)]


def _answers(attribute: Attribute, told: Sequence[Fact]) -> list[Value]:
    fact = _fact_for(attribute, told)
    if fact is not None:
        return list(_from_fact(attribute, fact))
    return list(_from_name(attribute, told))


def _fact_for(attribute: Attribute, told: Sequence[Fact]) -> Fact | None:
    """The one the seller gave under this name, or under ours for it."""
    ours = fact_names.name_of(attribute.name)
    for fact in told:
        if fact.name in PARCEL or fact.name == "name":
            continue
        if fact.name == ours or fold(fact.label or fact.name) == fold(attribute.name):
            return fact
    return None


def _from_fact(attribute: Attribute, fact: Fact) -> Iterator[Value]:
    if attribute.type == "enum":
        chosen = _options(attribute, [*_words_of(fact), fact.value])
        for option in chosen if attribute.is_multiple else chosen[:1]:
            yield _value(attribute, option.value, fact.source, option_id=option.id)
        if not chosen and attribute.allows_custom:
            yield _value(attribute, _words_of(fact)[0], fact.source)
    elif attribute.type == "number":
        yield from _number(attribute, fact)
    elif attribute.type == "boolean":
        if (answer := _yes_or_no(fact.value)) is not None:
            yield _value(attribute, answer, fact.source)
    elif len(fact.value) <= (attribute.max_length or len(fact.value)):
        yield _value(attribute, _words_of(fact)[0], fact.source)


def _words_of(fact: Fact) -> list[str]:
    """As marketplaces say it, in Russian; the seller's own words where we know none."""
    words = [thing.ru for thing in fact.things if isinstance(thing, Entry)]
    return words or [fact.value]


def _options(attribute: Attribute, words: Sequence[str]) -> list[AttributeOption]:
    by_words = {fold(option.value): option for option in attribute.options}
    found = (by_words.get(fold(word)) for word in words)
    return list(dict.fromkeys(option for option in found if option is not None))


def _number(attribute: Attribute, fact: Fact) -> Iterator[Value]:
    found = [thing for thing in fact.things if isinstance(thing, Measure)]
    number = in_unit_of(attribute, next(iter(found or measures.find(fact.value)), None))
    if number is not None and is_within(attribute, number):
        yield _value(attribute, plain(number).replace(",", "."), fact.source)


def in_unit_of(attribute: Attribute, measure: Measure | None) -> Decimal | None:
    """The number in the unit the marketplace counts in; None where it cannot be told."""
    if measure is None or len(measure.numbers) > 1:
        return None
    unit = measures.unit_named(attribute.unit) if attribute.unit else None
    if unit is None or measure.unit is None:
        # A bare number is in whatever they count; «6 шт.» fits where they name no unit.
        return measure.numbers[0] if not attribute.unit or measure.unit is None else None
    return measure.in_unit(unit)


def _yes_or_no(text: str) -> str | None:
    if fold(text) in map(fold, _YES):
        return "true"
    return "false" if fold(text) in map(fold, _NO) else None


def _from_name(attribute: Attribute, told: Sequence[Fact]) -> Iterator[Value]:
    """What the words of the name say: the type of the thing, or «Bluetooth» as a yes."""
    name = next((fact for fact in told if fact.name == "name"), None)
    if name is None:
        return
    if attribute.type == "boolean" and _says(name.value, attribute.name):
        yield _value(attribute, "true", name.source)
    if attribute.type == "enum" and fold(attribute.name).split()[0] in _CATEGORY_WORDS:
        for option in _kinds(attribute, name.value)[:1]:
            yield _value(attribute, option.value, name.source, option_id=option.id)


def _says(text: str, phrase: str) -> bool:
    return f" {fold(phrase)} " in f" {fold(text)} "


def _kinds(attribute: Attribute, name: str) -> list[AttributeOption]:
    """The option that names this thing; with no option to choose from but one, that one."""
    nouns = [one.entry for one in lexicon.find(name) if one.entry.kind == "noun"]
    colors = [one.entry for one in lexicon.find(name) if one.entry.kind == "color"]
    exact = _options(attribute, [noun.ru for noun in nouns])
    if exact:
        return exact
    # «Чёрный» among the kinds of tea, «чехол» inside «чехол-накладка».
    told = {_stem(word) for noun in nouns for word in fold(noun.ru).split()}
    told |= {_stem(fold(color.ru)) for color in colors}
    fitting = [
        option
        for option in attribute.options
        if {_stem(word) for word in fold(option.value).split()} <= told
    ]
    return fitting if len(fitting) == 1 else []


def _stem(word: str) -> str:
    return word[:-2] if len(word) > 4 else word


def _value(attribute: Attribute, text: str, source: str, *, option_id: str = "") -> Value:
    return {
        "attribute_id": attribute.id,
        "name": attribute.name,
        "value": text,
        "option_id": option_id,
        "unit_id": attribute.unit_id if attribute.type == "number" else "",
        "unit": attribute.unit,
        "source": source,
    }


def from_model(
    known: Sequence[Attribute],
    answers: Mapping[str, tuple[str, Fact]],
    grounds: Known,
) -> list[Value]:
    """A model's answers ({number: (value, the fact cited)}) as far as they stand up."""
    kept = []
    for attribute in known:
        if attribute.id not in answers:
            continue
        text, cited = answers[attribute.id]
        if not text.strip() or ungrounded(text, grounds):
            continue
        if (value := _checked(attribute, text.strip(), f"model:{cited.name}")) is not None:
            kept.append(value)
    return kept


def _checked(attribute: Attribute, text: str, source: str) -> Value | None:
    if attribute.type == "enum":
        chosen = _options(attribute, [text])
        if chosen:
            return _value(attribute, chosen[0].value, source, option_id=chosen[0].id)
        return _value(attribute, text, source) if attribute.allows_custom else None
    if attribute.type == "number":
        number = in_unit_of(attribute, next(iter(measures.find(text)), None))
        if number is None or not is_within(attribute, number):
            return None
        return _value(attribute, plain(number).replace(",", "."), source)
    if attribute.type == "boolean" and text.casefold() not in YES_OR_NO:
        return None
    fits = len(text) <= (attribute.max_length or len(text))
    return _value(attribute, text, source) if fits else None
