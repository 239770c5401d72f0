"""The shape an answer must have: strict for both providers, and no larger than they take.

OpenAI refuses a strict schema with more than 1000 enum values in all, more than 120 000 letters in
its names and values, more than 15 000 in one list of over 250, or quotes and line breaks in a value
(its guide on structured outputs, "Supported schemas", and its forum, read 2026-11-25). So what is
listed to choose from has a budget. What finds no room in it is told in words, and every answer is
checked against the facts and the marketplace's options afterwards, listed or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplaces.connectors.remote import Attribute

MOST_VALUES = 1000
# Of 120 000, less what the names of thirty characteristics and of the texts may take.
MOST_LETTERS = 100_000
# An options list above this is neither listed nor told: it would be most of the question.
MOST_OPTIONS = 60
_NOT_TAKEN = ('"', "\\")


@dataclass(frozen=True)
class Lists:
    """What an answer is to choose from: the keys of facts, and options by attribute."""

    facts: tuple[str, ...]
    options: Mapping[str, tuple[str, ...]]


class _Room:
    """What the schema may still list."""

    def __init__(self) -> None:
        self.values, self.letters = MOST_VALUES, MOST_LETTERS

    def takes(self, words: Sequence[str], *, times: int = 1, share: int = 1) -> bool:
        """Whether `words` and an empty one still fit; where they do, their room is taken."""
        values, letters = times * (len(words) + 1), times * sum(map(len, words))
        if values > self.values // share or letters > self.letters // share:
            return False
        self.values, self.letters = self.values - values, self.letters - letters
        return True


def lists_for(keys: Sequence[str], asked: Sequence[Attribute]) -> Lists:
    """The facts may take half of the room; the options share the rest in the order given."""
    room = _Room()
    facts = tuple(keys) if room.takes(keys, times=len(asked), share=2) else ()
    options = {
        one.id: choices
        for one in asked
        if (choices := choices_of(one)) and all(map(_is_taken, choices)) and room.takes(choices)
    }
    return Lists(facts, options)


def choices_of(attribute: Attribute) -> tuple[str, ...]:
    """What the marketplace lets one choose from, each once; nothing where it is too much."""
    choices = dict.fromkeys(option.value for option in attribute.options if option.value)
    is_short = attribute.type == "enum" and len(choices) <= MOST_OPTIONS
    return tuple(choices) if is_short else ()


def _is_taken(value: str) -> bool:
    return value.isprintable() and not any(sign in value for sign in _NOT_TAKEN)


def key_of(attribute: Attribute) -> str:
    return f"p{attribute.id}"


def schema(lists: Lists, asked: Sequence[Attribute]) -> dict[str, Any]:
    """In the form both providers take as strict: closed objects, every property required."""
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    languages = ("uz", "ru")
    properties: dict[str, Any] = {
        **{f"title_{language}": text for language in languages},
        **{f"description_{language}": text for language in languages},
        **{f"bullets_{language}": texts for language in languages},
        **{f"search_terms_{language}": texts for language in languages},
        "attributes": _closed({key_of(one): _cited(one, lists) for one in asked}),
    }
    return _closed(properties)


def _cited(attribute: Attribute, lists: Lists) -> dict[str, Any]:
    value = _one_of(lists.options.get(attribute.id, ()))
    fact = _one_of(lists.facts)
    return _closed({"value": value | {"description": attribute.name}, "fact": fact})


def _one_of(words: Sequence[str]) -> dict[str, Any]:
    """The empty one first: it is what an honest answer without a fact is."""
    return {"type": "string", "enum": ["", *words]} if words else {"type": "string"}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
