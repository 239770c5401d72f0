"""Which operation a method and a path mean."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True)
class Route:
    """`path` names its numbers in braces; `scopes` open it, besides full access."""

    method: str
    path: str
    operation: str
    handler: Callable[..., Any]
    scopes: tuple[str, ...] = ()
    body: Schema | None = None
    is_body_required: bool = False
    query: Schema | None = None
    is_write: bool = False


class Router:
    def __init__(self, routes: list[Route]):
        self._routes = [(self._compile(route.path), route) for route in routes]

    @staticmethod
    def _compile(path: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>\\d{1,18})", path) + r"/?")

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, int], bool]:
        """The route, its numbers, and whether the path exists at all."""
        is_known = False
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if not match:
                continue
            if route.method == method:
                return route, {name: int(n) for name, n in match.groupdict().items()}, True
            is_known = True
        return None, {}, is_known
