"""How people want to be told: of what, by which channel, at once or in the evening."""

from collections.abc import Iterable, Mapping
from datetime import time

from django.db import transaction

from partners.models import Delivery, NoticeChoice, User
from partners.models.notice_choices import Topic
from partners.services import deliveries
from partners.services.notice_kinds import KINDS

Channel, State = Delivery.Channel, Delivery.State
Mode = NoticeChoice.Mode
AT_ONCE, DIGEST, OFF = Mode.AT_ONCE, Mode.DIGEST, Mode.OFF
# Our people are told of nothing else.
OF_STAFF = (Topic.APPROVAL, Topic.SYNC_TROUBLE, Topic.CHAT, Topic.REMOTE_ACCESS)

# How everybody begins: by email and by Telegram.
DEFAULTS: dict[Topic, tuple[Mode, Mode]] = {
    Topic.NEW_ORDER: (OFF, AT_ONCE),
    Topic.DEADLINE: (AT_ONCE, AT_ONCE),
    Topic.LOW_STOCK: (DIGEST, DIGEST),
    Topic.LISTING_ERROR: (DIGEST, AT_ONCE),
    Topic.PRICE_QUARANTINE: (AT_ONCE, AT_ONCE),
    Topic.PRICE_PROPOSAL: (DIGEST, AT_ONCE),
    Topic.REVIEW: (DIGEST, AT_ONCE),
    Topic.SYNC_TROUBLE: (AT_ONCE, AT_ONCE),
    Topic.KEY_EXPIRING: (AT_ONCE, AT_ONCE),
    Topic.APPROVAL: (AT_ONCE, AT_ONCE),
    Topic.CHAT: (DIGEST, AT_ONCE),
    Topic.REPORT_READY: (AT_ONCE, AT_ONCE),
    Topic.REMOTE_ACCESS: (AT_ONCE, AT_ONCE),
    Topic.TEAM: (OFF, AT_ONCE),
    Topic.REFERRAL: (OFF, DIGEST),
    Topic.TAX: (AT_ONCE, AT_ONCE),
    Topic.EVENING: (OFF, DIGEST),
    Topic.ACCOUNT: (AT_ONCE, AT_ONCE),
}
Wish = tuple[str, str]


def default(topic: str, channel: str, *, runs_it: bool) -> Mode:
    """Letters go to those who run a company; Telegram to whoever has linked it."""
    by_email, by_telegram = DEFAULTS[Topic(topic)]
    if channel == Channel.TELEGRAM:
        return by_telegram
    return by_email if runs_it or topic == Topic.ACCOUNT else OFF


def modes(users: Iterable[User], topic: str, *, runs_it: bool) -> dict[tuple[int, str], Mode]:
    """By person and channel."""
    people = [user.pk for user in users]
    found = {
        (pk, channel.value): default(topic, channel, runs_it=runs_it)
        for pk in people
        for channel in Channel
    }
    chosen = NoticeChoice.objects.filter(user__in=people, topic=topic)
    for pk, channel, mode in chosen.values_list("user", "channel", "mode"):
        found[pk, channel] = Mode(mode)
    return found


def wishes_of(user: User, *, runs_it: bool) -> dict[Wish, Mode]:
    """By topic and channel, as it is now."""
    wishes = {
        (topic.value, channel.value): default(topic, channel, runs_it=runs_it)
        for topic in Topic
        for channel in Channel
    }
    for topic, channel, mode in user.notice_choices.values_list("topic", "channel", "mode"):
        wishes[topic, channel] = Mode(mode)
    return wishes


@transaction.atomic
def choose(*, user: User, wishes: Mapping[Wish, str], runs_it: bool) -> None:
    """Only what differs from the beginning is kept: a better beginning reaches everybody else."""
    for (topic, channel), mode in wishes.items():
        same = NoticeChoice.objects.filter(user=user, topic=topic, channel=channel)
        if mode == default(topic, channel, runs_it=runs_it):
            same.delete()
        else:
            NoticeChoice.objects.update_or_create(
                user=user, topic=topic, channel=channel, defaults={"mode": mode}
            )
        if mode == OFF:
            _hold(user, topic, channel)


def turn_off(*, user: User, topic: str, channel: str) -> None:
    """Without a look at what everybody begins with: it stays off."""
    with transaction.atomic():
        NoticeChoice.objects.update_or_create(
            user=user, topic=topic, channel=channel, defaults={"mode": OFF}
        )
        _hold(user, topic, channel)


@transaction.atomic
def turn_off_digest(*, user: User, channel: str) -> None:
    """Everything that comes in the evening, also to those who run nothing: to them it is off."""
    for (topic, by), mode in wishes_of(user, runs_it=True).items():
        if by == channel and mode == DIGEST:
            turn_off(user=user, topic=topic, channel=channel)


def set_quiet_hours(*, user: User, begin: time | None, end: time | None) -> None:
    """Tashkent's; both or neither."""
    User.objects.filter(pk=user.pk).update(quiet_from=begin, quiet_until=end)
    user.quiet_from, user.quiet_until = begin, end


def _hold(user: User, topic: str, channel: str) -> None:
    """Nor what waits already."""
    kinds = [name for name, kind in KINDS.items() if kind.topic == topic]
    deliveries.hold(
        Delivery.objects.filter(
            channel=channel, notification__user=user, notification__kind__in=kinds
        )
    )
