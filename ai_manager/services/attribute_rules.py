"""Do a card's characteristics fit what the marketplace asks for?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ai_manager.services import facts
from ai_manager.services.measures import plain
from ai_manager.services.problems import problem
from marketplaces.connectors.remote import Attribute
from sellercloudx.lib.text import fold

YES_OR_NO = ("true", "false", "да", "нет", "1", "0")
Value = Mapping[str, Any]


def problems(
    values: Sequence[Value], known: Sequence[Attribute] | None, brand: str
) -> Iterator[dict[str, str]]:
    """Wrong values; nothing where the category's characteristics are not known."""
    by_id = {attribute.id: attribute for attribute in known or ()}
    for value in values if known is not None else ():
        attribute = by_id.get(str(value["attribute_id"]))
        if attribute is None:
            name = str(value.get("name") or value["attribute_id"])
            yield problem("attribute_unknown", found=name)
        elif one := _wrong(attribute, value, brand):
            yield one
    counts = Counter(str(value["attribute_id"]) for value in values)
    for number, times in counts.items():
        attribute = by_id.get(number)
        if attribute and times > 1 and not attribute.is_multiple:
            yield problem("attribute_repeated", field=attribute.name)


def missing(values: Sequence[Value], known: Sequence[Attribute]) -> list[dict[str, Any]]:
    """The required ones nothing is given for, with what may be chosen."""
    given = {str(value["attribute_id"]) for value in values}
    return [
        {
            "attribute_id": attribute.id,
            "name": attribute.name,
            "type": attribute.type,
            "unit": attribute.unit,
            "options": [{"id": option.id, "value": option.value} for option in attribute.options],
        }
        for attribute in known
        if attribute.is_required and attribute.id not in given
    ]


def _wrong(attribute: Attribute, value: Value, brand: str) -> dict[str, str] | None:
    text = str(value.get("value") or "")
    if brand and facts.name_of(attribute.name) == "brand" and fold(text) != fold(brand):
        return problem("brand", field=attribute.name, found=text, brand=brand)
    if attribute.type == "enum":
        return _wrong_option(attribute, text, str(value.get("option_id") or ""))
    if attribute.type == "number":
        return _wrong_number(attribute, text)
    if attribute.type == "boolean" and text.casefold() not in YES_OR_NO:
        return problem("attribute_boolean", field=attribute.name, found=text)
    if attribute.max_length and len(text) > attribute.max_length:
        most = str(attribute.max_length)
        return problem("too_long", field=attribute.name, length=str(len(text)), most=most)
    return None


def _wrong_option(attribute: Attribute, text: str, option_id: str) -> dict[str, str] | None:
    if option_id:
        is_known = any(option.id == option_id for option in attribute.options)
    else:
        is_listed = any(fold(option.value) == fold(text) for option in attribute.options)
        is_known = is_listed or (attribute.allows_custom and bool(text))
    found = text or option_id
    return None if is_known else problem("attribute_option", field=attribute.name, found=found)


def _wrong_number(attribute: Attribute, text: str) -> dict[str, str] | None:
    try:
        number = Decimal(text.replace(",", ".").strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        return problem("attribute_number", field=attribute.name, found=text)
    if is_within(attribute, number):
        return None
    least, most = attribute.minimum, attribute.maximum
    bounds = f"{'' if least is None else plain(least)}…{'' if most is None else plain(most)}"
    return problem("attribute_range", field=attribute.name, found=text, bounds=bounds)


def is_within(attribute: Attribute, number: Decimal) -> bool:
    least, most = attribute.minimum, attribute.maximum
    return (least is None or number >= least) and (most is None or number <= most)
