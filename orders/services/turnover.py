"""What a partner sold in a calendar year, held against the limit of its tax regime."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from orders.models import DailyAnalytics
from orders.models.analytics import WHOLE_SHOP
from partners.models import Notification, Partner, TaxRegime
from partners.services import notices, tax_regimes
from sellercloudx.lib import formats
from sellercloudx.lib.queue import wake

# The limits of the law are in soʻm; what was sold in another currency is not counted.
CURRENCY = "UZS"
# Percent of the limit at which people are told.
STEPS = (70, 90, 100)
HUNDRED = Decimal(100)
COMPANY_PAGE = "/partner-dashboard/settings/company/"


@dataclass(frozen=True)
class Standing:
    """How much of the limit is used up; no limit: the regime has none, or is not known."""

    year: int
    turnover: Decimal
    regime: TaxRegime | None

    @property
    def limit(self) -> Decimal | None:
        return self.regime.turnover_limit if self.regime else None

    @property
    def percent(self) -> Decimal | None:
        return self.turnover / self.limit * HUNDRED if self.limit else None

    @property
    def shown(self) -> int:
        """Of a hundred, for a bar that cannot be longer."""
        return min(int(self.percent or 0), 100)

    @property
    def is_over(self) -> bool:
        return self.reached == STEPS[-1]

    @property
    def reached(self) -> int | None:
        """The highest of the steps."""
        share = self.percent or Decimal(0)
        return max((step for step in STEPS if share >= step), default=None)


def standing(partner: Partner) -> Standing:
    """Of this year, over all shops of the tax number, those that were disconnected too."""
    today = timezone.localdate()
    rows = _of_year(today).filter(partner=partner)
    turnover = rows.aggregate(sold=Sum("revenue"))["sold"] or Decimal(0)
    return Standing(today.year, turnover, tax_regimes.of_partner(partner, today))


def _of_year(today: date) -> QuerySet[DailyAnalytics]:
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    days = DailyAnalytics.objects.filter(day__range=(first, last))
    return days.filter(product_id=WHOLE_SHOP, currency=CURRENCY)


def wake_checks() -> None:
    """Called by the clock each morning: a task for each company that may have to be told."""
    limits = TaxRegime.objects.exclude(turnover_limit=None)
    smallest = limits.order_by("turnover_limit").values_list("turnover_limit", flat=True).first()
    if smallest is None:
        return
    approved = _of_year(timezone.localdate()).filter(partner__state=Partner.State.APPROVED)
    sold = approved.order_by().values("partner").annotate(sold=Sum("revenue"))
    near = sold.filter(sold__gte=smallest * STEPS[0] / HUNDRED)
    for pk in near.values_list("partner", flat=True):
        wake("orders.services.turnover.tell", pk)


def tell(partner_pk: int) -> None:
    """The highest step that is reached, each once a year; a lower one after it says nothing."""
    partner = Partner.objects.get(pk=partner_pk)
    now = standing(partner)
    if now.reached is None or _was_told(partner, now):
        return
    notices.notify_partner(
        partner,
        kind="turnover_over" if now.is_over else "turnover_near",
        data={
            "company": partner.company_name,
            "step": now.reached,
            "year": now.year,
            "turnover": formats.amount(now.turnover),
            "limit": formats.amount(now.limit),
            "currency": CURRENCY,
        },
        url=COMPANY_PAGE,
        dedupe=_dedupe(partner, now.year, now.reached),
    )


def _was_told(partner: Partner, now: Standing) -> bool:
    """Of this step or, before some orders were cancelled, of a higher one."""
    assert now.reached is not None  # noqa: S101  the caller has looked
    steps = [_dedupe(partner, now.year, step) for step in STEPS if step >= now.reached]
    return Notification.objects.filter(partner=partner, dedupe__in=steps).exists()


def _dedupe(partner: Partner, year: int, step: int) -> str:
    return f"turnover:{partner.pk}:{year}:{step}"
