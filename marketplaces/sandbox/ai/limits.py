"""How large a strict schema OpenAI takes: its guide on structured outputs, read 2026-11-25."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LEVELS = 10
PROPERTIES = 5000
VALUES = 1000
LETTERS = 120_000
# A list of more values than this has a limit of its own.
LONG_LIST = 250
LETTERS_OF_LONG_LIST = 15_000
# Told in its forum: these in a value are refused, too.
NOT_TAKEN = ('"', "\n")


@dataclass
class Size:
    levels: int = 0
    properties: int = 0
    names: int = 0
    lists: list[list[str]] = field(default_factory=list)

    @property
    def values(self) -> int:
        return sum(map(len, self.lists))

    @property
    def letters(self) -> int:
        return self.names + sum(len(value) for values in self.lists for value in values)


def breach(schema: dict[str, Any]) -> str:
    """What of it is too much, in the provider's manner; empty when nothing is."""
    size = Size()
    _measure(schema, size, 0)
    return next(_breaches(size), "")


def _breaches(size: Size) -> Iterator[str]:
    if size.levels > LEVELS:
        yield f"{size.levels} levels of nesting exceeds limit of {LEVELS}"
    if size.properties > PROPERTIES:
        yield f"{size.properties} object properties exceeds limit of {PROPERTIES}"
    if size.values > VALUES:
        yield (
            f"Expected at most {VALUES} enum values in total within a single schema when using "
            f"structured outputs, but received {size.values}"
        )
    if size.letters > LETTERS:
        yield f"{size.letters} characters of names and values exceeds limit of {LETTERS}"
    for values in size.lists:
        if len(values) > LONG_LIST and sum(map(len, values)) > LETTERS_OF_LONG_LIST:
            yield f"an enum of {len(values)} values exceeds {LETTERS_OF_LONG_LIST} characters"
        if any(sign in value for sign in NOT_TAKEN for value in values):
            yield "quotes and line breaks are not permitted in enum values"


def _measure(schema: Any, size: Size, level: int) -> None:
    if not isinstance(schema, dict):
        return
    size.lists.append([str(value) for value in schema.get("enum", [])])
    size.names += len(str(schema.get("const", "")))
    properties = schema.get("properties", {})
    level += bool(properties)
    size.levels = max(size.levels, level)
    size.properties += len(properties)
    named = {**properties, **schema.get("$defs", {})}
    size.names += sum(map(len, named))
    for inner in [*named.values(), *schema.get("anyOf", []), schema.get("items")]:
        _measure(inner, size, level)
