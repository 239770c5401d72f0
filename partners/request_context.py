"""What is known of the request being answered, for audit rows and logs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class RequestContext:
    request_id: str = ""
    ip: str | None = None
    user_agent: str = ""
    # Known once somebody has asked whose cabinet is open.
    partner_id: int | None = None
    # Whether this person may write to our people for that partner.
    may_report: bool = False


_NOBODY = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=_NOBODY)


def current() -> RequestContext:
    return _current.get()


@contextmanager
def of(*, request_id: str, ip: str | None, user_agent: str) -> Iterator[None]:
    token = _current.set(RequestContext(request_id, ip or None, user_agent))
    try:
        yield
    finally:
        _current.reset(token)


def note_partner(partner_id: int, *, may_report: bool = False) -> None:
    """Until the request ends; with none, it would stay for whatever comes next."""
    if current() is not _NOBODY:
        _current.set(replace(current(), partner_id=partner_id, may_report=may_report))


class ContextFilter(logging.Filter):
    """Gives each line of the log the request and the partner it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id, record.partner_id = current().request_id, current().partner_id
        return True
