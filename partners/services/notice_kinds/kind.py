"""What one kind of notice is: its topic, its words and how it looks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from partners.models.notice_choices import Topic
from partners.services import activity_kinds
from sellercloudx.lib import formats

ENDED = re.compile(r"%\((\w+)\)s\.")


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
        return _filled(str(self.title), data), _filled(str(self.text), data)


def _filled(sentence: str, data: Mapping[str, Any]) -> str:
    """A word that ends like a sentence gets no full stop of ours: «6 шт.», «Qachon?»."""

    def place(found: re.Match[str]) -> str:
        is_ended = str(data[found[1]]).endswith((".", "?", "!", "…"))
        return found[0][:-1] if is_ended else found[0]

    return ENDED.sub(place, sentence) % data
