"""The word lists and rules of data/, read once."""

import json
from functools import cache
from typing import Any

from django.conf import settings


@cache
def reference(name: str) -> dict[str, Any]:
    path = settings.BASE_DIR / "data" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))
