"""Connector dataclasses as JSON and back: amounts stay exact, times stay aware."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_adapters: dict[type, TypeAdapter] = {}


def _adapter(cls: type) -> TypeAdapter:
    """Building one costs milliseconds, so each is built once."""
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def dump(value: Any) -> dict[str, Any]:
    return _adapter(type(value)).dump_python(value, mode="json")


def load(cls: type[T], data: dict[str, Any]) -> T:
    return _adapter(cls).validate_python(data)
