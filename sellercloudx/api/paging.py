"""What the operations are asked with: how many, from where, and words that can be searched for."""

from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Field, Schema
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from sellercloudx.lib import keyset

MOST = 200


def _readable(text: str) -> str:
    """No NUL, which no database of ours can look for, nor anything else that cannot be seen."""
    if not text.isprintable():
        raise PydanticCustomError("unreadable", "holds signs that cannot be shown")
    return text


def _cursor(text: str) -> str:
    if keyset.number(text) is None:
        raise PydanticCustomError("cursor", "is no cursor of ours")
    return text


Words = Annotated[str, Field(max_length=100), AfterValidator(_readable)]
NumberCursor = Annotated[str, Field(max_length=18), AfterValidator(_cursor)]


class Limited(Schema):
    limit: int = Field(50, ge=1, le=MOST, description="Rows on a page.")


class Numbered(Limited):
    cursor: NumberCursor | None = Field(None, description="`next` of the page before.")


def newest_first(rows: QuerySet[Any], asked: Numbered) -> tuple[list[Any], str | None]:
    """One page, and the cursor of the one after it."""
    found = keyset.newest_first(rows, {"before": asked.cursor or ""}, size=asked.limit)
    return found.rows, str(found.before) if found.before else None
