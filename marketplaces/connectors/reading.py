"""Typed look-ups in a vendor's answer; one of DEFECTS when it is not what its document says."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sellercloudx.lib.money import LARGEST, round_money

T = TypeVar("T")
Data = dict[str, Any]

DEFECTS = (LookupError, TypeError, ValueError, ArithmeticError, RecursionError)
LARGEST_COUNT = 2**31 - 1


def text(data: Data, key: str) -> str:
    return _typed(data[key], str, key)


def whole(data: Data, key: str) -> int:
    return _typed(data[key], int, key)


def flag(data: Data, key: str) -> bool:
    return _typed(data[key], bool, key)


def part(data: Data, key: str) -> Data:
    return _typed(data[key], dict, key)


def rows(data: Data, key: str) -> list[Data]:
    return [_typed(item, dict, key) for item in _typed(data[key], list, key)]


def words(data: Data, key: str) -> list[str]:
    return [_typed(item, str, key) for item in _typed(data[key], list, key)]


def identifier(data: Data, key: str) -> str:
    """A whole number on their side, a string on ours."""
    return str(whole(data, key))


def count(data: Data, key: str) -> int:
    value = whole(data, key)
    if not 0 <= value <= LARGEST_COUNT:
        raise ValueError(f"{key} is out of range")
    return value


def number(data: Data, key: str) -> Decimal:
    value = data[key]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise TypeError(f"{key} is not a number")
    return Decimal(value)


def amount(data: Data, key: str) -> Decimal:
    """Money within what we can store, to two decimals."""
    return money_amount(number(data, key), key)


def money_amount(value: Decimal, key: str) -> Decimal:
    if not value.is_finite() or abs(value) > LARGEST:
        raise ValueError(f"{key} is out of range")
    return round_money(value)


def moment(data: Data, key: str) -> datetime:
    value = datetime.fromisoformat(text(data, key))
    if value.tzinfo is None:
        raise ValueError(f"{key} has no time zone")
    return value.astimezone(UTC)


def maybe(reader: Callable[[Data, str], T], data: Data, key: str) -> T | None:
    """None when the field is absent or null, which the document allows for this one."""
    return None if data.get(key) is None else reader(data, key)


def plain(value: Any) -> Any:
    """The same answer with ordinary numbers, to be kept as JSON."""
    if isinstance(value, Decimal):
        # What a double cannot hold is kept as it was written.
        return float(value) if math.isfinite(float(value)) else str(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def shape(value: Any, depth: int = 8) -> Any:
    """The fields of an answer and their types, without a word of what they hold."""
    if isinstance(value, dict) and depth:
        return {str(key)[:60]: shape(item, depth - 1) for key, item in list(value.items())[:100]}
    if isinstance(value, list) and depth:
        return [shape(item, depth - 1) for item in value[:3]]
    return type(value).__name__


def _typed(value: Any, kind: type[T], key: str) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{key} is not {kind.__name__}")
    return value
