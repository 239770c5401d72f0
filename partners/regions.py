"""The regions of Uzbekistan, by `data/regions.json`."""

import json
from functools import cache
from typing import Any

from django.conf import settings

from sellercloudx.lib import formats


@cache
def _regions() -> list[dict[str, Any]]:
    path = settings.BASE_DIR / "data" / "regions.json"
    regions: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["regions"]
    return regions


def choices() -> list[tuple[str, str]]:
    """Code and name, in the reader's language and its order."""
    named = [(one["code"], one[formats.language()]) for one in _regions()]
    return sorted(named, key=lambda one: one[1].casefold())


def name_of(code: str) -> str:
    return dict(choices()).get(code, code)
