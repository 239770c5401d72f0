"""Sends what broke to Sentry, where SENTRY_DSN says so; scrubbed as the logs are."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from sellercloudx.lib.redact import MASK, scrub

# What a person typed or carries; nobody needs it to find a mistake of ours.
_LEFT_OUT = {"cookies", "data", "headers", "query_string", "env", "vars"}


def sentry_address(written: str) -> str:
    """Of SENTRY_DSN, asked by settings.py: Sentry itself would break off with a traceback."""
    address = written.strip()
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and parts.hostname and parts.username
        is_whole = is_whole and re.search(r"/[0-9]+/?$", parts.path) and parts.port != 0
    except ValueError:
        is_whole = False
    if address and not is_whole:
        raise ImproperlyConfigured(
            "SENTRY_DSN is not an address of Sentry: https://KEY@HOST/NUMBER. Copy it from the "
            "project's settings there, or remove the variable."
        )
    return address


def report_to(dsn: str) -> None:
    # Imported only here: who has no Sentry pays nothing for it.
    import sentry_sdk
    from sentry_sdk.integrations.huey import HueyIntegration

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=20,
        # Else the address's key goes along with every call to a marketplace and every message of
        # the queue. What breaks in the worker is logged, and arrives by the log.
        trace_propagation_targets=[],
        disabled_integrations=[HueyIntegration],
        before_send=scrubbed_event,
        before_breadcrumb=scrubbed_event,
    )


def scrubbed_event(event: Any, hint: Any = None) -> Any:
    """Every text of an event, however deep it lies."""
    if isinstance(event, str):
        return scrub(event)
    if isinstance(event, dict):
        return {
            key: MASK if key in _LEFT_OUT and value else scrubbed_event(value)
            for key, value in event.items()
        }
    if isinstance(event, list | tuple):
        return [scrubbed_event(part) for part in event]
    return event
