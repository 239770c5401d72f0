"""A form field for each characteristic of a category, and its value as cards keep it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplaces.connectors.remote import Attribute
from products.fields import WordsField
from sellercloudx.lib import formats
from sellercloudx.lib.text import fold

Value = dict[str, Any]
LONGEST_LIST = 60
LONGEST_TEXT = 1000
MOST_OFFERED = 500
BY_PERSON = "person"
TRUE, FALSE = "true", "false"


class AskedFor:
    """A field the category asks for, which may yet be saved empty: a gap is named on the page."""

    def validate(self, value):
        if value not in self.empty_values:
            super().validate(value)


class ChosenField(AskedFor, forms.ChoiceField):
    pass


class TypedField(AskedFor, WordsField):
    pass


class ListedInput(forms.TextInput):
    """A text input that offers the words of a list."""

    template_name = "products/datalist.html"

    def __init__(self, options: Sequence[str]):
        super().__init__(attrs={"autocomplete": "off"})
        self.options = options[:MOST_OFFERED]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["options"] = self.options
        context["widget"]["attrs"]["list"] = f"{name}_options"
        return context


class ListedField(AskedFor, WordsField):
    """One value, or several with semicolons between, of a list too long to choose from."""

    def __init__(self, attribute: Attribute, **kwargs):
        if attribute.is_multiple:
            kwargs["help_text"] = _("Several values are separated by a semicolon.")
        super().__init__(most=LONGEST_TEXT, validators=[_of_list(attribute)], **kwargs)
        self.widget = ListedInput([option.value for option in attribute.options])


def field_for(attribute: Attribute) -> forms.Field:
    label = f"{attribute.name}, {attribute.unit}" if attribute.unit else attribute.name
    common = {"label": label, "required": attribute.is_required}
    if attribute.type == "boolean":
        choices = [("", "—"), (TRUE, _("Yes")), (FALSE, _("No"))]
        return ChosenField(choices=choices, **common)
    if attribute.type == "number":
        return TypedField(most=30, validators=[_number_within(attribute)], **common)
    if not attribute.options:
        return TypedField(most=attribute.max_length or LONGEST_TEXT, **common)
    options = [(option.id, option.value) for option in attribute.options]
    if attribute.is_multiple or attribute.allows_custom or len(options) > LONGEST_LIST:
        return ListedField(attribute, **common)
    return ChosenField(choices=[("", "—"), *options], **common)


def _number_within(attribute: Attribute):
    def check(text: str) -> None:
        number = formats.as_decimal(text.replace(",", ".").replace(" ", ""))
        if number is None:
            raise ValidationError(_("Write a number such as 12 or 12,5."))
        least, most = attribute.minimum, attribute.maximum
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValidationError(
                _("It must be from %(least)s to %(most)s."),
                params={
                    "least": formats.quantity(least),
                    "most": formats.quantity(most),
                },
            )

    return check


def _of_list(attribute: Attribute):
    known = {fold(option.value) for option in attribute.options}

    def check(text: str) -> None:
        if attribute.allows_custom:
            return
        for part in _parts(text) if attribute.is_multiple else [text]:
            if fold(part) not in known:
                raise ValidationError(
                    _("“%(value)s” is not in the marketplace's list."), params={"value": part}
                )

    return check


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def shown(attribute: Attribute, values: Sequence[Value]) -> str:
    """The stored values as the field shows them."""
    if not values:
        return ""
    if isinstance(field_for(attribute), forms.ChoiceField):
        first = values[0]
        return str(first.get("option_id") or str(first.get("value", "")).lower())
    return "; ".join(str(value.get("value") or "") for value in values)


def stored(attribute: Attribute, text: str, before: Sequence[Value]) -> list[Value]:
    """The field's answer as a card keeps it; what was not touched keeps its source."""
    if text == shown(attribute, before):
        return list(before)
    if not text:
        return []
    parts = _parts(text) if attribute.is_multiple else [text]
    return [_value(attribute, part) for part in parts]


def _value(attribute: Attribute, text: str) -> Value:
    option = next((one for one in attribute.options if one.id == text), None) or next(
        (one for one in attribute.options if fold(one.value) == fold(text)), None
    )
    if attribute.type == "number":
        text = text.replace(",", ".").replace(" ", "")
    return {
        "attribute_id": attribute.id,
        "name": attribute.name,
        "value": option.value if option else text,
        "option_id": option.id if option else "",
        "unit_id": attribute.unit_id,
        "source": BY_PERSON,
    }
