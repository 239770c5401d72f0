"""What the operations are asked with: how many, from where, and words that can be searched for."""

from typing import Annotated, Any, Self

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Schema
from pydantic import AfterValidator, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from sellercloudx.lib import keyset

from .errors import ApiError

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


def only(request: HttpRequest, *names: str) -> None:
    """Raises ApiError where anything else was asked for."""
    if unknown := sorted(set(request.GET) - {*names}):
        raise ApiError(422, fields={name: ["parameter"] for name in unknown})


class Limited(Schema):
    """What a list is asked with, and nothing else: a filter that was mistyped filters nothing."""

    limit: int = Field(50, ge=1, le=MOST, description="Rows on a page.")

    @model_validator(mode="after")
    def _nothing_else(self, info: ValidationInfo) -> Self:
        fields = type(self).model_fields.items()
        asked: Any = info.context
        only(asked["request"], *(field.alias or name for name, field in fields))
        return self


class Numbered(Limited):
    cursor: NumberCursor | None = Field(None, description="`next` of the page before.")


def newest_first(rows: QuerySet[Any], asked: Numbered) -> tuple[list[Any], str | None]:
    """One page, and the cursor of the one after it."""
    found = keyset.newest_first(rows, {"before": asked.cursor or ""}, size=asked.limit)
    return found.rows, str(found.before) if found.before else None
