"""How complete a card is in each language, and what is missing."""

from dataclasses import dataclass, field
from typing import Any

from products.models import Card

# What each language of a card should have; bullets are part of what a buyer reads.
NEEDED = ("title", "description", "bullets")
# Yandex Market: first in Russian, then in Uzbek (offer-mappings/update, `language`).
LANGUAGES = ("ru", "uz")


@dataclass(frozen=True)
class Completeness:
    """`missing` are names of NEEDED; `problems` what the validator says of this language."""

    language: str
    missing: list[str] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return len(NEEDED) - len(self.missing)

    @property
    def total(self) -> int:
        return len(NEEDED)

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.problems)


def of(card: Card | None) -> list[Completeness]:
    """By language; of a card that is not there, everything is missing."""
    texts = card.texts if card else {}
    problems = card.problems if card else []
    return [
        Completeness(
            language,
            [name for name in NEEDED if not texts.get(language, {}).get(name)],
            [one for one in problems if one.get("language") == language],
        )
        for language in LANGUAGES
    ]
