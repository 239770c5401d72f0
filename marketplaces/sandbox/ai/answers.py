"""What both providers share: reading the wish, composing, counting tokens."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from marketplaces.sandbox.faults import Rule

from . import MARK, facts
from .compose import Composer

LETTERS_PER_TOKEN = 3
REFUSAL = "I can't help with that. (demo, not a model)"


@dataclass(frozen=True)
class Draft:
    """A finished text and how it ended: done, cut or refused."""

    text: str
    ending: str
    tokens_in: int
    tokens_out: int


def tokens(text: str) -> int:
    return max(1, len(text) // LETTERS_PER_TOKEN)


def draft(
    prompt: str, schema: dict[str, Any] | None, most_tokens: int | None, rules: list[Rule]
) -> Draft:
    kinds = {rule.kind for rule in rules}
    spent = tokens(prompt)
    if "refusal" in kinds:
        return Draft(REFUSAL, "refused", spent, tokens(REFUSAL))
    text = _spoiled(kinds) or _composed(prompt, schema)
    limit = 20 if "max_tokens" in kinds else most_tokens
    if limit is not None and tokens(text) > limit:
        return Draft(text[: limit * LETTERS_PER_TOKEN], "cut", spent, limit)
    return Draft(text, "done", spent, tokens(text))


def _spoiled(kinds: set[str]) -> str:
    if "invalid_json" in kinds:
        return '{"title_uz": "Demo", "description_uz": '
    return '{"unexpected": true}' if "off_schema" in kinds else ""


def _composed(prompt: str, schema: dict[str, Any] | None) -> str:
    known = facts.read(prompt) or facts.Facts()
    if schema is not None:
        return json.dumps(Composer(schema, known).compose(), ensure_ascii=False)
    told = "; ".join(f"{name}: {value}" for name, value in known.details[:10])
    return f"{MARK} {known.name} {told}".strip()


def new_id(prefix: str) -> str:
    return f"{prefix}{secrets.token_hex(12)}"


def schema_problem(schema: Any) -> str:
    """Why a strict provider would refuse the schema; empty when it would not."""
    if not isinstance(schema, dict):
        return "schema must be an object"
    if schema.get("type") == "object" or "properties" in schema:
        names = set(schema.get("properties", {}))
        if schema.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false"
        if set(schema.get("required", [])) != names:
            missing = sorted(names - set(schema.get("required", [])))
            return f"'required' is required to name every property. Missing: {missing}"
    inner = [
        *schema.get("properties", {}).values(),
        *schema.get("$defs", {}).values(),
        *schema.get("anyOf", []),
        *([schema["items"]] if "items" in schema else []),
    ]
    return next((found for one in inner if (found := schema_problem(one))), "")
