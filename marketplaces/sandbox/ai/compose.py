"""Fills any JSON schema from the product's facts: the same facts give the same answer."""

from typing import Any

from .facts import Facts
from .languages import in_language, label

Schema = dict[str, Any]
LANGUAGES = ("uz", "ru")
MOST_ITEMS = 7


class Composer:
    def __init__(self, schema: Schema, facts: Facts):
        self._definitions = schema.get("$defs") or schema.get("definitions") or {}
        self._schema, self._facts = schema, facts

    def compose(self) -> Any:
        return self._fill(self._schema, ())

    def _fill(self, schema: Schema, path: tuple[str, ...], detail: Any = None) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._option(schema["enum"], path, detail)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        if kind == "object":
            return self._object(schema, path, detail)
        if kind == "array":
            return self._array(schema, path)
        if kind in ("number", "integer"):
            return self._number(schema, path, detail)
        if kind == "boolean":
            return False
        return None if kind == "null" else self._string(schema, path, detail)

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self._resolved(self._definitions[schema["$ref"].rsplit("/", 1)[-1]])
        for word in ("anyOf", "oneOf", "allOf"):
            if options := schema.get(word):
                filled = [one for one in options if one.get("type") != "null"]
                return self._resolved((filled or options)[0])
        return schema

    def _object(self, schema: Schema, path: tuple[str, ...], detail: Any) -> dict[str, Any]:
        return {
            name: self._fill(inner, (*path, name), detail)
            for name, inner in schema.get("properties", {}).items()
        }

    def _array(self, schema: Schema, path: tuple[str, ...]) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", MOST_ITEMS)
        items = schema.get("items", {"type": "string"})
        word = path[-1] if path else ""
        if any(part in word for part in ("warning", "question", "error", "missing")):
            details: list[Any] = []
        elif any(part in word for part in ("term", "keyword", "tag")):
            details = [("", piece) for piece in self._title("uz").casefold().split()]
        else:
            details = list(self._facts.details)
        details = list(dict.fromkeys(details))[:most]
        while len(details) < least:
            details.append(("name", f"{self._title('uz')} {len(details) + 1}".strip()))
        return [self._fill(items, path, detail) for detail in details]

    def _number(self, schema: Schema, path: tuple[str, ...], detail: Any) -> float:
        given = self._facts.get(path[-1]) if path else ""
        try:
            number = float(given.replace(",", "."))
        except ValueError:
            number = 0.0
        number = max(number, schema.get("minimum", number))
        number = min(number, schema.get("maximum", number))
        return int(number) if schema.get("type") == "integer" else number

    def _option(self, options: list[Any], path: tuple[str, ...], detail: Any) -> Any:
        """The option the facts name; else the first."""
        given = f"{self._facts.get(path[-1]) if path else ''} {detail[1] if detail else ''}"
        told = f"{given} {' '.join(self._facts.values.values())}".casefold()
        if language := _language(path):
            told = f"{language} {told}"
        return next((one for one in options if str(one).casefold() in told.split()), options[0])

    def _string(self, schema: Schema, path: tuple[str, ...], detail: Any) -> str:
        text = self._text(path[-1] if path else "", _language(path) or "uz", detail)
        if len(text) < schema.get("minLength", 0):
            text = f"{text} {self._description(_language(path) or 'uz')}".strip()
        return _cut(text, schema.get("maxLength"))

    def _text(self, name: str, language: str, detail: Any) -> str:
        if detail:
            return self._told(name, detail, language)
        if exact := self._facts.get(name):
            return exact
        if "title" in name or name.startswith("name"):
            return self._title(language)
        if "description" in name or name == "text":
            return self._description(language)
        return ""

    def _told(self, name: str, detail: tuple[str, str], language: str) -> str:
        """One detail inside a list: its name, its value, or both as a sentence."""
        key, value = detail
        if name in ("name", "key", "attribute", "id", "source", "fact", "fact_id"):
            return key
        if name in ("value", "val") or not key:
            return value
        return f"{label(key, language)}: {self._spelled(value, language)}"

    def _title(self, language: str) -> str:
        if own := self._facts.get(f"name_{language}", f"title_{language}"):
            return own
        name, brand = in_language(self._facts.name, language), self._facts.brand
        return name if brand.casefold() in name.casefold() else f"{name} {brand}"

    def _description(self, language: str) -> str:
        told = [
            f"{label(key, language)}: {self._spelled(value, language)}."
            for key, value in self._facts.details
            if key != "description"
        ]
        return " ".join([f"{self._title(language)}.", *told])

    def _spelled(self, value: str, language: str) -> str:
        """A brand is written as the brand writes itself, whatever the language."""
        return value if value == self._facts.brand else in_language(value, language)


def _language(path: tuple[str, ...]) -> str:
    """Which language a field is for, by the end of its name or of the one around it."""
    for name in reversed(path):
        if name in LANGUAGES or name[-3:] in ("_uz", "_ru"):
            return name[-2:]
    return ""


def _cut(text: str, most: int | None) -> str:
    if most is None or len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0] or text[:most]
