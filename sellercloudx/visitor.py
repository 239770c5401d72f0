"""Who asks, with what every page shows of them: the person, their companies and the counts.

One query for all of it: almost every request needs it.
"""

import threading
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from marketplaces.models import Connection
from orders.models import Conversation
from partners.login import PhoneOrEmailBackend
from partners.models import (
    ChatMessage,
    ChatRead,
    ChatRoom,
    Member,
    Notification,
    Partner,
    SupportTicket,
    TelegramLink,
    User,
)

_of_thread = threading.local()


class Backend(PhoneOrEmailBackend):
    """Knows who has signed in once the session has told the number."""

    def get_user(self, user_id: int) -> User | None:
        user = visitor(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Their own and those of their groups at once, where Django asks one after the other."""
        if obj is not None or user_obj.is_superuser or not user_obj.is_active:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            held = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj))
            names = held.order_by().distinct().values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{app}.{name}" for app, name in names}
        return user_obj._perm_cache


def visitor(pk: int) -> User | None:
    """The person with `places` (their memberships, the oldest first), and what waits for them.

    `unread` counts their notices, `is_bot_blocked` says that Telegram brings none; for our own
    people `waiting` counts applications, `unread_rooms` talks and `waiting_tickets` tickets. Each
    place has its partner, says by `has_sandbox` whether that one has a shop of the sandbox, by
    `unread_chat` how many of our messages this member has not read, and by `unanswered` how many
    buyers wait.
    """
    rows = list(_rows().filter(pk=pk))
    if not rows:
        return None
    user: Any = rows[0]
    user.places = [_place(row, user) for row in rows if hasattr(row, "place")]
    return user


def _rows() -> "QuerySet[User]":
    """Put together once in each thread, which takes longer than to ask.

    Not once for all of them: while a query is written out as SQL its insides change.
    """
    if not hasattr(_of_thread, "rows"):
        _of_thread.rows = _put_together()
    return _of_thread.rows


def _put_together() -> "QuerySet[User]":
    """One row for each company, and one for a person without any."""
    sandboxes = Connection.objects.shown().filter(
        partner=OuterRef("place__partner"), is_sandbox=True
    )
    unread = Notification.objects.filter(user=OuterRef("pk"), read_at=None)
    blocked = TelegramLink.objects.filter(user=OuterRef("pk"), state=TelegramLink.State.BLOCKED)
    pending = Partner.objects.filter(state=Partner.State.PENDING)
    rows = User.objects.annotate(place=FilteredRelation("memberships"))
    return (
        rows.select_related("place__partner")
        .annotate(
            has_sandbox=Exists(sandboxes),
            unread=_count(unread, "user"),
            is_bot_blocked=Exists(blocked),
            unread_chat=_unread_chat(),
            unanswered=_unanswered(),
            waiting=Case(When(is_staff=True, then=_count(pending, "state")), default=0),
            unread_rooms=Case(When(is_staff=True, then=_unread_rooms()), default=0),
            waiting_tickets=Case(When(is_staff=True, then=_waiting_tickets()), default=0),
        )
        .order_by("place__pk")
    )


def _unread_chat() -> Coalesce:
    """Of what we wrote to the partner of this row: what comes after the member's mark."""
    marks = ChatRead.objects.filter(partner=OuterRef("partner"), user=OuterRef(OuterRef("pk")))
    read = Coalesce(Subquery(marks.values("up_to"), output_field=BigIntegerField()), 0)
    ours = ChatMessage.objects.filter(is_from_staff=True, is_private=False)
    return _count(ours.filter(partner=OuterRef("place__partner"), pk__gt=read), "partner")


def _unanswered() -> Coalesce:
    """Buyers of the partner of this row who wait for an answer."""
    waiting = Conversation.objects.filter(waits_since__isnull=False)
    return _count(waiting.filter(partner=OuterRef("place__partner")), "partner")


def _unread_rooms() -> Coalesce:
    """Where a partner wrote what this person has not read, and no colleague has taken it over."""
    read = ChatRead.objects.filter(
        partner=OuterRef("pk"),
        user=OuterRef(OuterRef("pk")),
        up_to__gte=OuterRef("partner_wrote_id"),
    )
    mine = Q(assigned=None) | Q(assigned=OuterRef("pk"))
    rooms = ChatRoom.objects.filter(mine, ~Exists(read), partner_wrote_id__gt=0)
    # All of them counted as one group.
    return _count(rooms.annotate(all=Value(1)), "all")


def _waiting_tickets() -> Coalesce:
    """Where a partner waits for an answer, and no colleague has taken it over."""
    mine = Q(assigned=None) | Q(assigned=OuterRef("pk"))
    tickets = SupportTicket.objects.filter(mine, waits_id__gt=0)
    return _count(tickets.annotate(all=Value(1)), "all")


def _count(rows: "QuerySet[Any]", by: str) -> Coalesce:
    """How many rows, which all have the same in the column `by`."""
    counted = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _place(row: Any, user: User) -> Member:
    place: Any = row.place
    place.user, place.has_sandbox = user, row.has_sandbox
    place.unread_chat, place.unanswered = row.unread_chat, row.unanswered
    return place
