"""Both SDKs fail in the same shapes; here they become our errors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ai_manager.providers.base import (
    AuthFailed,
    BadRequest,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    Timeout,
    Unavailable,
)
from ai_manager.providers.deadline import Deadline
from sellercloudx.lib.redact import scrub

_OUT_OF_MONEY = ("insufficient_quota", "billing_error", "billing_hard_limit_reached")
_LONGEST = 500
# Before the same is asked once more, where nothing else is said.
PAUSE = 0.5
# A longer wait than this is for the chain to spend on another provider.
LONGEST_PAUSE = 2.0


@contextmanager
def translated(sdk: Any, deadline: Deadline, *, key: str) -> Iterator[None]:
    """Run a call of `sdk` (the openai or anthropic module) with our errors instead of its own."""
    try:
        yield
    except (sdk.APIError, json.JSONDecodeError, UnicodeDecodeError) as error:
        # What was cut off in the middle looks like anything.
        ours = Timeout("no answer in time") if deadline.is_over else _ours(sdk, error, key)
        raise ours from error


def _ours(sdk: Any, error: Exception, key: str) -> ProviderError:
    if isinstance(error, sdk.APITimeoutError):
        return Timeout("no answer in time")
    if isinstance(error, sdk.APIConnectionError):
        return Unavailable(_words(error.__cause__ or error, key), again_in=PAUSE)
    if isinstance(error, sdk.APIStatusError):
        return _by_status(error, key)
    return Unavailable(f"not an answer of its API: {_words(error, key)}")


def _words(error: BaseException, key: str) -> str:
    return scrub(f"{type(error).__name__}: {error}", key)[:_LONGEST]


def _by_status(error: Any, key: str) -> ProviderError:
    status = error.status_code
    return _class_for(status, error)(
        _words(error, key),
        status=status,
        request_id=error.request_id or "",
        again_in=_again_in(status, error),
    )


def _again_in(status: int, error: Any) -> float | None:
    """After how many seconds the same may be asked once more; a long wait is none."""
    headers = error.response.headers
    is_passing = status in (408, 409, 429) or status >= 500
    may_repeat = {"true": True, "false": False}.get(headers.get("x-should-retry"), is_passing)
    if not may_repeat or _is_out_of_money(error):
        return None
    wait = _seconds(headers.get("retry-after"), default=PAUSE)
    return wait if wait <= LONGEST_PAUSE else None


def _seconds(header: str | None, *, default: float) -> float:
    try:
        return max(float(header), 0.0) if header else default
    except ValueError:
        # A date: however near, not worth reading a clock we do not trust.
        return float("inf")


def _class_for(status: int, error: Any) -> type[ProviderError]:
    if status == 402 or _is_out_of_money(error):
        return QuotaExhausted
    if status in (401, 403):
        return AuthFailed
    if status == 429:
        return RateLimited
    if status == 408:
        return Timeout
    # A model that is not there any more is no reason not to ask somebody else.
    if status == 404 or status == 409 or status >= 500:
        return Unavailable
    return BadRequest


def _is_out_of_money(error: Any) -> bool:
    body: Any = error.body if isinstance(error.body, dict) else {}
    inner: Any = body["error"] if isinstance(body.get("error"), dict) else body
    return any(inner.get(name) in _OUT_OF_MONEY for name in ("code", "type"))


@contextmanager
def well_formed() -> Iterator[None]:
    """Read an answer that may lack anything: the SDKs do not check what came with 200."""
    try:
        yield
    except (AttributeError, TypeError, KeyError) as error:
        raise looks_wrong(f"{type(error).__name__}: {error}") from error


def looks_wrong(what: str) -> Unavailable:
    """A 200 whose body is something else than the document says."""
    return Unavailable(f"not an answer of its API: {what}"[:_LONGEST])
