"""Composes a card by rules, without any model: only what the facts say, in Uzbek and Russian."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from ai_manager.services import facts as fact_names
from ai_manager.services import forbidden, lexicon, measures, naming, wording
from ai_manager.services.facts import PARCEL, Fact
from ai_manager.services.lexicon import Entry
from ai_manager.services.measures import Measure
from ai_manager.services.naming import Name
from ai_manager.services.reference import reference
from sellercloudx.lib.text import fold

Texts = dict[str, dict[str, Any]]
MOST_BULLETS = 12
MOST_SEARCH_WORDS = 10
# Figures and colours; a material or a country is told by the words before the thing.
NAMED_IN_TITLES = frozenset(
    ["color", "size", "dimensions", "volume", "weight", "length", "diagonal", "memory", "battery"]
    + ["power", "voltage", "frequency", "age", "persons", "pieces", "months", "hours", "percent"]
)
NOT_LISTED = ("name", "description", *PARCEL)


def compose(told: Sequence[Fact], *, marketplace: str, category_path: str) -> Texts:
    """Title, description, list and search words in both languages."""
    group = group_of(category_path)
    brand = fact_names.value_of(told, "brand")
    name = naming.read(fact_names.value_of(told, "name"), brand)
    return {
        language: _in_language(language, name, told, group, marketplace)
        for language in lexicon.LANGUAGES
    }


def _in_language(
    language: str, name: Name, told: Sequence[Fact], group: dict[str, Any], marketplace: str
) -> dict[str, Any]:
    title = _title(language, name, told, group, marketplace)
    texts = {
        "title": title,
        "description": _description(language, title, told),
        "bullets": _bullets(language, told, group),
        "search_words": _search_words(language, name, told),
    }
    if language == "ru":
        return texts
    brand = fact_names.value_of(told, "brand")
    return {key: _tidied(text, brand) for key, text in texts.items()}


def _tidied(text: Any, brand: str) -> Any:
    if isinstance(text, str):
        return wording.tidy_uzbek(text, keep=brand)
    return [wording.tidy_uzbek(one, keep=brand) for one in text]


@cache
def _groups() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = reference("card_templates")["groups"]
    return groups


def group_of(category_path: str) -> dict[str, Any]:
    """Which template suits a category: the top of its path says most."""
    for part in category_path.split(" / "):
        words = fold(part).split()
        for group in _groups():
            if any(word.startswith(tuple(group["words"])) for word in words if group["words"]):
                return group
    return _groups()[-1]


def _title(
    language: str, name: Name, told: Sequence[Fact], group: dict[str, Any], marketplace: str
) -> str:
    brand = fact_names.value_of(told, "brand")
    title = name.said_in(language, brand)
    limits = reference("text_limits")["limits"].get(marketplace, {}).get("title", {})
    most = limits.get("most") or 250
    for wanted in _for_the_title(told, group):
        for fact in told:
            said = said_in_title(fact, language, name.gender) if fact.name == wanted else ""
            if said and not _is_said(fact, said, title) and len(f"{title}, {said}") <= most:
                title = f"{title}, {said}"
    return _cut(title, most)


def _for_the_title(told: Sequence[Fact], group: dict[str, Any]) -> list[str]:
    """What the group puts there, and whatever the name itself says: nothing of it gets lost."""
    name = fact_names.value_of(told, "name")
    in_name = [fact.name for fact in told if fact.name in NAMED_IN_TITLES and fact.value in name]
    return list(dict.fromkeys([*group["title"], *in_name]))


def _is_said(fact: Fact, words: str, title: str) -> bool:
    """Whether the title says it already, in whatever form."""
    entries = {one.entry for one in lexicon.find(title)}
    amounts = set().union(*(one.amounts() for one in measures.find(title)), set())
    things = fact.things
    if things:
        return all(
            thing in entries if isinstance(thing, Entry) else thing.amounts() <= amounts
            for thing in things
        )
    return f" {fold(words)} " in f" {fold(title).replace(',', ' ')} "


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,")


def said_in_title(fact: Fact, language: str, gender: str) -> str:
    """A colour agrees with the thing: чайник, белый; кружка, белая."""
    if fact.name != "color" or language != "ru" or not fact.things:
        return said(fact, language)
    words = [lexicon.agreed(one.ru, gender) for one in fact.things if isinstance(one, Entry)]
    return ", ".join(words)


def said(fact: Fact, language: str) -> str:
    """The fact's value in a language; "" where only the other one can say it."""
    words = [thing.said_in(language) for thing in fact.things if isinstance(thing, Entry | Measure)]
    if words and not fact.is_own:
        return ", ".join(words)
    return fact.value if _fits(fact.value, language) or fact.name == "brand" else ""


def _fits(text: str, language: str) -> bool:
    """Figures and short codes fit both languages, words only their own."""
    cyrillic, latin = wording.count(text, "CYRILLIC"), wording.count(text, "LATIN")
    if language == "uz":
        return not cyrillic
    return bool(cyrillic) or latin <= 3 or text.isupper()


def _description(language: str, title: str, told: Sequence[Fact]) -> str:
    own = fact_names.value_of(told, "description")
    first = title if title.endswith(".") else f"{title}."
    return f"{first}\n\n{own}" if _may_be_quoted(own, language) else first


def _may_be_quoted(own: str, language: str) -> bool:
    """The seller's own description, where it is of this language and breaks no rule."""
    if not own or wording.is_cyrillic(own) != (language == "ru"):
        return False
    return not any(forbidden.breaches(own, marketplace=""))


def _bullets(language: str, told: Sequence[Fact], group: dict[str, Any]) -> list[str]:
    ordered = sorted(_listed(told, group), key=lambda fact: _place(fact, group))
    lines = [_bullet(fact, language) for fact in ordered]
    return [line for line in dict.fromkeys(lines) if line][:MOST_BULLETS]


def _listed(told: Iterable[Fact], group: dict[str, Any]) -> list[Fact]:
    every = set(_groups()[-1]["list"]) | set(group["list"])
    return [
        fact for fact in told if fact.name not in NOT_LISTED and (fact.is_own or fact.name in every)
    ]


def _place(fact: Fact, group: dict[str, Any]) -> int:
    order = group["list"]
    return order.index(fact.name) if fact.name in order else len(order)


def _bullet(fact: Fact, language: str) -> str:
    label, value = fact.label_in(language), said(fact, language)
    if not value or (fact.is_own and not _fits(label, language)):
        return ""
    return f"{label}: {value}"


def _search_words(language: str, name: Name, told: Sequence[Fact]) -> list[str]:
    words: list[str] = []
    if name.noun is not None:
        words += [name.noun.said_in(language), name.phrase_in(language)]
    words += [said(fact, language) for fact in told if fact.name in ("brand", "color", "material")]
    words += [one for one in name.own if _fits(one, language)]
    kept = [word.strip('«»"') for word in words if word and not forbidden.is_banned(word)]
    return list(dict.fromkeys(kept))[:MOST_SEARCH_WORDS]
