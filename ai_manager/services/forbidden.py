"""What no marketplace wants in a card: praise, sale, contacts, links, emoji, shouting, HTML."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ai_manager.services.reference import reference
from sellercloudx.lib.text import fold

_HTML = re.compile(r"</?[a-zA-Z!][^>]*>|&[a-z]{2,8};|&#\d+;")
_LINK = re.compile(
    r"(?i)https?://\S+|www\.\S+|\bt\.me\b\S*"
    r"|(?<![\w-])[\w-]+\.(?:uz|ru|com|net|org|io|shop|store|рф)\b\S*"
)
_CONTACT = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\w)@\w{3,}|\+\d[\d\s()-]{7,}\d"
    r"|\b(?:998)?[\s(-]*(?:9[0-9]|88|33|77|71)[\s)-]*\d{3}[\s-]\d{2}[\s-]\d{2}\b"
)
_SHOUTED = re.compile(r"(?<![\w-])[^\W\d_]{4,}(?![\w-])")
_WORD = re.compile(r"[^\W\d_]+(?:[ʻʼ'’‘`][^\W\d_]+)*")
# Signs, not pictures, although they stand in the same part of Unicode.
_SIGNS = frozenset("°№™®©·•×÷±²³½¼¾+=<>|^~`$€£¥₽%′″")


@dataclass(frozen=True)
class Breach:
    code: str
    found: str


def breaches(text: str, *, marketplace: str, name: str = "", brand: str = "") -> Iterator[Breach]:
    """Every rule the text breaks; a product is called what it is called."""
    own_words = f"{name} {brand}"
    for match in _HTML.finditer(text):
        yield Breach("html", match.group())
    for match in _LINK.finditer(text):
        yield Breach("link", match.group())
    for match in _CONTACT.finditer(text):
        yield Breach("contact", match.group())
    if pictures := "".join(dict.fromkeys(sign for sign in text if _is_picture(sign))):
        yield Breach("emoji", pictures[:10])
    for word in _shouted(text, own_words):
        yield Breach("caps", word)
    yield from _banned(text, brand)
    yield from _rivals(text, marketplace, own_words)


def is_banned(word: str) -> bool:
    return any(_banned(word, ""))


def _is_picture(sign: str) -> bool:
    return unicodedata.category(sign) in ("So", "Sk", "Cs", "Co", "Cn") and sign not in _SIGNS


def _shouted(text: str, own_words: str) -> Iterator[str]:
    allowed = set(reference("banned_words")["shown_in_capitals"])
    # A name that is all shouted allows nothing.
    if own_words.upper() != own_words:
        allowed |= set(_SHOUTED.findall(own_words))
    for word in _SHOUTED.findall(text):
        if word.isupper() and word not in allowed:
            yield word


@cache
def _bans() -> list[re.Pattern[str]]:
    words = [word for group in reference("banned_words")["words"].values() for word in group]
    return [_pattern(word) for word in words]


def _pattern(word: str) -> re.Pattern[str]:
    folded = fold(word.rstrip("$"))
    ending = r"(?!\w)" if word.endswith("$") else ""
    return re.compile(rf"(?<![\w]){re.escape(folded)}{ending}")


def _banned(text: str, brand: str) -> Iterator[Breach]:
    folded, own = fold(text), fold(brand)
    for pattern in _bans():
        match = pattern.search(folded)
        # «New Balance» is no news.
        if match and not pattern.search(own):
            yield Breach("banned", _as_written(text, match.group()))


@cache
def _rival_patterns() -> dict[str, list[re.Pattern[str]]]:
    named = reference("banned_words")["marketplaces"]
    return {slug: [_pattern(word) for word in words] for slug, words in named.items()}


def _rivals(text: str, marketplace: str, own_words: str) -> Iterator[Breach]:
    folded, own = fold(text), fold(own_words)
    for slug, patterns in _rival_patterns().items():
        for pattern in patterns if slug != marketplace else ():
            match = pattern.search(folded)
            if match and not pattern.search(own):
                yield Breach("rival", _as_written(text, match.group()))


def _as_written(text: str, folded: str) -> str:
    """The words of the text that a folded find stands for."""
    words = [(fold(match.group()), match.group()) for match in _WORD.finditer(text)]
    first = folded.split()[0]
    for place, (word, _) in enumerate(words):
        if word.startswith(first):
            count = len(folded.split())
            return " ".join(written for _, written in words[place : place + count])
    return folded


@cache
def _brand_patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (brand, re.compile(rf"(?<!\w){re.escape(fold(brand))}(?!\w)"))
        for brand in reference("banned_words")["brands"]
    ]


def foreign_brands(text: str, own_words: str) -> list[str]:
    """Well-known brands the text names and the product's own facts do not."""
    folded, own = fold(text), fold(own_words)
    return [
        brand
        for brand, pattern in _brand_patterns()
        if pattern.search(folded) and not pattern.search(own)
    ]


@cache
def _leftovers() -> list[str]:
    return [phrase.casefold() for phrase in reference("banned_words")["leftovers"]]


def leftover(text: str) -> str:
    """A refusal or a piece of a prompt that was taken for a text; "" where there is none."""
    plain = text.casefold().replace("ʼ", "'").replace("ʻ", "'")
    return next((phrase for phrase in _leftovers() if phrase in plain), "")
