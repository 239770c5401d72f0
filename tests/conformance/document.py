"""A vendor's OpenAPI document: are our requests and its answers what it says, field by field."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

HOST = "http://market.test"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, the address without the prefix the sandbox puts before it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int
    content_type: str
    answer: bytes

    @classmethod
    def of(cls, request: httpx.Request, response: httpx.Response, prefix: str) -> "Exchange":
        return cls(
            request.method,
            request.url.path.removeprefix(prefix),
            tuple(request.url.params.multi_items()),
            tuple(request.headers.items()),
            request.content,
            response.status_code,
            response.headers.get("Content-Type", ""),
            response.content,
        )

    @property
    def identity(self) -> tuple:
        """What makes it another exchange than the one before; the key in the header does not."""
        return self.method, self.path, self.query, self.body, self.status, self.answer


class Document:
    def __init__(self, path: Path):
        self.raw = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)  # noqa: S506  a safe loader
        self.raw["servers"] = [{"url": HOST}]
        # OAuth is the vendor's former way in; a request of ours without a key is a violation.
        self.raw["security"] = [{"ApiKey": []}]

    @cached_property
    def api(self) -> OpenAPI:
        return OpenAPI.from_dict(self.raw, config=Config(spec_validator_cls=None))

    def violations(self, exchange: Exchange) -> list[str]:
        request = MockRequest(
            HOST,
            exchange.method,
            exchange.path,
            args=dict(exchange.query),
            headers=dict(exchange.headers),
            data=exchange.body,
            content_type="application/json",
        )
        response = MockResponse(
            exchange.answer, exchange.status, content_type=exchange.content_type.partition(";")[0]
        )
        found = [
            *self.api.iter_request_errors(request),
            *self.api.iter_response_errors(request, response),
        ]
        where = f"{exchange.method} {exchange.path} -> {exchange.status}"
        return [f"{where}: {error}"[:2000] for error in found] + [
            f"{where}: {field} is not in the document" for field in self.strangers(exchange)
        ]

    def strangers(self, exchange: Exchange) -> list[str]:
        """Fields sent or answered that the document does not know; a validator lets them pass."""
        operation = self.operation(exchange.method, exchange.path)
        found = []
        if exchange.body:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            found += self._strangers(schema, json.loads(exchange.body), "request")
        if exchange.content_type.startswith("application/json"):
            schema = self.answer_schema(operation, exchange.status)
            found += self._strangers(schema, json.loads(exchange.answer), "answer")
        return found

    def operation(self, method: str, path: str) -> dict:
        for template, item in self.raw["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in item:
                return item[method.lower()]
        raise LookupError(f"{method} {path} is not in the document")

    def answer_schema(self, operation: dict, status: int) -> dict:
        answer = self.resolve(operation["responses"][str(status)])
        return answer["content"]["application/json"]["schema"]

    def resolve(self, node: dict) -> dict:
        while "$ref" in node:
            inner = self.raw
            for step in node["$ref"].removeprefix("#/").split("/"):
                inner = inner[step]
            node = inner
        return node

    def properties(self, schema: dict) -> dict[str, dict]:
        """Of an object, its composed parts included."""
        schema = self.resolve(schema)
        found: dict[str, dict] = {}
        for part in schema.get("allOf", []):
            found |= self.properties(part)
        return found | schema.get("properties", {})

    def _strangers(self, schema: dict, data: object, path: str) -> list[str]:
        if isinstance(data, list):
            items = self.resolve(schema).get("items", {})
            return [s for item in data for s in self._strangers(items, item, f"{path}[]")]
        if not isinstance(data, dict):
            return []
        known = self.properties(schema)
        found = []
        for name, value in data.items():
            if name in known:
                found += self._strangers(known[name], value, f"{path}.{name}")
            else:
                found.append(f"{path}.{name}")
        return found

    def has_field(self, schema: dict, path: tuple[str, ...]) -> bool:
        for name in path:
            schema = self.resolve(schema)
            schema = schema.get("items", {}) if name == "[]" else self.properties(schema).get(name)
            if schema is None:
                return False
        return True

    def example(self, schema: dict, within: tuple[str, ...] = ()) -> object:
        """An answer with every field the document knows, each list with one row."""
        if (name := schema.get("$ref", "")) and name in within:
            return None
        within, schema = (*within, name), self.resolve(schema)
        if schema.get("enum"):
            return schema["enum"][0]
        if known := self.properties(schema):
            filled = {name: self.example(part, within) for name, part in known.items()}
            return {name: value for name, value in filled.items() if value is not None}
        if schema.get("type") == "array":
            row = self.example(schema["items"], within)
            return [] if row is None else [row]
        plain = {"integer": 7, "number": 7.5, "boolean": True}
        formats = {"date": "2026-11-20", "date-time": "2026-11-20T10:00:00+05:00", "time": "10:30"}
        return plain.get(schema.get("type"), formats.get(schema.get("format"), "7"))
