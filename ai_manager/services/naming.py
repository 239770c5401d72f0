"""What to call a product in Uzbek and in Russian, from the words of its own name only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ai_manager.services import forbidden, lexicon, measures, wording
from ai_manager.services.facts import QUOTED, meant_as_words, size_span
from ai_manager.services.lexicon import Entry, Found
from sellercloudx.lib.text import fold

_EDGES = " \t,.;:!?()[]{}/\\|*+=_—–-"
_GAPS = re.compile(r"\s+")
_SHOUTED = re.compile(r"[^\W\d_]{4,}")
SET = "toʻplam"


@dataclass(frozen=True)
class Name:
    """A seller's name taken apart; `own` are the words that are not ours to translate."""

    text: str
    noun: Entry | None
    before: tuple[Entry, ...]
    own: tuple[str, ...]
    languages: tuple[str, ...]
    is_set: bool = False

    def said_in(self, language: str, brand: str = "") -> str:
        """The seller's words where they are of that language or we cannot translate them.

        A brand the name lacks follows it.
        """
        added = [brand] if brand and fold(brand) not in fold(self.text) else []
        if language in self.languages or not (self.noun or self._is_only_names()):
            return " ".join([wording.sentence(self.text), *added])
        phrase = [self.phrase_in(language)] if self.noun else []
        said = wording.sentence(" ".join([*phrase, *self.own, *added]))
        return f"{said}, набор" if self.is_set and language == "ru" else said

    def phrase_in(self, language: str) -> str:
        """The thing with what describes it, without brand and model; "" when it is not known."""
        if self.noun is None:
            return ""
        return _in_russian(self) if language == "ru" else _in_uzbek(self)

    @property
    def gender(self) -> str:
        return self.noun.gender if self.noun else "m"

    def _is_only_names(self) -> bool:
        """«Samsung Galaxy A54» needs no translation."""
        return bool(self.own) and not self.before and not any(map(str.islower, self.own))


def _in_russian(name: Name) -> str:
    assert name.noun is not None  # noqa: S101  phrase_in() asks first
    first: list[str] = []
    after: list[str] = []
    for entry in name.before:
        word = lexicon.agreed(entry.adjective or entry.ru, name.noun.gender)
        # «из нержавеющей стали» and «для девочек» follow their noun.
        (after if word.startswith(("из ", "для ")) else first).append(word)
    return " ".join([*first, name.noun.ru, *after])


def _in_uzbek(name: Name) -> str:
    assert name.noun is not None  # noqa: S101  phrase_in() asks first
    noun = name.noun.uz
    is_owned = any(entry.is_audience for entry in name.before)
    if is_owned and " " not in noun:
        noun = lexicon.possessed(noun)
    words = [*(entry.uz for entry in name.before), noun]
    return " ".join([*words, "toʻplami"] if name.is_set else words)


@lru_cache(maxsize=500)
def read(text: str, brand: str = "") -> Name:
    """Take a name apart. One with several things in it is left as it is."""
    text = cleaned(text, brand)
    languages = _languages_of(text)
    if languages == ("uz",) and wording.is_cyrillic(text):
        text = wording.to_uzbek_latin(text)
    found = meant_as_words(text)
    nouns = [one.entry for one in found if one.entry.kind == "noun"]
    # Piyola toʻplami: a set of the thing before it.
    is_set = len(nouns) == 2 and nouns[1].uz == SET
    if len(nouns) > 1 and not is_set:
        return Name(text, None, (), (), languages)
    before = tuple(
        dict.fromkeys(o.entry for o in found if o.entry.kind in ("adjective", "material"))
    )
    own = tuple(_own_words(text, found, brand))
    return Name(text, nouns[0] if nouns else None, before, own, languages, is_set)


def _languages_of(text: str) -> tuple[str, ...]:
    """The languages the name may stand in as it is: none for «Ceramic mug»."""
    nouns = [one for one in lexicon.find(text) if one.entry.kind == "noun"]
    if wording.is_cyrillic(text):
        is_uzbek = wording.is_uzbek_cyrillic(text) or _are_uzbek(nouns)
        return ("uz",) if is_uzbek else ("ru",)
    if any(one.folded != fold(one.entry.uz) and one.form != "uz" for one in nouns):
        return ()
    return ("uz",)


def _are_uzbek(nouns: Sequence[Found]) -> bool:
    """Чойнак is Uzbek in Cyrillic letters; кружка is both, and so Russian."""
    return bool(nouns) and all(
        one.form == "uz" and one.folded != fold(one.entry.ru) for one in nouns
    )


def _own_words(text: str, found: Sequence[Found], brand: str) -> list[str]:
    """What is left besides known words and figures: brand, model, «Paxta»."""
    taken = [(one.start, one.end) for one in found]
    taken += [(measure.start, measure.end) for measure in measures.find(text) if measure.unit]
    if span := size_span(text):
        taken.append(span)
    quoted = [match.span() for match in QUOTED.finditer(text)]
    taken = [span for span in taken if not _is_inside(span, quoted)]
    rest = "".join(
        " " if any(start <= place < end for start, end in taken) else letter
        for place, letter in enumerate(text)
    )
    words = [word.strip(_EDGES) for word in rest.split()]
    # Every name begins with a capital, so the first word shows nothing by having one.
    if words and rest.startswith(words[0]) and words[0].istitle() and words[0] not in brand:
        words[0] = words[0].lower()
    return [word for word in words if word and fold(word) not in lexicon.linking_words()]


def _is_inside(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] < end for start, end in others)


def cleaned(text: str, brand: str = "") -> str:
    """The name without what no marketplace takes: praise, sale, emoji, shouting."""
    text = wording.tidy(text)
    for breach in forbidden.breaches(text, marketplace="", brand=brand):
        if breach.code in ("banned", "html", "link", "contact"):
            text = text.replace(breach.found, " ")
        elif breach.code == "emoji":
            text = "".join(letter for letter in text if letter not in breach.found)
    text = _GAPS.sub(" ", text).strip(_EDGES + " ")
    words = [word for word in text.split() if any(map(str.isalnum, word))]
    text = " ".join(_unshouted(word, brand) for word in words)
    return text if wording.is_cyrillic(text) else wording.tidy_uzbek(text, keep=brand)


def _unshouted(word: str, brand: str) -> str:
    is_shouted = word.isupper() and _SHOUTED.search(word)
    if not is_shouted or any(map(str.isdigit, word)) or word in brand.split():
        return word
    return word.lower() if lexicon.find(word) else word.capitalize()
