"""What a product's words may hold. Each rule raises ValidationError with the way out."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_TAG = re.compile(r"</?[a-zA-Z!][^>]*>")
_LINK = re.compile(r"(?i)(?:[a-z]+://|\bwww\.)\S*|\b[\w-]+\.(?:uz|ru|com|net|org)\b(?![\w-])\S*")
_SIGNS = frozenset("°№™®©<>=+|~^`´¨¬±×÷$€£¥₽₸₴%²³¼½¾←↑→↓•")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "MODIFIER LETTER", "FEMININE", "MASCULINE", "MICRO")
_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


def has_words(value: str) -> None:
    if value and not any(character.isalpha() for character in value):
        raise ValidationError(_("Write at least one word."), code="words")


def is_no_link(value: str) -> None:
    """A buyer reads it as the name of a thing, and marketplaces refuse links."""
    if link := _LINK.search(value):
        raise ValidationError(
            _("Write the name without a link: %(found)s."),
            code="link",
            params={"found": link.group()[:40]},
        )


def is_readable(value: str) -> None:
    """No control characters, emoji, tags, and no script our buyers do not read."""
    if any(_is_invisible(character) for character in value):
        raise ValidationError(
            _("There are invisible characters in it. Type it by hand instead of pasting."),
            code="invisible",
        )
    if emoji := _found(value, _is_picture):
        raise ValidationError(
            _("Remove %(found)s: marketplaces refuse emoji and special signs."),
            code="emoji",
            params={"found": emoji},
        )
    if letters := _found(value, _is_foreign):
        raise ValidationError(
            _("Write it in Latin or Cyrillic letters: %(found)s cannot be used."),
            code="script",
            params={"found": letters},
        )
    if tag := _TAG.search(value):
        raise ValidationError(
            _("Write plain text: %(found)s looks like HTML."),
            code="html",
            params={"found": tag.group()[:40]},
        )


def _found(value: str, is_wrong) -> str:
    """The first few characters that are wrong, for the message."""
    wrong = dict.fromkeys(character for character in value if is_wrong(character))
    return " ".join([*wrong][:5])


def _is_invisible(character: str) -> bool:
    return character not in "\n\r\t" and unicodedata.category(character) in _INVISIBLE


def _is_picture(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("So", "Sk", "Sm", "Sc") and character not in _SIGNS


def _is_foreign(character: str) -> bool:
    category = unicodedata.category(character)
    if category.startswith("M"):
        return True
    return category.startswith("L") and not unicodedata.name(character, "").startswith(_SCRIPTS)
