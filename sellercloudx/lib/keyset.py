"""Long lists page by page, by the last row seen: no counting, and no row twice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

SIZE = 50
# Anything longer is no row's number and would not fit into the database's.
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Page:
    """`before` and `after` are what the links to the next and the previous page carry."""

    rows: list[Any]
    before: int | None
    after: int | None


def newest_first(
    rows: QuerySet[Any], params: Mapping[str, str], *, size: int = SIZE, by: str = "pk"
) -> Page:
    """The page that `?before=` or `?after=` asks for; the first one without either.

    `by` is a column of numbers that no two rows share.
    """
    before, after = number(params.get("before")), number(params.get("after"))
    if after is not None:
        found = list(rows.filter(**{f"{by}__gt": after}).order_by(by)[: size + 1])
        has_newer, has_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        older = rows if before is None else rows.filter(**{f"{by}__lt": before})
        found = list(older.order_by(f"-{by}")[: size + 1])
        has_newer, has_older = before is not None, len(found) > size
        found = found[:size]
    return Page(
        rows=found,
        before=getattr(found[-1], by) if found and has_older else None,
        after=getattr(found[0], by) if found and has_newer else None,
    )


def number(text: str | None) -> int | None:
    """A row's number out of an address or a form; None where it cannot be one."""
    return int(text) if text and _NUMBER.fullmatch(text) else None
