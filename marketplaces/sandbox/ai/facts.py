"""The product facts a prompt carries between <facts> and </facts>."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

BLOCK = re.compile(r"<facts>\s*(.*?)\s*</facts>", re.DOTALL)
NAMES = ("name", "title", "name_uz", "title_uz", "product", "product_name")
NOT_SHOWN = {"cost", "cost_price", "price", "quantity", "sku", "id", "currency", "language"}


@dataclass
class Facts:
    """`values` by name as given; `details` are the ones worth telling a buyer."""

    values: dict[str, str] = field(default_factory=dict)
    details: list[tuple[str, str]] = field(default_factory=list)

    def get(self, *names: str) -> str:
        return next((self.values[name] for name in names if self.values.get(name)), "")

    @property
    def name(self) -> str:
        return self.get(*NAMES)

    @property
    def brand(self) -> str:
        return self.get("brand", "vendor", "brend")


def read(prompt: str) -> Facts | None:
    """The facts of the last block; None when the prompt has none or they are no JSON object."""
    blocks = BLOCK.findall(prompt)
    try:
        data = json.loads(blocks[-1]) if blocks else None
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    facts = Facts()
    _collect(facts, data)
    known = {facts.name.casefold(), ""}
    facts.details = [
        (name, value)
        for name, value in facts.values.items()
        if name not in NOT_SHOWN and value.casefold() not in known and not name.startswith("name")
    ]
    return facts


def _collect(facts: Facts, data: Any, name: str = "") -> None:
    """Take in plain values, {name: value} objects and lists of {name, value}."""
    if isinstance(data, dict) and _is_pair(data):
        facts.values[str(data.get("name") or data.get("key"))] = _text(data["value"])
    elif isinstance(data, dict):
        for key, value in data.items():
            _collect(facts, value, str(key))
    elif isinstance(data, list) and any(isinstance(item, dict) for item in data):
        for item in data:
            _collect(facts, item, name)
    elif name and data not in (None, ""):
        facts.values.setdefault(name, _text(data))


def _is_pair(data: dict[str, Any]) -> bool:
    value = data.get("value")
    return bool(data.get("name") or data.get("key")) and isinstance(value, str | int | float)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, bool):
        return "ha" if value else "yoʻq"
    return str(value).strip()
