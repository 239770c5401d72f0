"""Numbers with their units as people write them: 1,5 л, 500ml, 40x60 sm, 6 dona."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ai_manager.services.reference import reference
from sellercloudx.lib.text import fold

_NUMBER = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
_NUMBERS = re.compile(rf"(?<![\w.,]){_NUMBER}(?:\s?[xх×*]\s?{_NUMBER}(?!\d))*")
_ONE = re.compile(_NUMBER)
_UNIT = re.compile(r"[\s\u00a0]?-?([^\W\d_]+(?:[·*'ʻ’][^\W\d_]+)*|%|\")")
_MODEL = re.compile(r"\b(?=\w*\d)(?=\w*[^\W\d_])\w+")
_GAPS = re.compile(r"[ \u00a0\u202f]")


@dataclass(frozen=True)
class Unit:
    key: str
    kind: str
    size: Decimal
    ru: str
    uz: str


@dataclass(frozen=True)
class Measure:
    """One number, or several as in 40×60; `unit` is None where none is written."""

    numbers: tuple[Decimal, ...]
    unit: Unit | None
    start: int = 0
    end: int = 0

    @property
    def kind(self) -> str:
        if self.unit is None:
            return ""
        return "dimensions" if len(self.numbers) > 1 else self.unit.kind

    def said_in(self, language: str) -> str:
        numbers = "×".join(plain(number) for number in self.numbers)
        if self.unit is None:
            return numbers
        unit = getattr(self.unit, language)
        return f"{numbers}{'' if unit == '%' else ' '}{unit}"

    def amounts(self) -> set[tuple[Decimal, str]]:
        """In the base of the unit's kind, so that 0,5 л is 500 мл."""
        if self.unit is None:
            return {(number, "") for number in self.numbers}
        return {(number * self.unit.size, self.unit.kind) for number in self.numbers}

    def in_unit(self, unit: Unit) -> Decimal | None:
        if self.unit is None or len(self.numbers) > 1 or self.unit.kind != unit.kind:
            return None
        return self.numbers[0] * self.unit.size / unit.size


def plain(number: Decimal) -> str:
    """Without useless zeros, with the comma that both languages use."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


@cache
def _units() -> dict[str, Unit]:
    """By every folded word people write for them."""
    units: dict[str, Unit] = {}
    for row in reference("units")["units"]:
        unit = Unit(row["key"], row["kind"], Decimal(row["size"]), row["ru"], row["uz"])
        units |= dict.fromkeys([*row["words"], fold(unit.ru), fold(unit.uz)], unit)
    return units


def unit_named(word: str) -> Unit | None:
    return _units().get(fold(word).rstrip("."))


def find(text: str) -> list[Measure]:
    """Every number that stands for itself; not those inside model names such as A54."""
    found = []
    for match in _NUMBERS.finditer(text):
        numbers = tuple(_decimal(one) for one in _ONE.findall(match.group()))
        unit, end = _unit_after(text, match.end())
        if unit is None and text[match.end() : match.end() + 1].isalnum():
            continue
        found.append(Measure(numbers, unit, match.start(), end))
    return found


def _decimal(text: str) -> Decimal:
    return Decimal(_GAPS.sub("", text).replace(",", "."))


def _unit_after(text: str, position: int) -> tuple[Unit | None, int]:
    match = _UNIT.match(text, position)
    if match is None:
        return None, position
    unit = unit_named(match.group(1))
    # «2 в 1» is no voltage.
    if unit is None or (unit.key == "v" and re.match(r"\s*\d", text[match.end() :])):
        return None, position
    is_shortened = unit.ru.endswith(".") and text[match.end() : match.end() + 1] == "."
    return unit, match.end() + is_shortened


def models(text: str) -> list[str]:
    """Words of letters and digits that are no measure: A54, 510BT."""
    measured = [(measure.start, measure.end) for measure in find(text)]
    return [
        match.group()
        for match in _MODEL.finditer(text)
        if not any(start <= match.start() < end for start, end in measured)
    ]


@cache
def number_words() -> dict[str, int]:
    return {fold(word): number for word, number in reference("units")["number_words"].items()}
