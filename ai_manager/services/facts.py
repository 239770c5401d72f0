"""What is known of a product, and where it is known from. Nothing else may stand on its card."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import get_language

from ai_manager.services import lexicon, measures
from ai_manager.services.lexicon import Entry, Found
from ai_manager.services.measures import Measure
from ai_manager.services.reference import reference
from products.models import Product
from sellercloudx.lib.text import fold

SELLER = "form"
QUOTED = re.compile(r"[«“„\"]([^«»“”„\"]{1,80})[»”“\"]")
_SIZE = re.compile(
    r"(?i)\b(?:razmer|размер|o.?lcham|size)\w{0,3}[\s:№-]*(\d{2,3}(?!\w)|X{0,3}[SML]\b)"
    r"|(?<![\w.,])(\d{2,3})[\s-]*(?:razmer|размер|o.?lcham)"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# Known of the parcel, not of the thing: true, but no part of a text.
PARCEL = ("package_size", "package_weight", "barcode")


@dataclass(frozen=True)
class Fact:
    """`value` as the seller gave it; `things` is what we understand of it."""

    name: str
    value: str
    source: str = SELLER
    # The seller's own word for it, where it is none of ours.
    label: str = ""
    things: tuple[Entry | Measure, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether only the seller's own words say what it is."""
        return bool(self.label)

    def label_in(self, language: str) -> str:
        return self.label or labels()[self.name][language]

    def stored(self) -> dict[str, Any]:
        """As a card keeps it."""
        language = "ru" if (get_language() or "uz")[:2] == "ru" else "uz"
        text = f"{self.label_in(language)}: {self.value}"
        return {"name": self.name, "value": self.value, "text": text, "source": self.source}


@cache
def labels() -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = reference("card_templates")["labels"]
    return known


@cache
def _names() -> dict[str, str]:
    """What a fact may be called -> its name."""
    return {
        fold(word): name
        for name, row in labels().items()
        for word in (name, row["uz"], row["ru"], *row["also"])
    }


def name_of(label: str) -> str:
    """Our name for what somebody calls «Цвет товара»; "" when we have none."""
    return _names().get(fold(label), "")


def clean(text: str) -> str:
    """Without control and invisible characters, in one line per line."""
    return _CONTROL.sub("", text).strip()


def of_product(product: Product) -> list[Fact]:
    """The seller's own statements first, then what they say by themselves about it."""
    given = list(_given(product))
    known = {fact.name for fact in given}
    read = [fact for fact in _read_from(product.name) if fact.name not in known]
    return [*given, *read]


def _given(product: Product) -> Iterator[Fact]:
    for name in ("name", "brand", "description", "barcode"):
        if value := clean(getattr(product, name)):
            yield Fact(name, value)
    yield from _parcel(product)
    for row in product.facts:
        label, value = clean(str(row.get("name", ""))), clean(str(row.get("value", "")))
        if label and value:
            yield of_statement(label, value, row.get("source") or SELLER)


def _parcel(product: Product) -> Iterator[Fact]:
    sides = (product.length_cm, product.width_cm, product.height_cm)
    if all(sides):
        value = "×".join(measures.plain(side) for side in sides if side)
        yield Fact("package_size", f"{value} sm")
    if product.weight_kg:
        yield Fact("package_weight", f"{measures.plain(product.weight_kg)} kg")


def of_statement(label: str, value: str, source: str = SELLER) -> Fact:
    """«Rangi: oq» as a fact, under our name where we know one."""
    name = name_of(label)
    if not name:
        return Fact(fold(label), value, source, label=label, things=tuple(measures.find(value)))
    return Fact(name, value, source, things=_understood(name, value))


def _understood(name: str, value: str) -> tuple[Entry | Measure, ...]:
    kinds = {"color": "color", "material": "material", "country": "country"}
    if kind := kinds.get(name):
        return tuple(_entries(lexicon.find(value), kind))
    if name == "audience":
        return tuple(one.entry for one in lexicon.find(value) if one.entry.is_audience)
    return tuple(one for one in measures.find(value) if one.kind == name)


def _entries(found: Iterable[Found], kind: str) -> list[Entry]:
    return list(dict.fromkeys(one.entry for one in found if one.entry.kind == kind))


def _read_from(name: str) -> Iterator[Fact]:
    """What the words and figures of a name say: «Sopol choynak, oq, 1 l»."""
    found = meant_as_words(name)
    for kind in ("color", "material", "country"):
        yield from _told(name, kind, [one for one in found if one.entry.kind == kind])
    yield from _told(name, "audience", [one for one in found if one.entry.is_audience])
    seen: set[str] = set()
    for measure in measures.find(name):
        if measure.kind in labels() and measure.kind not in seen:
            seen.add(measure.kind)
            yield Fact(measure.kind, name[measure.start : measure.end], things=(measure,))
    if match := _SIZE.search(name):
        yield Fact("size", match.group(1) or match.group(2))


def _told(name: str, fact: str, found: list[Found]) -> Iterator[Fact]:
    if found:
        value = ", ".join(name[one.start : one.end] for one in found)
        yield Fact(fact, value, things=tuple(dict.fromkeys(one.entry for one in found)))


def meant_as_words(name: str) -> list[Found]:
    """Known words of a name without those that are themselves a name: a teapot «Paxta»."""
    quoted = [match.span() for match in QUOTED.finditer(name)]
    found = [
        one
        for one in lexicon.find(name)
        if not any(start <= one.start < end for start, end in quoted)
    ]
    nouns = [one.start for one in found if one.entry.kind == "noun"]
    return [one for one in found if not _is_a_name(one, nouns)]


def _is_a_name(one: Found, nouns: list[int]) -> bool:
    """Uzbek puts the material before the thing (paxta sochiq) or gives it an ending."""
    if not one.entry.may_be_a_name or one.folded != fold(one.entry.uz):
        return False
    return not any(start > one.start for start in nouns)


def size_span(name: str) -> tuple[int, int] | None:
    match = _SIZE.search(name)
    return match.span() if match else None


def value_of(facts: Iterable[Fact], name: str) -> str:
    return next((fact.value for fact in facts if fact.name == name), "")
