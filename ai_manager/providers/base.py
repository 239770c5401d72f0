"""What every AI provider takes, gives and may fail with.

ProviderError        word               the chain
├─ NotConfigured                        passes over it, nothing was attempted
├─ AuthFailed        key_refused        asks the next one, and tells our staff
├─ QuotaExhausted    quota_used_up      asks the next one, and tells our staff
├─ RateLimited       too_many_requests  asks the next one
├─ Timeout           timeout            asks the next one
│  └─ OutOfTime      no_time            was not asked
├─ Unavailable       unavailable        asks the next one
├─ InvalidOutput     invalid_answer     has it mended once, then asks the next one
├─ BadRequest        bad_request        asks the next one, whose rules are its own; tells our staff
└─ Refused           refused            stops: what one declined is not asked of another

An error with `again_in` passes by itself: the same provider is asked once more before the next.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol


class ProviderError(Exception):
    """An attempt that gave no usable text. `message` is free of secrets."""

    word = ""
    falls_on = True

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        request_id: str = "",
        again_in: float | None = None,
    ):
        super().__init__(message)
        self.message = message
        self.status = status
        self.request_id = request_id
        # Seconds after which the same may be asked of the same once more; None is never.
        self.again_in = again_in


class NotConfigured(ProviderError):
    pass


class AuthFailed(ProviderError):
    word = "key_refused"


class QuotaExhausted(ProviderError):
    word = "quota_used_up"


class RateLimited(ProviderError):
    word = "too_many_requests"


class Timeout(ProviderError):
    word = "timeout"


class OutOfTime(Timeout):
    """The chain's time was used up before this provider was asked."""

    word = "no_time"


class Unavailable(ProviderError):
    word = "unavailable"


class BadRequest(ProviderError):
    word = "bad_request"


class Refused(ProviderError):
    word = "refused"
    falls_on = False


class InvalidOutput(ProviderError):
    """Text came, but it is not what was asked for; `violations` say why, one a line."""

    word = "invalid_answer"

    def __init__(self, message: str = "", *, violations: list[str] | None = None):
        super().__init__(message or "; ".join(violations or []))
        self.violations = violations or [message]
        # What the provider wrote, to be mended.
        self.text = ""


@dataclass(frozen=True)
class Prompt:
    """One question: the fixed rules first, the product last, and the shape of the answer."""

    id: str
    version: str
    system: str
    user: str
    schema: dict[str, Any]
    most_tokens: int = 4000


@dataclass(frozen=True)
class Usage:
    """Tokens of one attempt; `input` holds the cached ones too. None: the provider did not say."""

    input: int | None = None
    cached: int | None = None
    output: int | None = None


@dataclass(frozen=True)
class Answer:
    """A provider's text as it came, not judged yet."""

    text: str
    model: str
    request_id: str = ""
    usage: Usage = field(default_factory=Usage)
    is_refusal: bool = False
    is_cut: bool = False


class Provider(Protocol):
    name: str

    def is_configured(self) -> bool: ...

    def model(self) -> str:
        """The model that will be asked."""
        ...

    def ask(self, prompt: Prompt, *, seconds: float) -> Answer:
        """One request. Raises ProviderError; takes no longer than `seconds`."""
        ...
