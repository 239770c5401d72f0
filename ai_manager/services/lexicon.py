"""Known words of product names, recognised in any case form, in either script, and translated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from ai_manager.services.reference import reference
from sellercloudx.lib.text import APOSTROPHES, fold

LANGUAGES = ("uz", "ru")
KINDS = {
    "nouns": "noun",
    "adjectives": "adjective",
    "colors": "color",
    "materials": "material",
    "countries": "country",
}
LONGEST_PHRASE = 4
_WORD = re.compile(rf"[^\W\d_]+(?:[{APOSTROPHES}][^\W\d_]+)*")
_UZ_NOUN = "(?:larimiz|lari|lar)?(?:imiz|si|i)?(?:ning|ni|ga|dan|da)?(?:lik|li)?"  # koʻylak+lar+ni
_UZ_COLOR = "(?:rang)?(?:dagi|da|li)?"
_RU_ADJECTIVE = "(?:iy|oy|ey|aya|yaya|oe|ee|ie|ogo|ego|omu|emu|im|om|em|uyu|yuyu|ix|imi|i|e|o)"
_RU_NOUN = "(?:a|ya|i|e|o|u|yu|oy|ey|om|em|yom|ov|ev|am|yam|ami|yami|ax|yax|yu)?"
_RU_ADJECTIVE_END = re.compile("(?:iy|oy|aya|oe|ie|ee|ey)$")
_RU_NOUN_END = re.compile("(?:ya|iya|[aeiou])$")


@dataclass(frozen=True)
class Entry:
    """One known thing: a noun, colour, material, country or adjective."""

    kind: str
    uz: str
    ru: str
    gender: str = "m"
    adjective: str = ""
    is_audience: bool = False
    may_be_a_name: bool = False

    def said_in(self, language: str) -> str:
        return self.uz if language == "uz" else self.ru


@dataclass(frozen=True)
class Found:
    """A known word at its place in a text; `form` is the language it is written in, or other."""

    entry: Entry
    form: str
    start: int
    end: int
    folded: str


@dataclass(frozen=True)
class _Form:
    entry: Entry
    language: str
    words: int
    pattern: re.Pattern[str]


@cache
def entries() -> tuple[tuple[Entry, dict[str, Any]], ...]:
    known = Entry.__dataclass_fields__
    return tuple(
        (Entry(kind=kind, **{k: v for k, v in row.items() if k in known}), row)
        for name, kind in KINDS.items()
        for row in reference("card_words")[name]
    )


@cache
def _forms() -> dict[str, list[_Form]]:
    """By the first two letters; longer phrases first."""
    index: dict[str, list[_Form]] = {}
    for entry, row in entries():
        for language, phrase in _spellings(row):
            folded = fold(phrase.replace("-", " "))
            pattern = re.compile(_pattern(entry.kind, language, folded))
            form = _Form(entry, language, len(folded.split()), pattern)
            index.setdefault(folded[:2], []).append(form)
    for forms in index.values():
        forms.sort(key=lambda form: -form.words)
    return index


def _spellings(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "uz", row["uz"]
    yield "ru", row["ru"]
    if row.get("adjective"):
        yield "ru", row["adjective"]
    yield from (("other", phrase) for phrase in row["also"])


def _pattern(kind: str, language: str, phrase: str) -> str:
    *first, last = phrase.split()
    if language == "uz":
        return " ".join([*map(re.escape, first), _uzbek(kind, last)])
    return " ".join(_russian(word) for word in phrase.split())


def _uzbek(kind: str, word: str) -> str:
    if kind == "color":
        return re.escape(word) + _UZ_COLOR
    # koʻylak, koʻylagi; qoshiq, qoshigʻi.
    soft = f"|{word[:-1]}g(?=i)" if word[-1] in "kq" else ""
    return f"(?:{re.escape(word)}{soft}){_UZ_NOUN}"


def _russian(word: str) -> str:
    if len(word) > 4 and _RU_ADJECTIVE_END.search(word):
        return re.escape(_RU_ADJECTIVE_END.sub("", word)) + _RU_ADJECTIVE
    if len(word) < 4:
        return re.escape(word)
    return re.escape(_RU_NOUN_END.sub("", word)) + _RU_NOUN


@lru_cache(maxsize=2000)
def find(text: str) -> tuple[Found, ...]:
    """Known words in their order; of overlapping ones the longest phrase."""
    words = [(fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]
    found = []
    position = 0
    while position < len(words):
        hit = _at(words, position)
        if hit is None:
            position += 1
            continue
        form, count = hit
        last = position + count - 1
        folded = " ".join(word for word, _, _ in words[position : last + 1])
        found.append(Found(form.entry, form.language, words[position][1], words[last][2], folded))
        position += count
    return tuple(found)


def _at(words: list[tuple[str, int, int]], position: int) -> tuple[_Form, int] | None:
    for form in _forms().get(words[position][0][:2], ()):
        phrase = words[position : position + form.words]
        if len(phrase) == form.words and form.pattern.fullmatch(" ".join(w for w, _, _ in phrase)):
            return form, form.words
    return None


@cache
def linking_words() -> frozenset[str]:
    return frozenset(fold(word) for word in reference("card_words")["linking"])


def agreed(adjective: str, gender: str) -> str:
    """A Russian adjective in the gender of its noun (p: plural): чёрный, чёрная, синее."""
    if gender == "m" or " " in adjective:
        return adjective
    stem, ending = adjective[:-2], adjective[-2:]
    is_soft = ending == "ий" and stem[-1] not in "кгхшжчщ"
    plural = "ие" if is_soft or stem[-1] in "кгхшжчщ" else "ые"
    endings = {
        "f": "яя" if is_soft else "ая",
        "n": "ее" if is_soft else "ое",
        "p": plural,
    }
    return stem + endings[gender] if ending in ("ый", "ий", "ой") else adjective


def possessed(noun: str) -> str:
    """An Uzbek noun that belongs to the one before it: ayollar koʻylagi, bolalar kurtkasi."""
    if noun[-1] in "aeiou" or noun.endswith(("oʻ", "i")):
        return noun if noun.endswith("i") else f"{noun}si"
    soft = {"k": "gi", "q": "gʻi"}
    return noun[:-1] + soft[noun[-1]] if noun[-1] in soft else f"{noun}i"
