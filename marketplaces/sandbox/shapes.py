"""A small part of JSON Schema, enough to refuse what the vendors' documents refuse."""

import re
from datetime import date, datetime
from typing import Any

Schema = dict[str, Any]
LARGEST = 2**63 - 1  # an int64, as the documents say
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def obj(required: str = "", **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def arr(items: Schema, most: int | None = None, *, unique: bool = False, **more: Any) -> Schema:
    return {"type": "array", "items": items, "min": 1, "max": most, "unique": unique, **more}


def text(most: int | None = None, **more: Any) -> Schema:
    return {"type": "string", "max": most, **more}


def choice(*values: str) -> Schema:
    return {"type": "string", "enum": values}


def integer(least: int = -LARGEST, most: int = LARGEST) -> Schema:
    return {"type": "integer", "least": least, "most": most}


def number(least: float | None = 0, most: float = 1e15, **more: Any) -> Schema:
    return {"type": "number", "least": least, "most": most, **more}


def boolean() -> Schema:
    return {"type": "boolean"}


def problems(schema: Schema, value: Any, path: str = "") -> list[str]:
    """What is wrong with the value, the way the vendor words it; empty when nothing is."""
    if not _is_type(schema["type"], value):
        return [f"{path or 'body'}: must be of type {schema['type']}"]
    found = [f"{path or 'body'}: {text}" for text in _CHECKS[schema["type"]](schema, value)]
    if schema["type"] == "object":
        for name, inner in schema["properties"].items():
            if value.get(name) is not None:
                found += problems(inner, value[name], f"{path}.{name}".lstrip("."))
    elif schema["type"] == "array":
        for index, item in enumerate(value):
            found += problems(schema["items"], item, f"{path}[{index}]")
    return found


def _is_type(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def _object(schema: Schema, value: dict[str, Any]) -> list[str]:
    return [f"{name} must not be null" for name in schema["required"] if value.get(name) is None]


def _array(schema: Schema, value: list[Any]) -> list[str]:
    found = []
    if len(value) < schema["min"] or (schema["max"] and len(value) > schema["max"]):
        found.append(f"size must be between {schema['min']} and {schema['max'] or 'any'}")
    if schema["unique"] and len({str(item) for item in value}) < len(value):
        found.append("must contain unique elements")
    return found


def _string(schema: Schema, value: str) -> list[str]:
    found = []
    most = schema.get("max")
    if most is not None and len(value) > most or len(value) < schema.get("min", 0):
        found.append(f"size must be between {schema.get('min', 0)} and {most}")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        found.append("must be valid Unicode")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"unknown value {value!r}")
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        found.append("does not match the pattern")
    if "format" in schema and not _is_moment(schema["format"], value):
        found.append(f"must be a {schema['format']}")
    return found


def _is_moment(form: str, value: str) -> bool:
    try:
        if form == "date":
            return len(value) == 10 and bool(date.fromisoformat(value))
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _number(schema: Schema, value: float) -> list[str]:
    found = []
    least, most = schema.get("least"), schema.get("most")
    if value != value or value in (float("inf"), float("-inf")):
        return ["must be a number"]
    if least is not None and value < least:
        found.append(f"must be greater than or equal to {least}")
    if schema.get("above") is not None and value <= schema["above"]:
        found.append(f"must be greater than {schema['above']}")
    if most is not None and value > most:
        found.append(f"must be less than or equal to {most}")
    return found


def _nothing(schema: Schema, value: Any) -> list[str]:
    return []


_CHECKS: dict[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "integer": _number,
    "boolean": _nothing,
}
