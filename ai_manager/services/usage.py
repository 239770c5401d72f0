"""What was asked of AI providers, what came of it and what it cost."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from ai_manager.models import AiErrorLog, AiUsageLog, CardJob

MOST_ROWS = 100
MOST_ERRORS = 30
MICRO = Decimal(1_000_000)
# Together with an attempt's tokens and money; a cost of NULL is unknown, and said to be.
_SUMS = {
    "attempts": Count("pk"),
    "tokens_in": Sum("input_tokens"),
    "tokens_out": Sum("output_tokens"),
    "cost": Sum("cost_micro_usd"),
    "unknown_costs": Count("pk", filter=Q(cost_micro_usd=None, outcome="answered")),
}


def attempts_since(day: date) -> "QuerySet[AiUsageLog]":
    start = timezone.make_aware(datetime.combine(day, time.min))
    return AiUsageLog.objects.filter(created_at__gte=start)


def by_outcome(attempts: "QuerySet[AiUsageLog]") -> list[dict[str, Any]]:
    """A row for each provider, model and way it ended."""
    rows: Any = attempts.values("provider", "model_requested", "model_returned", "outcome")
    rows = rows.annotate(**_SUMS, latency=Avg("latency_ms"))
    return [_priced(row) for row in rows.order_by("provider", "model_requested", "outcome")]


def by_partner_and_day(attempts: "QuerySet[AiUsageLog]") -> list[dict[str, Any]]:
    rows: Any = attempts.annotate(day=TruncDate("created_at"))
    rows = rows.values("day", "partner_id", "partner__company_name").annotate(**_SUMS)
    return [_priced(row) for row in rows.order_by("-day", "partner__company_name")[:MOST_ROWS]]


def total(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """Of the rows of `by_outcome`, which hold every attempt once."""
    sums = {name: sum(row[name] for row in outcomes) for name in _SUMS if name != "cost"}
    costs = [row["cost"] for row in outcomes if row["cost"] is not None]
    return sums | {"cost": sum(costs, Decimal(0)) if costs or not outcomes else None}


def _priced(row: dict[str, Any]) -> dict[str, Any]:
    cost = None if row["cost"] is None else Decimal(row["cost"]) / MICRO
    if not row["attempts"]:
        cost = Decimal(0)
    tokens = {name: row[name] or 0 for name in ("tokens_in", "tokens_out")}
    return row | tokens | {"cost": cost}


def last_errors() -> "QuerySet[AiErrorLog]":
    errors = AiErrorLog.objects.select_related("usage", "partner")
    return errors.order_by("-pk")[:MOST_ERRORS]


def waiting_cards() -> int:
    return CardJob.objects.filter(state=CardJob.State.DUE).count()


def broken_cards() -> "QuerySet[CardJob]":
    """Cards no try could make, newest first."""
    broken = CardJob.objects.filter(state=CardJob.State.FAILED)
    return broken.select_related("listing__product", "partner").order_by("-pk")[:MOST_ERRORS]
