"""From what a marketplace answered to our words: a JSON object, or one of errors.py."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx

from sellercloudx.lib.redact import scrub

from .errors import (
    AuthFailed,
    BadResponse,
    MarketplaceError,
    NotFound,
    RateLimited,
    Rejected,
    ScopeMissing,
    Unavailable,
    Unsupported,
)

LONGEST_MESSAGE = 500
LONGEST_CODE = 60
# Of digits: anything longer is no count of calls.
LONGEST_NUMBER = 12
API_DISABLED = "API_DISABLED"
# What the address names is not there any more: not the fault of what was sent there.
GONE = {"CAMPAIGN_NOT_FOUND", "BUSINESS_NOT_FOUND"}

TABLE: dict[int, type[MarketplaceError]] = {
    401: AuthFailed,
    404: NotFound,
    408: Unavailable,
    420: RateLimited,
    429: RateLimited,
    # Yandex: "the client closed the connection", that is, they were too slow for themselves.
    499: Unavailable,
}


@dataclass(frozen=True)
class Pace:
    """What an answer says of the rate limit: so many left of so many, for so many seconds more."""

    limit: int
    remaining: int
    seconds: float


def pace(headers: Mapping[str, str]) -> Pace | None:
    """Yandex says it with every answer, in requests or in products; None where nothing is said."""
    limit = headers.get("X-RateLimit-Resource-Limit", "").strip()
    remaining = headers.get("X-RateLimit-Resource-Remaining", "").strip()
    seconds = _seconds_until(headers.get("X-RateLimit-Resource-Until", ""), headers)
    if not (_is_count(limit) and _is_count(remaining)) or seconds is None:
        return None
    return Pace(int(limit), int(remaining), seconds)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER


def check_status(response: httpx.Response, body: bytes, secrets: Sequence[str]) -> None:
    """Nothing for a 2xx, the fitting error for anything else."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if status < 400:
        raise BadResponse(f"Unexpected answer {status}.", code=f"http_{status}")
    code, message = _vendor_words(body)
    message = scrub(message, *secrets)[:LONGEST_MESSAGE]
    if status in (401, 403) and not (code or message):
        raise _unsigned_refusal(status, body)
    if status == 404 and code in GONE:
        raise AuthFailed(message, code=code, reason="shop_gone", words=message)
    error = _error_class(status, code, message)
    # Yandex says FORBIDDEN to a key without the right and to a shop that is switched off.
    is_off = status == 403 and error is AuthFailed
    raise error(
        message or f"The marketplace answered {status}.",
        code=API_DISABLED if is_off else scrub(code, *secrets)[:LONGEST_CODE] or f"http_{status}",
        retry_after=_retry_after(response.headers),
        reason="api_disabled" if is_off else "",
        words=message,
    )


def _unsigned_refusal(status: int, body: bytes) -> Unavailable:
    """A firewall's page or an empty body: not the marketplace's judgement of the key."""
    reason = "html" if body.lstrip().startswith(b"<") else ""
    return Unavailable(f"The marketplace answered {status}.", code=f"http_{status}", reason=reason)


def _error_class(status: int, code: str, message: str) -> type[MarketplaceError]:
    if status == 403:
        return _forbidden(code, message.lower())
    if status == 423:
        # Yandex locks a cabinet while it is being moved; that passes. A method which the cabinet's
        # price settings rule out stays ruled out.
        return Rejected if "default price" in message.lower() else Unavailable
    if status >= 500:
        return Unavailable
    return TABLE.get(status, Rejected)


def _forbidden(code: str, message: str) -> type[MarketplaceError]:
    if "not supported" in message:
        return Unsupported
    if code == API_DISABLED or "disabled" in message:
        return AuthFailed
    return ScopeMissing


def _vendor_words(body: bytes) -> tuple[str, str]:
    """The vendor's code and text, where the body holds them in one of the usual shapes."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(data, dict):
        return "", ""
    errors = data.get("errors")
    items = errors if isinstance(errors, list) and errors else [data]
    found = [error for error in items if isinstance(error, dict)]
    codes = [str(error["code"]) for error in found if isinstance(error.get("code"), (str, int))]
    texts = [error["message"] for error in found if isinstance(error.get("message"), str)]
    return (codes[0] if codes else ""), "; ".join(filter(None, texts))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, as far as the answer says; errors.LONGEST_PAUSE bounds them."""
    if value := headers.get("Retry-After", "").strip():
        is_number = value.isascii() and value.isdigit()
        return float(value) if is_number else _seconds_until(value, headers)
    # Yandex gives the end of the window with every answer; it only counts once nothing is left
    # of it. A refusal for too many parallel calls passes in a moment.
    if headers.get("X-RateLimit-Resource-Remaining", "0").strip() == "0":
        return _seconds_until(headers.get("X-RateLimit-Resource-Until", ""), headers)
    return None


def _seconds_until(value: str, headers: Mapping[str, str]) -> float | None:
    """By their clock where they tell it, so that ours may be wrong."""
    try:
        until = parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    try:
        now = parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        now = time.time()
    return max(0.0, until - now)


def read_json(body: bytes, content_type: str) -> dict[str, Any]:
    """The object in the body; BadResponse when there is none."""
    text = _text(body, content_type)
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
        # Neither can be kept by a database; both can only come in as escapes.
        if "\\u0000" in text or "\\ud" in text.lower():
            data = _storable(data)
    except json.JSONDecodeError as error:
        ends_early = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        if ends_early:
            raise BadResponse(
                "The answer ends in the middle.", code="half_body", reason="half_body"
            ) from error
        raise BadResponse("The answer is not JSON.", code="not_json", reason="not_json") from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadResponse(
            "The answer is not JSON we can read.", code="not_json", reason="not_json"
        ) from error
    if not isinstance(data, dict):
        raise BadResponse("The answer is not an object.", code="not_object")
    return data


def _text(body: bytes, content_type: str) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadResponse("The answer is not text.", code="not_json", reason="not_json") from error
    if text.lstrip().startswith("<") or content_type.startswith("text/html"):
        raise BadResponse("A web page came instead of an answer.", code="html", reason="html")
    return text


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value
