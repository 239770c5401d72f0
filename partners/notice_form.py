"""Of what a person is told, how and when: a choice for each topic and channel."""

from collections.abc import Iterator
from datetime import time
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.models import Delivery, NoticeChoice, User
from partners.models.notice_choices import Topic
from partners.services import choices
from partners.services.notice_kinds import KINDS
from sellercloudx.lib.wiring import resolve, table

Channel, Mode = Delivery.Channel, NoticeChoice.Mode


class Row(NamedTuple):
    topic: str
    fields: list[forms.BoundField]


def topics_of(user: User) -> list[Topic]:
    """Those that something is told of; security is no choice."""
    told = {kind.topic for kind in KINDS.values()} - {Topic.ACCOUNT}
    told -= {topic for topic in table("TOPIC_IS_TOLD") if not resolve("TOPIC_IS_TOLD", topic)()}
    if user.is_staff:
        told &= set(choices.OF_STAFF)
    return [topic for topic in Topic if topic in told]


class NoticeForm(forms.Form):
    quiet_from = forms.TimeField(
        label=_("Quiet from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=_("until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, data=None, *, user: User, runs_it: bool):
        wishes = choices.wishes_of(user, runs_it=runs_it)
        initial = {f"{topic}-{channel}": mode for (topic, channel), mode in wishes.items()}
        hours = {"quiet_from": user.quiet_from, "quiet_until": user.quiet_until}
        super().__init__(data, initial=initial | hours)
        self.topics = topics_of(user)
        for topic in self.topics:
            for channel in Channel:
                self.fields[f"{topic.value}-{channel.value}"] = _choice(topic, channel)
        if not user.email:
            self._turn_off(Channel.EMAIL)

    def _turn_off(self, channel: Channel) -> None:
        """What is chosen stays for when there is an address."""
        for topic in self.topics:
            self.fields[f"{topic.value}-{channel.value}"].disabled = True

    def rows(self) -> Iterator[Row]:
        for topic in self.topics:
            yield Row(topic.label, [self[f"{topic.value}-{c.value}"] for c in Channel])

    def clean(self):
        cleaned = super().clean()
        begin, end = (cleaned.get(name) for name in ("quiet_from", "quiet_until"))
        if (begin is None) != (end is None) and not self.errors:
            raise ValidationError(_("Quiet hours need both ends; leave both empty for none."))
        if begin is not None and begin == end:
            raise ValidationError(_("Quiet hours end at another time than they begin."))
        return cleaned

    def wishes(self) -> dict[choices.Wish, str]:
        return {
            (topic.value, channel.value): self.cleaned_data[f"{topic.value}-{channel.value}"]
            for topic in self.topics
            for channel in Channel
        }

    def quiet_hours(self) -> tuple[time | None, time | None]:
        return self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]


def _choice(topic: Topic, channel: Channel) -> forms.ChoiceField:
    modes = [Mode.DIGEST, Mode.OFF] if topic == Topic.EVENING else list(Mode)
    return forms.ChoiceField(
        label=channel.label,
        choices=[(mode.value, mode.label) for mode in modes],
        widget=forms.Select(attrs={"aria-label": f"{topic.label}: {channel.label}"}),
    )
