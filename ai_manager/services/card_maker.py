"""Makes the content of a card: a model where one is configured, rules where none helps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from ai_manager.prompts import card as card_prompt
from ai_manager.providers.base import InvalidOutput
from ai_manager.providers.chain import Chain, Outcome, configured
from ai_manager.providers.ledger import Purpose
from ai_manager.services import (
    attribute_rules,
    attributes,
    composer,
    facts,
    lexicon,
    naming,
    validation,
    wording,
)
from ai_manager.services.facts import Fact
from ai_manager.services.problems import problem
from marketplaces.connectors.remote import Attribute
from products.models import Card, Listing
from products.services.cards import CHARACTERISTICS_UNKNOWN, CardContent

TASK = "card"
RULES = Card.Maker.RULES


@dataclass(frozen=True)
class Brief:
    """All that goes into a card, read before anybody is asked."""

    listing: Listing
    facts: list[Fact]
    # The category's characteristics; None where they could not be read.
    known: Sequence[Attribute] | None

    @property
    def asked(self) -> Sequence[Attribute]:
        return self.known or ()

    @property
    def marketplace(self) -> str:
        return str(self.listing.connection.marketplace)

    @property
    def stored_facts(self) -> list[dict[str, Any]]:
        return [fact.stored() for fact in self.facts]

    @property
    def brand(self) -> str:
        return facts.value_of(self.facts, "brand")


@dataclass(frozen=True)
class Draft:
    """Texts and characteristics of one maker."""

    texts: composer.Texts
    attributes: list[dict[str, Any]]


def brief_for(listing: Listing, known: Sequence[Attribute] | None) -> Brief:
    return Brief(listing, facts.of_product(listing.product), known)


def make(brief: Brief, *, may_ask: bool = True) -> CardContent:
    """Calls providers over the network unless told not to, so never inside a transaction."""
    providers = configured() if may_ask else []
    by_rules = attributes.from_facts(brief.asked, brief.facts)
    if not providers:
        return _content(brief, _composed(brief, by_rules), Outcome())
    prompt = card_prompt.build(
        brief.facts, _hints(brief), brief.listing.category_path, _still_open(brief, by_rules)
    )
    purpose = Purpose(brief.listing.partner, TASK, "listing", str(brief.listing.pk))
    outcome = Chain(prompt, purpose, judge=_judge(brief, by_rules)).run(providers)
    return _content(brief, outcome.value or _composed(brief, by_rules), outcome)


def _composed(brief: Brief, by_rules: list[dict[str, Any]]) -> Draft:
    texts = composer.compose(
        brief.facts, marketplace=brief.marketplace, category_path=brief.listing.category_path
    )
    return Draft(texts, by_rules)


def _hints(brief: Brief) -> dict[str, str]:
    """How our own dictionary would call the thing, for a model to start from."""
    name = naming.read(facts.value_of(brief.facts, "name"), brief.brand)
    return {f"name_{language}": name.said_in(language) for language in lexicon.LANGUAGES}


def _still_open(brief: Brief, by_rules: list[dict[str, Any]]) -> list[Attribute]:
    """What the rules could not fill; the required first. Yes and no are never guessed."""
    filled = {value["attribute_id"] for value in by_rules}
    open_ones = [one for one in brief.asked if one.id not in filled and one.type != "boolean"]
    return sorted(open_ones, key=lambda one: not one.is_required)


def _judge(brief: Brief, by_rules: list[dict[str, Any]]) -> Callable[[str], Draft]:
    """Turns a model's text into a draft, or says in English why it does not stand."""

    def judge(text: str) -> Draft:
        answer = card_prompt.read(text)
        texts = {language: _tidied(brief, answer, language) for language in lexicon.LANGUAGES}
        grounds = validation.known_of(brief.stored_facts)
        cited = card_prompt.answers_by_id(answer, brief.facts)
        values = attributes.from_model(brief.asked, cited, grounds)
        filled = {value["attribute_id"] for value in by_rules}
        draft = Draft(
            texts, by_rules + [one for one in values if one["attribute_id"] not in filled]
        )
        with translation.override("en"):
            problems = _problems(brief, draft)
        if problems:
            raise InvalidOutput(violations=[problem["text"] for problem in problems])
        return draft

    return judge


def _tidied(brief: Brief, answer: card_prompt.CardAnswer, language: str) -> dict[str, Any]:
    def tidy(text: str) -> str:
        if language == "uz":
            return wording.tidy_uzbek(text, keep=brief.brand)
        return wording.tidy(text)

    texts = {
        name: tidy(text) if isinstance(text, str) else [tidy(one) for one in text if one.strip()]
        for name, text in answer.in_language(language).items()
    }
    texts["search_words"] = list(dict.fromkeys(texts["search_words"]))
    return texts


def _problems(brief: Brief, draft: Draft) -> list[dict[str, str]]:
    return validation.check(
        texts=draft.texts,
        attributes=draft.attributes,
        facts=brief.stored_facts,
        marketplace=brief.marketplace,
        category=brief.listing.category_id,
    )


def _unknown(brief: Brief) -> list[dict[str, str]]:
    """A card nobody could compare with what its category asks for does not look finished."""
    return [problem(CHARACTERISTICS_UNKNOWN)] if brief.known is None else []


def _content(brief: Brief, draft: Draft, outcome: "Outcome[Draft]") -> CardContent:
    return CardContent(
        texts=draft.texts,
        made_by=outcome.provider or RULES,
        attributes=draft.attributes,
        missing=attribute_rules.missing(draft.attributes, brief.asked),
        facts=brief.stored_facts,
        problems=[*_unknown(brief), *_problems(brief, draft)],
        model=outcome.model,
        failed_attempts=outcome.failed_attempts,
        request_group=outcome.group,
    )
