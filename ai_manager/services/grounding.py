"""Does a text claim a number, unit, material, colour or country that no fact speaks of?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ai_manager.services import lexicon, measures
from sellercloudx.lib.text import fold

CLAIMS = ("material", "color", "country")
_NOT_PLAIN = re.compile(r"[^a-z0-9]")
_WORD = re.compile(r"[^\W\d_]+(?:[ʻʼ'’‘`][^\W\d_]+)*")


@dataclass(frozen=True)
class Known:
    """All that the facts say, in a form that can be asked."""

    amounts: frozenset[tuple[Decimal, str]]
    numbers: frozenset[Decimal]
    things: frozenset[tuple[str, str]]
    words: frozenset[str]
    letters: str

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Known":
        texts = list(texts)
        found = [measure for text in texts for measure in measures.find(text)]
        words = frozenset(fold(word) for text in texts for word in _WORD.findall(text))
        written = {Decimal(n) for word, n in measures.number_words().items() if word in words}
        return cls(
            amounts=frozenset(amount for measure in found for amount in measure.amounts()),
            numbers=frozenset(number for measure in found for number in measure.numbers) | written,
            things=frozenset(
                (one.entry.kind, one.entry.uz) for text in texts for one in lexicon.find(text)
            ),
            words=words,
            letters=_letters(" ".join(texts)),
        )


def ungrounded(text: str, known: Known) -> list[str]:
    """What the text says and the facts do not, as it is written."""
    found = [*_amounts(text, known), *_models(text, known)]
    return list(dict.fromkeys([*found, *_words(text, known), *_things(text, known)]))


def _amounts(text: str, known: Known) -> list[str]:
    return [
        text[measure.start : measure.end]
        for measure in measures.find(text)
        if not _is_known(measure, known)
    ]


def _is_known(measure: measures.Measure, known: Known) -> bool:
    if measure.unit is None:
        return set(measure.numbers) <= known.numbers
    return measure.amounts() <= known.amounts


def _models(text: str, known: Known) -> list[str]:
    return [word for word in measures.models(text) if _letters(word) not in known.letters]


def _letters(text: str) -> str:
    return _NOT_PLAIN.sub("", fold(text))


def _words(text: str, known: Known) -> list[str]:
    """Numbers written out."""
    numbers = measures.number_words()
    return [
        word
        for word in _WORD.findall(text)
        if fold(word) in numbers
        and Decimal(numbers[fold(word)]) not in known.numbers
        and fold(word) not in known.words
    ]


def _things(text: str, known: Known) -> list[str]:
    return [
        text[one.start : one.end]
        for one in lexicon.find(text)
        if one.entry.kind in CLAIMS and (one.entry.kind, one.entry.uz) not in known.things
    ]
