"""Sends what broke to Sentry, where SENTRY_DSN says so; scrubbed as the logs are."""

from typing import Any

from sellercloudx.lib.redact import MASK, scrub

# What a person typed or carries; nobody needs it to find a mistake of ours.
_LEFT_OUT = {"cookies", "data", "headers", "query_string", "env", "vars"}


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
