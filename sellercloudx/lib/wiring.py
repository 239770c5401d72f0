"""Lower apps name what they need; `sellercloudx.wiring` says who answers.

Imports between apps go one way only. Where a lower app has something to tell a higher one, it
calls by name, and the table of settings.WIRING holds the dotted path.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def _table(module: str, name: str) -> dict[str, Any]:
    return import_string(f"{module}.{name}")


def table(name: str) -> dict[str, Any]:
    return _table(settings.WIRING, name)


def resolve(table_name: str, key: str) -> Callable[..., Any]:
    return import_string(table(table_name)[key])


def emit(event: str, **data: Any) -> None:
    """Run every listener of an event now, in the caller's transaction."""
    for path in table("ON_EVENT").get(event, ()):
        import_string(path)(**data)
