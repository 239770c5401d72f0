"""How the product logs: one line or one JSON object each, scrubbed, with request and partner."""

from typing import Any

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    """For `LOGGING`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "scrub": {"()": "sellercloudx.lib.redact.ScrubFilter"},
            "context": {"()": "partners.request_context.ContextFilter"},
            "refusals": {"()": "sellercloudx.lib.refusals.RefusalFilter"},
        },
        "formatters": {
            "json": {"()": "sellercloudx.lib.json_logs.JsonFormatter"},
            "line": {
                "()": "sellercloudx.lib.redact.ScrubFormatter",
                "format": "{asctime} {levelname} {name} {message}",
                "style": "{",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "line",
                "filters": ["scrub", "context"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": LOGGERS,
    }


# At DEBUG they write down whole requests, with what they are signed by.
CHATTY = ("boto3", "botocore", "s3transfer", "sentry_sdk", "urllib3", "httpcore", "httpcore2")
LOGGERS = {
    **{name: {"level": "INFO"} for name in CHATTY},
    "django.request": {"filters": ["refusals"]},
    "httpx": {"level": "WARNING"},
    "httpx2": {"level": "WARNING"},
    # With a handler of its own the consumer adds none, and what it logs is scrubbed too.
    "huey": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    # At WARNING it tells of every request that waited for a thread.
    "waitress.queue": {"level": "ERROR"},
    # Instead of the handler it brings, whose lines are not ours.
    "gunicorn.error": {"handlers": ["console"], "propagate": False},
}
