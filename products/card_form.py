"""The form of a card: its texts in each language and its characteristics."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplaces.connectors.remote import Attribute, AttributeOption
from products import attribute_fields, text_rules
from products.fields import WordsField
from products.models import Card

LANGUAGES = ("ru", "uz")
MOST_BULLETS = 20


def _text_fields() -> dict[str, forms.Field]:
    return {
        "title": WordsField(label=_("Title"), most=256, validators=[text_rules.has_words]),
        "description": WordsField(label=_("Description"), most=6000, is_long=True),
        "bullets": WordsField(
            label=_("Main points"),
            help_text=_("One on each line."),
            most=3000,
            is_long=True,
            required=False,
        ),
        "search_words": WordsField(
            label=_("Search words"),
            help_text=_("Separated by commas."),
            most=1000,
            required=False,
        ),
    }


class CardForm(forms.Form):
    """Everything of a card that a person may change."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, card: Card, attributes: Sequence[Attribute], **kwargs):
        self.card, self.attributes = card, attributes
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", card.version)
        for language in LANGUAGES:
            for name, field in _text_fields().items():
                self.fields[f"{language}_{name}"] = field
                self.initial.setdefault(f"{language}_{name}", self._shown(language, name))
        for attribute in attributes:
            key = f"attribute_{attribute.id}"
            self.fields[key] = attribute_fields.field_for(attribute)
            self.initial[key] = attribute_fields.shown(attribute, self._values(attribute.id))

    def _shown(self, language: str, name: str) -> str:
        value = self.card.texts.get(language, {}).get(name, "")
        if isinstance(value, str):
            return value
        return ("\n" if name == "bullets" else ", ").join(value)

    def _values(self, attribute_id: str) -> list[dict[str, Any]]:
        return [one for one in self.card.attributes if str(one["attribute_id"]) == attribute_id]

    def text_groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        for language in LANGUAGES:
            yield language, [self[f"{language}_{name}"] for name in _text_fields()]

    def needed(self) -> list[forms.BoundField]:
        """Required, or already filled in: what one looks for first."""
        return [self[f"attribute_{one.id}"] for one in self.attributes if self._is_needed(one)]

    def others(self) -> list[forms.BoundField]:
        return [self[f"attribute_{one.id}"] for one in self.attributes if not self._is_needed(one)]

    def _is_needed(self, attribute: Attribute) -> bool:
        return attribute.is_required or bool(self._values(attribute.id))

    def texts(self) -> dict[str, dict[str, Any]]:
        return {language: self._texts_of(language) for language in LANGUAGES}

    def _texts_of(self, language: str) -> dict[str, Any]:
        said = {name: self.cleaned_data[f"{language}_{name}"] for name in _text_fields()}
        said["bullets"] = _lines(said["bullets"], "\n")[:MOST_BULLETS]
        said["search_words"] = _lines(said["search_words"], ",")
        return said

    def values(self) -> list[dict[str, Any]]:
        """The characteristics as the card keeps them, with those the form does not know."""
        known = {attribute.id for attribute in self.attributes}
        kept = [one for one in self.card.attributes if str(one["attribute_id"]) not in known]
        for attribute in self.attributes:
            text = self.cleaned_data[f"attribute_{attribute.id}"]
            kept += attribute_fields.stored(attribute, text, self._values(attribute.id))
        return kept


def _lines(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def attributes_asked_for(card: Card, known: Sequence[Attribute] | None) -> list[Attribute]:
    """The category's characteristics; where they are not stored, at least what is missing."""
    if known is not None:
        return list(known)
    return [
        Attribute(
            id=str(missing["attribute_id"]),
            name=missing["name"],
            type="enum" if missing.get("options") else "text",
            is_required=True,
            options=tuple(_option(option) for option in missing.get("options") or ()),
        )
        for missing in card.missing
    ]


def _option(option: Any) -> AttributeOption:
    """A choice as the maker of the card kept it: with its number, or the bare word."""
    if isinstance(option, dict):
        return AttributeOption(str(option.get("id", "")), str(option["value"]))
    return AttributeOption("", str(option))
