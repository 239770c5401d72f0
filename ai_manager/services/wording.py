"""Letters, signs and scripts of card texts."""

import re
import unicodedata

from sellercloudx.lib.text import APOSTROPHES

_AFTER_OG = re.compile(rf"(?<=[oOgG])[{APOSTROPHES}]")
_INSIDE = re.compile(rf"(?<=[^\W\d_])[{APOSTROPHES}](?=[^\W\d_])")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"[ \u00a0\u202f]+")
_UZBEK_CYRILLIC = re.compile("[ўқғҳЎҚҒҲ]")
_LETTERS = dict(
    zip(
        "абвгдзийклмнопрстуфхыэқҳ",
        ("a", "b", "v", "g", "d", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s")
        + ("t", "u", "f", "x", "i", "e", "q", "h"),
        strict=True,
    )
) | {
    **{"е": "e", "ё": "yo", "ж": "j", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh"},
    **{"ъ": "ʼ", "ь": "", "ю": "yu", "я": "ya", "ў": "oʻ", "ғ": "gʻ"},
}


def tidy(text: str) -> str:
    """One kind of space, no invisible characters, lines kept."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return _SPACES.sub(" ", _CONTROL.sub("", text)).strip()


def tidy_uzbek(text: str, *, keep: str = "") -> str:
    """Oʻ and gʻ with U+02BB, tutuq belgisi with U+02BC; the brand `keep` as it writes itself."""
    parts = re.split(f"({re.escape(keep)})", tidy(text)) if keep else [tidy(text)]
    return "".join(part if part == keep else _apostrophes(part) for part in parts)


def _apostrophes(text: str) -> str:
    return _INSIDE.sub(_inner, _AFTER_OG.sub("ʻ", text))


def _inner(match: re.Match[str]) -> str:
    # The one after o or g has been set already.
    return match.group() if match.group() == "ʻ" else "ʼ"


def is_cyrillic(text: str) -> bool:
    """Whether more letters are Cyrillic than Latin."""
    return count(text, "CYRILLIC") > count(text, "LATIN")


def count(text: str, script: str) -> int:
    return sum(
        1 for letter in text if letter.isalpha() and unicodedata.name(letter, "").startswith(script)
    )


def is_uzbek_cyrillic(text: str) -> bool:
    return bool(_UZBEK_CYRILLIC.search(text))


def to_uzbek_latin(text: str) -> str:
    """Uzbek in Cyrillic letters, respelled: Чойнак -> Choynak, елим -> yelim."""
    out: list[str] = []
    for place, letter in enumerate(text):
        latin = _LETTERS.get(letter.lower(), letter)
        if letter.lower() == "е" and _begins_syllable(text, place):
            latin = "ye"
        out.append(_cased(latin, letter, text[place + 1 : place + 2]))
    return "".join(out)


def _begins_syllable(text: str, place: int) -> bool:
    before = text[place - 1].lower() if place else " "
    return not before.isalpha() or before in "аеёиоуўэюяъь"


def _cased(latin: str, letter: str, following: str) -> str:
    if not letter.isupper():
        return latin
    return latin.upper() if following.isupper() else latin[:1].upper() + latin[1:]


def sentence(text: str) -> str:
    """With a capital at the beginning, the rest as it is."""
    return text[:1].upper() + text[1:]
