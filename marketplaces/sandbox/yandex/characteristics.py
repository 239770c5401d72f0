"""Checks of category characteristics: at once when they are sent, and at moderation."""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from . import categories

Values = list[dict[str, Any]]
BOOLEANS = ("true", "false", "да", "нет", "1", "0")


def problem(kind: str, message: str, parameter_id: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind, "message": message}
    if parameter_id is not None:
        found["parameterId"] = parameter_id
    return found


def refused(
    wishes: Iterable[dict[str, Any]], problems: Callable[[dict[str, Any]], Values]
) -> dict[str, Any] | None:
    """The answer to a request with errors in it, of which nothing is applied; None without."""
    found = [(wish["offerId"], problems(wish)) for wish in wishes]
    results = [{"offerId": sku, "errors": errors} for sku, errors in found if errors]
    return {"status": "ERROR", "results": results} if results else None


def category_problems(category_id: int | None, values: Values) -> list[dict[str, Any]]:
    """What the answer to the write itself says about a category and its characteristics."""
    if category_id is None:
        text = "Не указана категория Маркета при передаче характеристик категории"
        return [problem("EMPTY_MARKET_CATEGORY", text)] if values else []
    if not categories.is_known(category_id):
        return [problem("UNKNOWN_CATEGORY", f"Неизвестная категория {category_id}")]
    if not categories.is_leaf(category_id):
        return [problem("INVALID_CATEGORY", f"Категория {category_id} не является листовой")]
    known = categories.parameters(category_id)
    return [found for value in values for found in _value_problems(known, value)]


def _value_problems(known: dict[int, dict[str, Any]], value: dict[str, Any]) -> Values:
    number, text = value["parameterId"], value.get("value") or ""
    parameter = known.get(number)
    if parameter is None:
        message = f"Характеристики {number} нет в категории"
        return [problem("UNKNOWN_PARAMETER", message, number)]
    name = parameter["name"]
    if parameter["type"] == "NUMERIC" and text and _decimal(text) is None:
        return [problem("NUMBER_FORMAT", f"«{name}»: ожидается число", number)]
    if parameter["type"] == "BOOLEAN" and text and text.lower() not in BOOLEANS:
        message = f"«{name}»: ожидается true или false"
        return [problem("UNEXPECTED_BOOLEAN_VALUE", message, number)]
    units = {unit["id"] for unit in parameter.get("unit", {}).get("units", [])}
    if value.get("unitId") is not None and value["unitId"] not in units:
        return [problem("INVALID_UNIT_ID", f"«{name}»: недопустимая единица измерения", number)]
    return []


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", ".").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def moderation_problems(category_id: int, values: Values) -> list[str]:
    """What a moderator refuses: gaps in the required, values outside the bounds."""
    known = categories.parameters(category_id)
    given = {value["parameterId"] for value in values}
    found = [
        f"Не заполнена обязательная характеристика «{parameter['name']}»"
        for number, parameter in known.items()
        if parameter["required"] and number not in given
    ]
    for value in values:
        if parameter := known.get(value["parameterId"]):
            found += _bounds(parameter, value)
    return found + _repeated(known, values)


def _bounds(parameter: dict[str, Any], value: dict[str, Any]) -> list[str]:
    name, text = parameter["name"], value.get("value") or ""
    limits = parameter.get("constraints", {})
    if parameter["type"] == "ENUM":
        return _enum(parameter, value)
    if parameter["type"] == "TEXT" and len(text) > limits.get("maxLength", len(text)):
        return [f"Характеристика «{name}» длиннее {limits['maxLength']} символов"]
    if parameter["type"] == "NUMERIC" and limits:
        number = _decimal(text)
        least, most = Decimal(str(limits["minValue"])), Decimal(str(limits["maxValue"]))
        if number is None or not least <= number <= most:
            return [f"Значение «{name}» должно быть от {least} до {most}"]
    return []


def _enum(parameter: dict[str, Any], value: dict[str, Any]) -> list[str]:
    name, options = parameter["name"], parameter["values"]
    if value.get("valueId") is not None:
        if value["valueId"] in {option["id"] for option in options}:
            return []
        return [f"Недопустимое значение характеристики «{name}»: id {value['valueId']}"]
    text = (value.get("value") or "").casefold()
    if text in {option["value"].casefold() for option in options}:
        return []
    if parameter["allowCustomValues"] and text:
        return []
    return [f"Недопустимое значение характеристики «{name}»: «{value.get('value', '')}»"]


def _repeated(known: dict[int, dict[str, Any]], values: Values) -> list[str]:
    numbers = [value["parameterId"] for value in values]
    return [
        f"Характеристика «{parameter['name']}» не допускает нескольких значений"
        for number, parameter in known.items()
        if not parameter["multivalue"] and numbers.count(number) > 1
    ]


def merge(old: Values, new: Values) -> Values:
    """New values replace the old ones of the same characteristics; an empty one removes."""
    touched = {value["parameterId"] for value in new}
    kept = [value for value in old if value["parameterId"] not in touched]
    return kept + [v for v in new if v.get("value") or v.get("valueId") is not None]
