"""What was sold, by day and marketplace."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from ninja import Field, Query, Router
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from orders.models import DailyAnalytics
from orders.models.analytics import WHOLE_SHOP
from orders.periods import FIGURES, USUAL
from orders.services.analytics import day_of
from partners.models import ApiKey

from . import schemas
from .answers import answers
from .auth import ApiRequest, may
from .errors import ApiError
from .paging import Limited, Words

router = Router(tags=["analytics"])
LONGEST = timedelta(days=366)
NOTHING = Q(**dict.fromkeys(FIGURES, 0))


@dataclass(frozen=True)
class Seen:
    """The last row of a page."""

    day: date
    marketplace: str
    currency: str

    @classmethod
    def read(cls, text: str) -> "Seen":
        day, marketplace, currency = text.split(".")
        return cls(date.fromisoformat(day), marketplace, currency)

    @property
    def beyond(self) -> Q:
        same_day = Q(day=self.day)
        same = same_day & Q(connection__marketplace=self.marketplace)
        return (
            Q(day__lt=self.day)
            | (same_day & Q(connection__marketplace__gt=self.marketplace))
            | (same & Q(currency__gt=self.currency))
        )


def _cursor(text: str) -> str:
    try:
        Seen.read(text)
    except ValueError:
        raise PydanticCustomError("cursor", "is no cursor of ours") from None
    return text


class DaysWanted(Limited):
    cursor: Annotated[Words, AfterValidator(_cursor)] | None = Field(
        None, description="`next` of the page before."
    )
    first: date | None = Field(None, alias="from", description="First day; 30 days by default.")
    last: date | None = Field(None, alias="to", description="Last day; today by default.")
    marketplace: Words = Field("", description="One marketplace, such as yandex.")

    def period(self) -> tuple[date, date]:
        """Raises ApiError where it is none, or too long to count at once."""
        last = self.last or day_of(timezone.now())
        usual = timedelta(days=USUAL - 1)
        first = self.first or (last - usual if last - date.min > usual else date.min)
        if not timedelta(0) <= last - first < LONGEST:
            raise ApiError(422, fields={"from": ["period"]})
        return first, last


@router.get(
    "/analytics",
    auth=may(ApiKey.Scope.ANALYTICS),
    response=answers(schemas.Days),
    summary="Orders and revenue by day and marketplace",
    url_name="analytics",
)
def list_days(request: ApiRequest, wanted: Query[DaysWanted]) -> dict[str, Any]:
    """Days in Tashkent, the newest first. Currencies are never added together."""
    own = DailyAnalytics.objects.for_partner(request.auth.partner)
    rows = own.filter(product_id=WHOLE_SHOP, day__range=wanted.period()).exclude(NOTHING)
    if wanted.marketplace:
        rows = rows.filter(connection__marketplace=wanted.marketplace)
    if wanted.cursor:
        rows = rows.filter(Seen.read(wanted.cursor).beyond)
    found = list(_by_day(rows)[: wanted.limit + 1])
    items = found[: wanted.limit]
    return {
        "items": [_described(row) for row in items],
        "next": _next(items[-1]) if len(found) > wanted.limit else None,
    }


def _by_day(rows: QuerySet[DailyAnalytics]) -> QuerySet[Any, Any]:
    sums = rows.values("day", "connection__marketplace", "currency").annotate(
        **{f"sum_{name}": Sum(name) for name in FIGURES}
    )
    return sums.order_by("-day", "connection__marketplace", "currency")


def _next(row: dict[str, Any]) -> str:
    return f"{row['day']}.{row['connection__marketplace']}.{row['currency']}"


def _described(row: dict[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    money = {
        name: schemas.Money.of(row[f"sum_{name}"], currency)
        for name in ("revenue", "cancelled_revenue")
    }
    counts = {name: row[f"sum_{name}"] for name in ("orders", "units", "cancelled")}
    return {"day": row["day"], "marketplace": row["connection__marketplace"], **counts, **money}
