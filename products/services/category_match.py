"""Which category of a marketplace the words of a name point to, and how strongly."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from django.conf import settings

from marketplaces import categories
from sellercloudx.lib.text import APOSTROPHES, fold

# From this share of a category's own words on, it is proposed and not only offered.
ENOUGH = 50
OFFERED = 5
_TOKENS = re.compile(rf"[^\W\d_]+(?:[{APOSTROPHES}][^\W\d_]+)*")
_SMALL_WORDS = frozenset(
    ["i", "dlya", "na", "po", "so", "iz", "va", "uchun", "bilan", "and", "for"]
)
_RUSSIAN_ENDINGS = (
    *("yami", "ami", "aya", "yaya", "iye", "iy", "oy", "ey", "ie", "ee", "oe", "ov", "ev"),
    *("yu", "ya", "i", "a", "o", "e", "u", "y"),
)
_UZBEK_ENDINGS = ("larining", "lari", "lar", "ning", "dan", "lik", "si", "li", "ni", "ga", "i")
# чехол and чехлы, платок and платки.
_FLEETING = re.compile(r"(?<=[a-z]{3})[oe](?=[kl]$)")
SHORTEST_STEM = 3
SHORTEST_PART = 5


@dataclass(frozen=True)
class Match:
    """A category and the words of the name that speak for it; `score` is out of 100."""

    id: str
    path: str
    score: int
    words: tuple[str, ...]


@cache
def _translations() -> dict[str, list[str]]:
    path = settings.BASE_DIR / "data" / "category_words.json"
    return json.loads(path.read_text(encoding="utf-8"))["words"]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """A folded Russian word without its ending, so that чайник and чайники are one."""
    for ending in _RUSSIAN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    return _FLEETING.sub("", word)


def _uzbek_forms(word: str) -> Iterable[str]:
    yield word
    for ending in _UZBEK_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            yield word.removesuffix(ending)
    if word.endswith("gi"):
        # koʻylagi is a koʻylak, yostigʻi a yostiq.
        yield word[:-2] + "k"
        yield word[:-2] + "q"


def _words(text: str) -> list[str]:
    return [word for word in _TOKENS.findall(text) if _says_something(fold(word))]


def _says_something(folded: str) -> bool:
    return len(folded) > 1 and folded not in _SMALL_WORDS


@lru_cache(maxsize=50_000)
def _category_stems(name: str) -> tuple[str, ...]:
    return tuple(_stem(fold(word)) for word in _words(name))


def _stems_of_name(name: str) -> dict[str, str]:
    """Each stem the name gives, and the word of the name it comes from."""
    stems: dict[str, str] = {}
    for word in _words(name):
        for form in _uzbek_forms(fold(word)):
            stems.setdefault(_stem(form), word)
            for russian in _translations().get(form, ()):
                stems.setdefault(_stem(fold(russian)), word)
    return stems


def match(*, marketplace: str, name: str) -> list[Match]:
    """The categories the name's words point to, best first; empty when none does."""
    stems = _stems_of_name(name)
    found = []
    for leaf in categories.leaves(marketplace):
        score, words = _score(_category_stems(leaf.name), stems)
        if score:
            found.append(Match(leaf.external_id, leaf.path, score, words))
    return sorted(found, key=lambda one: (-one.score, -len(one.words), len(one.path)))[:OFFERED]


def search(*, marketplace: str, text: str, limit: int) -> list[Match]:
    """Categories for a person to choose from: those that match, then those that hold the text."""
    found = match(marketplace=marketplace, name=text)[:limit]
    seen = {one.id for one in found}
    words = fold(text).split()
    for leaf in categories.leaves(marketplace) if words else ():
        if len(found) >= limit:
            break
        path = fold(leaf.path)
        if leaf.external_id not in seen and all(word in path for word in words):
            found.append(Match(leaf.external_id, leaf.path, 0, ()))
    return found


def _score(wanted: tuple[str, ...], stems: dict[str, str]) -> tuple[int, tuple[str, ...]]:
    """How much of a category's name the stems explain, in percent."""
    credit, words = 0.0, []
    for want in wanted:
        part, found = _credit(want, stems)
        credit += part
        words += [word for word in found if word not in words]
    return (round(100 * credit / len(wanted)) if wanted else 0), tuple(words)


def _credit(want: str, stems: dict[str, str]) -> tuple[float, list[str]]:
    if want in stems:
        return 1.0, [stems[want]]
    # Электрочайники: half for чайник, half for электрический.
    ends = [
        word for stem, word in stems.items() if len(stem) >= SHORTEST_PART and want.endswith(stem)
    ]
    starts = [
        word for stem, word in stems.items() if len(stem) >= SHORTEST_PART and want[:6] == stem[:6]
    ]
    return 0.5 * bool(ends) + 0.5 * bool(starts), ends[:1] + starts[:1]


def best(found: list[Match]) -> Match | None:
    """The one to propose: strong enough, and nothing else as strong."""
    if not found or found[0].score < ENOUGH:
        return None
    rivals = [
        one
        for one in found[1:]
        if (one.score, len(one.words)) == (found[0].score, len(found[0].words))
    ]
    return None if rivals else found[0]
