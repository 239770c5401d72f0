"""What an operation may answer, for the schema: its own, and one shape for every error."""

from typing import Any

from .schemas import Error

ALWAYS = (400, 401, 403, 405, 422, 429, 500, 503)


def answers(schema: type, *also: int) -> dict[int, Any]:
    return {200: schema, **dict.fromkeys(sorted((*ALWAYS, *also)), Error)}
