"""The first page of a partner: what is urgent, what was sold, what needs a person."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, When, Window
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from marketplaces.connectors.errors import Kind
from marketplaces.models import Connection
from orders import freshness, periods, shop_notes
from orders.models import DailyAnalytics, Order, OrderLine
from orders.tabs import TO_PACK
from partners.access import MANAGER, OPERATOR, partner_required
from partners.models import CompanyDetails, Member, Partner
from partners.telegram import bot
from products import tabs as product_tabs
from products.models import Listing, Product

CHART_DAYS = 30
WEEK = 7
SHOWN = 4
TROUBLED_LINE = (OrderLine.Stock.SHORT, OrderLine.Stock.UNLINKED)
NOTHING_WAITS = {"to_pack": 0, "late": 0, "next": None}


@dataclass(frozen=True)
class First:
    """The first few rows of a list, and how many there are."""

    rows: list[Any] = field(default_factory=list)
    total: int = 0

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> "First":
        found = list(rows.annotate(how_many=Window(Count("*")))[:SHOWN])
        return cls(found, found[0].how_many if found else 0)


@partner_required
@require_GET
def overview(request):
    partner = request.partner
    shops, facts = _shops(partner), _facts(partner)
    context = {
        "note": shop_notes.first(shops),
        "is_bot_blocked": bot.is_on() and request.user.is_bot_blocked,
        "updated_at": freshness.as_of(shops),
        "checklist": _checklist(
            partner, [shop for shop in shops if not _is_gone(shop)], facts, request.member
        ),
        "has_work": facts["has_product"] or facts["has_order"],
    }
    if context["has_work"]:
        context |= _work(partner)
    return render(request, "pages/overview.html", context)


def _work(partner: Partner) -> dict[str, Any]:
    """Four queries, however large the shop."""
    orders, urgent = _to_pack(partner)
    cards, empty = _products(partner, "you"), _products(partner, "empty")
    rows = DailyAnalytics.objects.for_partner(partner)
    period = periods.Period.until_today(CHART_DAYS)
    sales = periods.blocks(rows, period, by="connection", names={})
    return {
        "orders": orders,
        "cards": cards,
        "empty": empty,
        "urgent": urgent,
        "sales": sales[:1],
        "other_currencies": [block.currency for block in sales[1:]],
        "week": _week(sales),
    }


# Facts


def _shops(partner: Partner) -> list[Connection]:
    """Those that were disconnected too: something may be open there."""
    shops = Connection.objects.for_partner(partner).order_by("pk")
    return list(shop_notes.with_news(shops))


def _is_gone(shop: Connection) -> bool:
    return shop.state == Connection.State.DISCONNECTED


def _facts(partner: Partner) -> dict[str, bool]:
    """What has been done here already, in one query."""
    own = {"partner": OuterRef("pk")}
    approved = Listing.objects.filter(**own, cards__approved_at__isnull=False)
    return Partner.objects.filter(pk=partner.pk).values(
        has_details=Exists(CompanyDetails.objects.filter(**own)),
        has_product=Exists(Product.objects.filter(**own)),
        has_card=Exists(approved),
        has_order=Exists(Order.objects.filter(**own)),
    )[0]


def _to_pack(partner: Partner) -> tuple[dict[str, Any], list[Order]]:
    """What is said of all that wait, and the first of those that are late or lack goods."""
    now, nearest = timezone.now(), F("ship_by").asc(nulls_last=True)
    troubled = OrderLine.objects.filter(
        order=OuterRef("pk"), stock__in=TROUBLED_LINE, quantity__gt=0
    )
    waiting = (
        Order.objects.for_partner(partner)
        .filter(TO_PACK)
        .annotate(
            is_troubled=Exists(troubled),
            is_urgent=Case(When(Q(is_troubled=True) | Q(ship_by__lt=now), then=1), default=0),
            to_pack=Window(Count("*")),
            late=Window(Count("pk", filter=Q(ship_by__lt=now))),
            next=Window(Min("ship_by", filter=Q(ship_by__gte=now))),
        )
    )
    first = list(waiting.defer("raw").order_by("-is_urgent", nearest, "pk")[:SHOWN])
    said = {name: getattr(first[0], name) for name in NOTHING_WAITS} if first else NOTHING_WAITS
    return said, [order for order in first if order.is_urgent]


def _products(partner: Partner, tab: str) -> First:
    """The view of this name of the product list."""
    products = Product.objects.for_partner(partner).filter(product_tabs.chosen(tab).condition)
    return First.of(products.order_by("-pk"))


def _week(sales: list[periods.Block]) -> list[dict[str, Any]]:
    """Revenue of the last days in each currency, beside that of the days before."""
    week = periods.Period.until_today(WEEK)
    return [
        {
            "currency": block.currency,
            "now": _revenue(block, week),
            "before": _revenue(block, week.before),
        }
        for block in sales
    ]


def _revenue(block: periods.Block, period: periods.Period) -> Decimal:
    days = [figures.revenue for day, figures in block.days.items() if day in period]
    return sum(days, Decimal(0))


# Words


@dataclass(frozen=True)
class Step:
    """One step of the way, as a fact says."""

    label: str
    is_done: bool
    url: str
    action: str
    # Who may take it.
    role: Member.Role = OPERATOR
    is_next: bool = False


def _checklist(
    partner: Partner, shops: list[Connection], facts: dict[str, bool], member: Member
) -> dict[str, Any]:
    """The way to an order and to working with fewer hands; nothing once all of it is done.

    Where orders come already what is left is folded up.
    """
    steps = _steps(partner, shops, facts)
    left = [step for step in steps if not step.is_done]
    if not left:
        return {}
    return {
        "is_open": not facts["has_order"],
        "left": len(left),
        "steps": [
            (replace(step, is_next=step is left[0]), member.is_at_least(step.role))
            for step in steps
        ],
    }


def _connect(shops: list[Connection]) -> Step:
    """Done once a marketplace has taken the key: a refused one that is kept connects nothing."""
    if any(shop.account or shop.seen for shop in shops):
        return Step(_("Connect your marketplace"), True, "", "", MANAGER)
    if refused := next((shop for shop in shops if shop.error_kind == Kind.CONFIG), None):
        url = reverse("marketplaces:detail", args=[refused.pk])
        words = _("Connect your marketplace: the key was refused")
        return Step(words, False, url, _("Replace the key"), MANAGER)
    url = (
        reverse("marketplaces:detail", args=[shops[0].pk])
        if shops
        else reverse("marketplaces:list")
    )
    return Step(_("Connect your marketplace"), False, url, _("Connect"), MANAGER)


def _steps(partner: Partner, shops: list[Connection], facts: dict[str, bool]) -> list[Step]:
    is_tested = any(shop.account for shop in shops)
    connect, details = reverse("marketplaces:list"), reverse("pages:company")
    first = reverse("marketplaces:detail", args=[shops[0].pk]) if shops else connect
    level, products = reverse("ai_manager:automation"), reverse("products:list")
    return [
        Step(
            _("Fill in the company details"), facts["has_details"], details, _("Fill in"), MANAGER
        ),
        _connect(shops),
        Step(_("Test the key and choose the shop"), is_tested, first, _("Test"), MANAGER),
        Step(_("Add the first product"), facts["has_product"], reverse("products:add"), _("Add")),
        Step(
            _("Choose the automation level"), bool(partner.automation), level, _("Choose"), MANAGER
        ),
        Step(_("Approve its card"), facts["has_card"], products, _("Read it")),
        Step(_("Receive the first order"), facts["has_order"], reverse("orders:list"), _("Orders")),
    ]
