"""Is a card fit to be sent? The same rules for what a model, our rules or a person wrote."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ai_manager.services import attribute_rules, forbidden, grounding, languages
from ai_manager.services.grounding import Known
from ai_manager.services.problems import problem
from ai_manager.services.reference import reference
from marketplaces.categories import stored_attributes
from sellercloudx.lib.text import fold

Problem = dict[str, str]
FIELDS = ("title", "description", "bullets", "search_words")
NEEDED = ("title", "description")
PERSON = "person"
MOST_TIMES = 3
_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"[^\W\d_]{3,}")


def check(
    *,
    texts: Mapping[str, Mapping[str, Any]],
    attributes: Sequence[Mapping[str, Any]],
    facts: Sequence[Mapping[str, Any]],
    marketplace: str,
    category: str = "",
    made_by: str = "",
) -> list[Problem]:
    """Everything that keeps a card from being sent; empty means it may be.

    Texts, attributes and facts have the shape `products.models.Card` keeps them in. `category` is
    the marketplace's number of it. A `person` answers for what they write, so only what others
    wrote is compared with the facts.
    """
    name, brand = _value(facts, "name"), _value(facts, "brand")
    known = None if made_by == PERSON else known_of(facts, attributes)
    found: list[Problem] = []
    for language, parts in texts.items():
        for field in FIELDS:
            text = _text(parts.get(field, ""))
            for one in _field_problems(text, field, language, marketplace, name, brand):
                found.append(one)
            found += _claims(text, field, language, known, f"{name} {brand}")
        found += _too_long(parts, language, marketplace)
    known_attributes = stored_attributes(marketplace, category) if category else None
    found += attribute_rules.problems(attributes, known_attributes, brand)
    return _once(found)


def known_of(
    facts: Sequence[Mapping[str, Any]], attributes: Sequence[Mapping[str, Any]] = ()
) -> Known:
    """What facts, and characteristics a person filled in, allow to be said."""
    said = [str(fact.get("value") or fact.get("text", "")) for fact in facts]
    said += [
        f"{one.get('name', '')} {one.get('value', '')} {one.get('unit', '')}"
        for one in attributes
        if one.get("source") == "person"
    ]
    return Known.of(said)


def _value(facts: Sequence[Mapping[str, Any]], name: str) -> str:
    return next((str(fact["value"]) for fact in facts if fact.get("name") == name), "")


def _text(part: Any) -> str:
    return part if isinstance(part, str) else "\n".join(map(str, part))


def _field_problems(
    text: str, field: str, language: str, marketplace: str, name: str, brand: str
) -> Iterator[Problem]:
    if not text.strip():
        if field in NEEDED:
            yield problem("empty", field=field, language=language)
        return
    if phrase := forbidden.leftover(text):
        yield problem("leftover", field=field, language=language, found=phrase)
        return
    for breach in forbidden.breaches(text, marketplace=marketplace, name=name, brand=brand):
        yield problem(breach.code, field=field, language=language, found=breach.found[:60])
    # Buyers search in any language and spelling.
    if field != "search_words":
        for breach in languages.breaches(text, language=language, brand=brand):
            yield problem(breach.code, field=field, language=language, found=breach.found[:60])
        yield from _repetitions(text, field, language)


def _claims(
    text: str, field: str, language: str, known: Known | None, own_words: str
) -> Iterator[Problem]:
    """What no fact speaks of."""
    if known is None:
        return
    for found in grounding.ungrounded(text, known):
        yield problem("ungrounded", field=field, language=language, found=found)
    for found in forbidden.foreign_brands(text, f"{own_words} {' '.join(known.words)}"):
        yield problem("foreign_brand", field=field, language=language, found=found)


def _repetitions(text: str, field: str, language: str) -> Iterator[Problem]:
    if field == "title":
        counts = Counter(fold(word) for word in _WORD.findall(text))
        for word, times in counts.items():
            if times > MOST_TIMES:
                yield problem("repeated_word", field=field, language=language, found=word)
        return
    sentences = [fold(sentence).strip(" •-") for sentence in _SENTENCE.findall(text)]
    for sentence, times in Counter(filter(None, sentences)).items():
        if times > 1 and len(sentence) > 12:
            found = sentence[:60]
            yield problem("repeated_sentence", field=field, language=language, found=found)


def _too_long(parts: Mapping[str, Any], language: str, marketplace: str) -> Iterator[Problem]:
    limits = reference("text_limits")["limits"].get(marketplace, {})
    # The list goes out below the description, one point a line.
    bullets = [f"• {bullet}" for bullet in parts.get("bullets", [])]
    description = "\n\n".join(filter(None, [parts.get("description", ""), "\n".join(bullets)]))
    for field, text in (("title", parts.get("title", "")), ("description", description)):
        most = limits.get(field, {}).get("most")
        if most and len(text) > most:
            details = {"length": str(len(text)), "most": str(most)}
            yield problem("too_long", field=field, language=language, **details)


def _once(found: list[Problem]) -> list[Problem]:
    return list({one["text"]: one for one in found}.values())
