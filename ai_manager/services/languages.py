"""Is a text in the language it should be in, and in one script?"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from ai_manager.services import lexicon, measures, wording
from ai_manager.services.facts import QUOTED
from ai_manager.services.forbidden import Breach
from ai_manager.services.reference import reference
from sellercloudx.lib.text import APOSTROPHES, fold

_WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*")
_LATIN = re.compile("[A-Za-z]")
_CYRILLIC = re.compile("[а-яёўқғҳА-ЯЁЎҚҒҲ]")
# Fewer plain words than this are not enough to tell one language from another.
ENOUGH_WORDS = 4
# By so much (in log probability, a word) another language must be likelier.
MARGIN = 3.0


def breaches(text: str, *, language: str, brand: str = "") -> Iterator[Breach]:
    """Mixed scripts, foreign words and, of enough words, a wrong language."""
    plain = QUOTED.sub(" ", text)
    words = [word for word in _WORD.findall(plain) if any(map(str.isalpha, word))]
    mixed = [word for word in words if _LATIN.search(word) and _CYRILLIC.search(word)]
    yield from (Breach("mixed_script", word) for word in mixed)
    names = {fold(word) for word in _WORD.findall(brand)}
    rest = [word for word in words if word not in mixed]
    if language == "uz":
        yield from _in_uzbek(rest, names)
    else:
        yield from _in_russian(rest, names)


def _in_uzbek(words: list[str], names: set[str]) -> Iterator[Breach]:
    foreign = [word for word in words if _CYRILLIC.search(word) and fold(word) not in names]
    if foreign:
        yield Breach("foreign_word", " ".join(foreign[:3]))
        return
    told = [w for w in words if w.islower() and not _has_digit(w) and fold(w) not in names]
    if _is_rather(told, wanted="uz"):
        yield Breach("language", "")


def _in_russian(words: list[str], names: set[str]) -> Iterator[Breach]:
    cyrillic = [word for word in words if _CYRILLIC.search(word)]
    if any(wording.is_uzbek_cyrillic(word) for word in cyrillic if fold(word) not in names):
        yield Breach("language", "")
        return
    foreign = [word for word in words if _LATIN.search(word) and not _may_be_latin(word)]
    if foreign:
        yield Breach("foreign_word", " ".join(dict.fromkeys(foreign[:3])))
    elif not cyrillic and words and not _is_only_a_name(words, names):
        yield Breach("language", "")
    told = [word for word in cyrillic if fold(word) not in names]
    if _is_rather(told, wanted="ru"):
        yield Breach("language", "")


def _is_only_a_name(words: list[str], names: set[str]) -> bool:
    """«Artel Rio 10» needs no Russian word; «Choynak Paxta» does."""
    has_brand = any(fold(word) in names for word in words)
    return has_brand and not lexicon.find(" ".join(words))


def _may_be_latin(word: str) -> bool:
    """Names and models are written as they write themselves: iPhone, USB, A54, Artel."""
    if not word.islower() or _has_digit(word):
        return True
    return word in reference("banned_words")["latin_words"] or measures.unit_named(word) is not None


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _is_rather(words: list[str], *, wanted: str) -> bool:
    """Whether the words are clearly of another language."""
    if len(words) < ENOUGH_WORDS:
        return False
    ranked = dict(_identifier().rank(" ".join(words)))
    best = max(ranked.values())
    return bool(best - ranked[wanted] > MARGIN * len(words))


@cache
def _identifier() -> Any:
    # Costs a second and forty megabytes, so only the process that judges texts pays for it.
    import py3langid

    py3langid.set_languages(["uz", "ru", "en"])
    return py3langid
