"""Tells people things: in the app at once, and by other channels from the worker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from partners.models import Delivery, Invitation, Member, NoticeChoice, Notification, Partner, User
from partners.services import choices, deliveries, quiet_hours
from partners.services.notice_kinds import KINDS, NoticeKind
from sellercloudx.lib import bulk

Channel, State = Delivery.Channel, Delivery.State
TEAM = "/partner-dashboard/team/"


def notify(
    *,
    users: Iterable[User],
    partner: Partner | None,
    kind: str,
    data: dict[str, Any],
    url: str,
    dedupe: str,
    runs_it: bool = True,
) -> None:
    """Tell each of them once per `dedupe`, in the caller's transaction.

    `runs_it`: they run the company, or are our people; the others begin without letters.
    """
    _notify(users, partner, kind, [News(data, url, dedupe)], runs_it=runs_it)


@dataclass(frozen=True)
class News:
    """One thing to tell: the words of its kind, where it leads, and what makes it once."""

    data: dict[str, Any]
    url: str
    dedupe: str


def _notify(
    users: Iterable[User],
    partner: Partner | None,
    kind: str,
    news: Sequence[News],
    *,
    runs_it: bool,
) -> None:
    # A wrong kind or a missing word is a mistake of ours, found here and not by the reader.
    for data in {frozenset(one.data): one.data for one in news}.values():
        KINDS[kind].worded(data)
    people = {user.pk: user for user in users}
    rows = [
        Notification(user_id=pk, partner_id=partner.pk if partner else None, kind=kind, **vars(one))
        for one in news
        for pk in people
    ]
    # Whoever was told before has the row.
    if told := bulk.insert_new(rows):
        _deliver(told, people, KINDS[kind], runs_it=runs_it)


def _deliver(
    told: list[Notification], people: dict[int, User], kind: NoticeKind, *, runs_it: bool
) -> None:
    modes = choices.modes(people.values(), kind.topic, runs_it=runs_it)
    for channel, way in deliveries.CHANNELS.items():
        wanted = {pk for pk in people if modes[pk, channel] != NoticeChoice.Mode.OFF}
        reached = wanted & way.reached(people.values(), kind) if wanted else wanted
        due = {pk: _delivery(channel, people[pk], kind.topic, modes[pk, channel]) for pk in reached}
        _queue(
            channel,
            [
                Delivery(notification_id=one.pk, **due[one.user_id])
                for one in told
                if one.user_id in reached
            ],
        )


def _delivery(channel: str, user: User | None, topic: str, mode: str) -> dict[str, Any]:
    return {
        "channel": channel,
        "state": State.DIGEST if mode == NoticeChoice.Mode.DIGEST else State.DUE,
        "due_at": quiet_hours.due_at(user, topic, mode),
    }


def _queue(channel: str, rows: list[Delivery]) -> None:
    if not rows:
        return
    if not deliveries.CHANNELS[channel].is_on():
        for row in rows:
            row.state = State.OFF
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.state == State.DUE for row in rows):
        deliveries.wake_channel(channel)


def notify_partner(
    partner: Partner,
    *,
    kind: str,
    data: dict[str, Any],
    url: str,
    dedupe: str,
    at_least: Member.Role = Member.Role.VIEWER,
) -> None:
    """Tell everybody of a partner whose role is `at_least` this one."""
    notify_partner_of_each(partner, kind=kind, news=[News(data, url, dedupe)], at_least=at_least)


def notify_partner_of_each(
    partner: Partner,
    *,
    kind: str,
    news: Sequence[News],
    at_least: Member.Role = Member.Role.VIEWER,
) -> None:
    """The same for several things of one kind."""
    if not news:
        return
    members = partner.members.filter(user__is_active=True).select_related("user")
    runs_it: dict[bool, list[User]] = {True: [], False: []}
    for member in members:
        if member.is_at_least(at_least):
            runs_it[member.is_at_least(Member.Role.MANAGER)].append(member.user)
    for is_theirs, users in runs_it.items():
        if users:
            _notify(users, partner, kind, news, runs_it=is_theirs)


def notify_staff(
    *,
    kind: str,
    data: dict[str, Any],
    url: str,
    dedupe: str,
    partner: Partner | None = None,
) -> None:
    """Tell every person of SellerCloudX."""
    users = User.objects.filter(is_staff=True, is_active=True)
    notify(users=users, partner=partner, kind=kind, data=data, url=url, dedupe=dedupe)


def mail_invitation(invitation: Invitation) -> None:
    """To somebody who may have no account: by mail alone, in the words of who invites."""
    notice = Notification.objects.create(
        invitation=invitation,
        partner=invitation.partner,
        kind="invited",
        data={"company": invitation.partner.company_name},
        dedupe=f"invited:{invitation.pk}",
    )
    due = _delivery(Channel.EMAIL, None, KINDS["invited"].topic, NoticeChoice.Mode.AT_ONCE)
    _queue(Channel.EMAIL, [Delivery(notification=notice, **due)])


def hold_invitations(*invitations: Invitation) -> None:
    """A link that opens nothing any more is not mailed."""
    deliveries.hold(Delivery.objects.filter(notification__invitation__in=invitations))


def hold_of(user: User, partner: Partner) -> None:
    """What waits for somebody who has left the company."""
    of_company = {"notification__user": user, "notification__partner": partner}
    deliveries.hold(Delivery.objects.filter(**of_company))


def can_reach(user: User, kind: str) -> bool:
    """Whether anything outside the app brings them a notice of this kind."""
    return user.pk in reachable([user], kind)


def reachable(users: list[User], kind: str) -> set[int]:
    """Those of them, by number; as many queries for all as for one."""
    ways = deliveries.CHANNELS.values()
    return {pk for way in ways for pk in way.reached(users, KINDS[kind])}


def mark_seen(*, user: User, partner: int, url: str) -> int:
    """What leads to a page that its reader has before them; the evening says nothing of it."""
    unread = Notification.objects.filter(user=user, partner=partner, url=url, read_at=None)
    pks = list(unread.values_list("pk", flat=True))
    if not pks:
        return 0
    with transaction.atomic():
        deliveries.hold(Delivery.objects.filter(notification__in=pks, state=State.DIGEST))
        seen = Notification.objects.filter(pk__in=pks, read_at=None)
        return seen.update(read_at=timezone.now())


def mark_read(*, user: User, up_to: int) -> int:
    """Everything the reader has seen; what came meanwhile stays unread."""
    unread = Notification.objects.filter(user=user, read_at=None, pk__lte=up_to)
    return unread.update(read_at=timezone.now())
