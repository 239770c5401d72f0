"""Everything about one partner on one page, for our own people: each sees what they may see."""

from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from marketplaces import breakers
from marketplaces.connectors.registry import connector_class
from marketplaces.explain import explain, standing
from marketplaces.models import Connection, Operation
from orders import periods
from orders.models import DailyAnalytics
from orders.services.analytics import NOTHING
from partners import audit_words
from partners.access import staff_required
from partners.forms import BlockForm, EndForm, ReasonForm
from partners.models import AuditLog, Member, Partner, PartnerNote, SupportTicket
from partners.note_form import NoteForm
from partners.services import tax_regimes
from sellercloudx.pages.company import in_words

DAYS = 30
SHOWN = 10
SHOPS = {False: "", True: _("Sandbox")}
OPEN = (SupportTicket.Status.OPEN, SupportTicket.Status.IN_PROGRESS)
# Whose shops do nothing until our people decide otherwise.
STANDS_STILL = {
    Partner.State.BLOCKED: _("Parked: partner blocked"),
    Partner.State.DEACTIVATED: _("Parked: partner deactivated"),
}
# What each part of the page asks for.
RIGHTS = {
    "people": "partners.view_member",
    "company": "partners.view_companydetails",
    "tickets": "partners.view_supportticket",
    "shops": "marketplaces.view_connection",
    "money": "orders.view_dailyanalytics",
    "history": "partners.view_auditlog",
    "notes": "partners.view_partnernote",
}


@staff_required(permission="partners.view_partner")
@require_GET
def partner(request, pk):
    members = list(_members(pk))
    about = members[0].partner if members else get_object_or_404(Partner, pk=pk)
    has_right = request.user.has_perm
    context = {
        "partner": about,
        "came_by": members[0] if members else None,
        "room": getattr(about, "chat_room", None),
        "decides": has_right("partners.change_partner"),
        "reason_form": ReasonForm(auto_id="reject_%s"),
        "block_form": BlockForm(auto_id="block_%s"),
        "end_form": EndForm(initial={"until": about.blocked_until}, auto_id="end_%s"),
        "leave_form": ReasonForm(auto_id="leave_%s"),
        "note_form": NoteForm() if has_right("partners.add_partnernote") else None,
    }
    parts = _parts(about, members)
    context |= {name: parts[name]() for name in parts if has_right(RIGHTS[name])}
    return render(request, "pages/partner.html", context)


def _parts(about: Partner, members: list[Member]) -> dict[str, Any]:
    """Each asks the database once, and only for those who may see it."""
    return {
        "people": lambda: members,
        "company": lambda: _company(about),
        "tickets": lambda: _tickets(members[0] if members else None),
        "shops": lambda: [described(shop, about) for shop in _shops(about)],
        "money": lambda: _money(about),
        "history": lambda: audit_words.told(_newest(_done(about))),
        "notes": lambda: _newest(PartnerNote.objects.for_partner(about).select_related("author")),
    }


def _members(pk: int) -> QuerySet[Any]:
    """With the partner, the talk with it, and who invited it: the head of the page at once."""
    inviting = Partner.objects.filter(referral_code=OuterRef("partner__referred_by_code"))
    inviting = inviting.exclude(pk=OuterRef("partner"))
    return (
        Member.objects.filter(partner__pk=pk)
        .select_related(
            *("partner__chat_room__assigned", "partner__company_details"),
            *("user__telegram", "user__totp_device"),
        )
        .annotate(
            **_of_tickets(),
            inviting_pk=Subquery(inviting.values("pk")[:1]),
            inviting_name=Subquery(inviting.values("company_name")[:1]),
        )
        .order_by("pk")
    )


def _of_tickets() -> dict[str, Any]:
    theirs = SupportTicket.objects.filter(partner=OuterRef("partner")).order_by()
    counted = theirs.filter(status__in=OPEN).values("partner").annotate(count=Count("pk"))
    last = theirs.order_by("-last_id").values(
        told=JSONObject(id="pk", subject=F("subject"), status="status")
    )
    return {
        "open_tickets": Coalesce(Subquery(counted.values("count")), 0),
        "last_ticket": Subquery(last[:1]),
    }


def _shops(about: Partner) -> QuerySet[Any]:
    parked = Operation.objects.filter(
        connection=OuterRef("pk"), state=Operation.State.PARKED
    ).order_by()
    counted = parked.values("connection").annotate(count=Count("pk")).values("count")
    return (
        Connection.objects.for_partner(about)
        .select_related("breaker")
        .defer("secret")
        .annotate(
            read_at=Max("streams__succeeded_at", filter=Q(streams__name="orders")),
            parked=Subquery(counted),
        )
        .order_by("pk")
    )


def described(shop: Any, partner: Partner) -> Any:
    """A shop that would work stands still with its partner."""
    shop.title = connector_class(shop.marketplace).name
    shop.tone, shop.standing = standing(shop)
    if shop.state in Connection.WORKING and partner.state in STANDS_STILL:
        shop.tone, shop.standing = "hold", STANDS_STILL[Partner.State(partner.state)]
    shop.left_alone = breakers.standing(shop)
    shop.trouble = explain(shop.error_kind, shop.error_reason).what if shop.error_kind else ""
    return shop


def _company(about: Partner) -> dict[str, Any]:
    """With passport and PINFL masked, and what tax is taken today."""
    details = getattr(about, "company_details", None)
    return {
        "known": in_words(about, details) if details else [],
        "changed_at": details.changed_at if details else None,
        "regime": tax_regimes.of_partner(about, timezone.localdate()),
    }


def _tickets(came_by: Any) -> dict[str, Any]:
    """How many are open, and the last of all: they came with the members."""
    last = came_by.last_ticket if came_by else None
    return {
        "open": came_by.open_tickets if came_by else 0,
        "last": SupportTicket(**last) if last else None,
    }


def _money(about: Partner) -> list[periods.Block]:
    rows = DailyAnalytics.objects.for_partner(about)
    period = periods.Period.until_today(DAYS)
    sold = periods.blocks(rows, period, by="connection__is_sandbox", names=SHOPS)
    return [block for block in sold if block.total.now != NOTHING]


def _done(about: Partner) -> QuerySet[AuditLog]:
    return AuditLog.objects.filter(partner=about).select_related("actor")


def _newest(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("-pk")[:SHOWN])
