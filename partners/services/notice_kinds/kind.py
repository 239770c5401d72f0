"""What one kind of notice is: its topic, its words and how it looks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from partners.models.notice_choices import Topic
from partners.services import activity_kinds
from sellercloudx.lib import formats

ENDS = (".", "…", "!", "?")


@dataclass(frozen=True)
class NoticeKind:
    """Title and text with named places, filled from the notification's `data`."""

    topic: Topic
    title: str | Promise
    text: str | Promise
    # How it looks: one of the tones of the design system.
    tone: str = "info"
    # Its link lets people in: it goes one way only, by email where there is one.
    is_key: bool = False

    def worded(self, data: Mapping[str, Any]) -> tuple[str, str]:
        if "currency" in data:
            data = {**data, "currency": formats.currency_name(data["currency"])}
        if "activity" in data:
            data = {**data, "activity": activity_kinds.title(data["activity"])}
        return str(self.title) % data, _without_double_stop(str(self.text), data) % data


def _without_double_stop(text: str, data: Mapping[str, Any]) -> str:
    """A name that ends with a stop of its own ("6 шт.") ends the sentence it stands last in."""

    def place(found: re.Match[str]) -> str:
        return found[1] if str(data[found[2]]).endswith(ENDS) else found[0]

    return re.sub(r"(%\((\w+)\)s)\.", place, text)
