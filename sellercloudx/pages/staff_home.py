"""The first page of our own people: what waits for a person, and for how long."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Prefetch, Q, QuerySet, Subquery, Value
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from marketplaces.models import Connection, Operation
from partners.access import staff_required
from partners.models import (
    ChatRoom,
    Delivery,
    Member,
    Partner,
    SupportTicket,
    TelegramLink,
    User,
)
from partners.models.notice_choices import Topic
from partners.services import chat, tickets
from partners.services.notice_kinds import KINDS

SHOWN = 10
DECIDE = "partners.change_partner"


@dataclass(frozen=True)
class Concern:
    """One kind of thing that waits, and the page where it is handled."""

    label: str | Promise
    # What somebody needs to open that page.
    right: str
    page: str
    query: str
    rows: Callable[[User], QuerySet[Any]]
    # The column that says since when; none where that is not known.
    since: str = ""

    @property
    def url(self) -> str:
        return reverse(self.page) + self.query


def _applications(user: User) -> QuerySet[Any]:
    return Partner.objects.filter(state=Partner.State.PENDING)


def _unread(user: User) -> QuerySet[Any]:
    """As the bar counts them: not those that a colleague has taken over."""
    rooms = chat.with_my_read(ChatRoom.objects.filter(partner_wrote_id__gt=0), user)
    mine = Q(assigned=None) | Q(assigned=user)
    return rooms.filter(mine, partner_wrote_id__gt=F("my_read"))


def _waiting_tickets(user: User) -> QuerySet[Any]:
    mine = Q(assigned=None) | Q(assigned=user)
    return SupportTicket.objects.filter(mine, waits_id__gt=0)


def _troubled(*states: str) -> Callable[[User], QuerySet[Any]]:
    """Of partners that may work: nobody reads the shops of the others."""
    approved = Partner.State.APPROVED
    return lambda user: Connection.objects.filter(state__in=states, partner__state=approved)


def _parked(user: User) -> QuerySet[Any]:
    return Operation.objects.filter(state=Operation.State.PARKED)


def _undelivered(user: User) -> QuerySet[Any]:
    return Delivery.objects.filter(state=Delivery.State.FAILED)


def _late_letters(user: User) -> QuerySet[Any]:
    """Tried in vain and to be tried again: the mail server does not take them."""
    waiting = Delivery.objects.filter(channel=Delivery.Channel.EMAIL, state=Delivery.State.DUE)
    return waiting.filter(attempts__gt=0).exclude(error="")


def _blocked_bots(user: User) -> QuerySet[Any]:
    return TelegramLink.objects.filter(state=TelegramLink.State.BLOCKED)


CONCERNS = {
    "applications": Concern(
        _("Applications"),
        "partners.view_partner",
        "partners:staff_list",
        "?state=pending",
        _applications,
        "state_changed_at",
    ),
    "unread": Concern(
        _("Unread chats"), chat.RIGHT, "partners:staff_chat", "", _unread, "partner_wrote_at"
    ),
    "tickets": Concern(
        _("Tickets that wait for an answer"),
        tickets.RIGHT,
        "partners:staff_tickets",
        "",
        _waiting_tickets,
        "waits_since",
    ),
    "refused": Concern(
        _("Shops: key refused"),
        "marketplaces.view_connection",
        "pages:staff_shops",
        "?show=parked",
        _troubled(Connection.State.PARKED),
        "streams__succeeded_at",
    ),
    "slow": Concern(
        _("Shops: slowed down"),
        "marketplaces.view_connection",
        "pages:staff_shops",
        "?show=degraded",
        _troubled(Connection.State.DEGRADED),
        "streams__succeeded_at",
    ),
    "parked": Concern(
        _("Operations without an answer"),
        "marketplaces.view_connection",
        "pages:staff_shops",
        "?show=stuck",
        _parked,
        "created_at",
    ),
    "undelivered": Concern(
        _("Messages that did not arrive"),
        DECIDE,
        "pages:staff_home",
        "#undelivered",
        _undelivered,
        "notification__created_at",
    ),
    "letters": Concern(
        _("Letters the mail server does not take"),
        "partners.view_delivery",
        "admin:partners_delivery_changelist",
        "?channel__exact=email&state__exact=due",
        _late_letters,
        "notification__created_at",
    ),
    "bots": Concern(
        _("Bots that were blocked"),
        "partners.view_telegramlink",
        "admin:partners_telegramlink_changelist",
        "?state__exact=blocked",
        _blocked_bots,
    ),
}


@staff_required(permission="partners.view_partner")
@require_GET
def home(request):
    tiles = _tiles(request.user)
    context = {
        "is_mail_on": settings.IS_MAIL_ON,
        "tiles": tiles,
        "pending": _pending(),
        "undelivered": _failed() if request.user.has_perm(DECIDE) else [],
    }
    return render(request, "pages/staff_home.html", context)


def _tiles(user: User) -> list[dict[str, Any]]:
    """Of what waits and this person may open; one query for all of it."""
    opened = {name: one for name, one in CONCERNS.items() if user.has_perm(one.right)}
    asked: dict[str, Any] = {}
    for name, concern in opened.items():
        rows = concern.rows(user)
        asked[f"{name}_count"] = _summed(rows, Count("pk"))
        if concern.since:
            asked[f"{name}_since"] = _summed(rows, Min(concern.since))
    found = User.objects.filter(pk=user.pk).values(**asked)[0]
    return [
        {
            "label": concern.label,
            "url": concern.url,
            "count": found[f"{name}_count"],
            "since": found.get(f"{name}_since"),
        }
        for name, concern in opened.items()
        if found[f"{name}_count"]
    ]


def _summed(rows: QuerySet[Any], figure: Count | Min) -> Subquery:
    """Of all rows as one group; nothing where there are none."""
    whole = rows.order_by().annotate(whole=Value(1)).values("whole")
    return Subquery(whole.annotate(figure=figure).values("figure"))


def _pending() -> Iterable[Partner]:
    """Whoever came first is answered first."""
    owners = Member.objects.filter(role=Member.Role.OWNER).select_related("user").order_by("pk")
    waiting = Partner.objects.filter(state=Partner.State.PENDING)
    waiting = waiting.prefetch_related(Prefetch("members", owners, to_attr="owners"))
    return waiting.order_by("state_changed_at", "pk")[:SHOWN]


def _failed() -> Iterable[Delivery]:
    failed: Any = Delivery.objects.filter(state=Delivery.State.FAILED)
    people = ("notification__user", "notification__invitation")
    found = list(failed.select_related(*people).order_by("-pk")[:SHOWN])
    for delivery in found:
        kind = KINDS.get(delivery.notification.kind)
        delivery.topic = Topic(kind.topic).label if kind else delivery.notification.kind
    return found
