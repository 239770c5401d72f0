"""What may be wrong with a card or with its making, in words for the seller.

Cards keep codes and what was found; the words are made when they are read, in the reader's
language.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

WORDS = {
    "empty": _("This text is empty."),
    "too_long": _("It has %(length)s characters, %(most)s are allowed."),
    "ungrounded": _("“%(found)s” is not among what is known of the product."),
    "brand": _("The brand is “%(brand)s”, not “%(found)s”."),
    "foreign_brand": _("“%(found)s” is another company's brand."),
    "banned": _("Marketplaces do not allow “%(found)s”."),
    "rival": _("“%(found)s” is another marketplace."),
    "contact": _("Contacts are not allowed: “%(found)s”."),
    "link": _("Links are not allowed: “%(found)s”."),
    "emoji": _("Remove the signs %(found)s."),
    "caps": _("Do not write “%(found)s” in capitals only."),
    "html": _("Write plain text without “%(found)s”."),
    "language": _("This text is not in the language it should be in."),
    "foreign_word": _("Translate “%(found)s”."),
    "mixed_script": _("“%(found)s” mixes Latin and Cyrillic letters."),
    "leftover": _("This is no text about the product: “%(found)s”."),
    "repeated_word": _("“%(found)s” is said too often."),
    "repeated_sentence": _("The same sentence stands there twice: “%(found)s”."),
    "attribute_unknown": _("The category has no such characteristic: “%(found)s”."),
    "attribute_option": _("“%(found)s” is not in the marketplace's list."),
    "attribute_number": _("“%(found)s” is not a number."),
    "attribute_boolean": _("Answer yes or no instead of “%(found)s”."),
    "attribute_range": _("“%(found)s” is out of bounds: %(bounds)s."),
    "attribute_repeated": _("Only one value is allowed here."),
    "characteristics_unknown": _(
        "Characteristics unknown: the category's could not be read when the card was made."
    ),
}
PLACES = {
    "title_uz": _("Title, Uzbek"),
    "title_ru": _("Title, Russian"),
    "description_uz": _("Description, Uzbek"),
    "description_ru": _("Description, Russian"),
    "bullets_uz": _("List, Uzbek"),
    "bullets_ru": _("List, Russian"),
    "search_words_uz": _("Search words, Uzbek"),
    "search_words_ru": _("Search words, Russian"),
}
PROVIDERS = {"openai": "OpenAI", "anthropic": "Anthropic"}
# Why a provider did not make a card: the word kept on the card -> a sentence.
ATTEMPTS = {
    "key_refused": _("%(provider)s refused the key"),
    "quota_used_up": _("the money at %(provider)s is used up"),
    "too_many_requests": _("%(provider)s asked us to slow down"),
    "timeout": _("%(provider)s did not answer in time"),
    "no_time": _("no time was left to ask %(provider)s"),
    "unavailable": _("%(provider)s was not available"),
    "bad_request": _("%(provider)s did not take our request"),
    "refused": _("%(provider)s declined to write about this product, so read the card closely"),
    "invalid_answer": _("what %(provider)s wrote did not pass our checks"),
}


def problem(code: str, *, field: str = "", language: str = "", **details: str) -> dict[str, str]:
    """As a card keeps it; `text` is worded for whoever is asking now."""
    kept = {"code": code, "language": language, "field": field, **details}
    return kept | {"text": worded(kept)}


def worded(kept: Mapping[str, Any]) -> str:
    """One of a card's problems in the active language."""
    if kept["code"] not in WORDS:
        return str(kept.get("text", ""))
    words = str(WORDS[kept["code"]]) % _details(kept)
    place = PLACES.get(f"{kept.get('field')}_{kept.get('language')}") or kept.get("field")
    if not place:
        return words
    return say("%(place)s: %(problem)s") % {"place": place, "problem": words}


def _details(kept: Mapping[str, Any]) -> dict[str, Any]:
    known = {"found": "", "brand": "", "length": "", "most": "", "bounds": ""}
    return known | {name: value for name, value in kept.items() if name in known}


def attempt_worded(kept: str) -> str:
    """“openai: timeout” as a sentence in the active language."""
    provider, _colon, why = kept.partition(": ")
    if why not in ATTEMPTS:
        return kept
    return str(ATTEMPTS[why]) % {"provider": PROVIDERS.get(provider, provider)}
