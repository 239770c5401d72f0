"""What people are told, as a letter in their language."""

import smtplib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from partners import reset_links, unsubscribe_links
from partners.models import Notification, User
from partners.services.notice_kinds import KINDS, NoticeKind
from partners.services.outcomes import NobodyThere, Unreachable
from partners.services.wording import words_of

# A refusal of one letter is an OSError to smtplib, too: these alone speak of the server.
_NO_SERVER = (
    ConnectionError,
    TimeoutError,
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
)


def is_on() -> bool:
    return settings.IS_MAIL_ON


def reached(people: Iterable[User], kind: NoticeKind) -> set[int]:
    """Those with an address."""
    return {user.pk for user in people if user.email}


def send(notice: Notification) -> None:
    """Raises NobodyThere, Unreachable, and whatever else the mail backend raises."""
    reader = notice.user or notice.invitation
    with translation.override(reader.language if reader else None):
        title, text = words_of(notice)
        topic = KINDS[notice.kind].topic
        stop = unsubscribe_links.url_for(notice.user, topic) if notice.user else ""
        about = {"title": title, "text": text, "link": link(notice)}
        _send(title, "emails/notice.txt", about, notice.user, _address_of(notice), stop)


def _address_of(notice: Notification) -> str:
    """Of what is told about an address: where it pointed before."""
    return str(notice.data.get("to") or notice.address)


def send_to(address: str, user: User, title: str, text: str, path: str) -> None:
    """A link to an address that is not theirs yet. Raises as `send` does."""
    about = {"title": title, "text": text, "link": settings.PUBLIC_URL + path}
    _send(title, "emails/notice.txt", about, user, address, "")


def send_digest(user: User, notices: list[Notification]) -> None:
    """All of them in one letter. Raises as `send` does."""
    with translation.override(user.language):
        title = ngettext(
            "SellerCloudX: %(n)d piece of news today",
            "SellerCloudX: %(n)d pieces of news today",
            len(notices),
        ) % {"n": len(notices)}
        stop = unsubscribe_links.url_for(user, unsubscribe_links.EVENING_LETTER)
        about = {"items": [_item(notice) for notice in notices]}
        _send(title, "emails/digest.txt", about, user, user.email or "", stop)


def _item(notice: Notification) -> dict[str, str]:
    title, text = words_of(notice)
    return {"title": title, "text": text, "link": link(notice)}


def _send(
    title: str, template: str, about: dict[str, Any], user: User | None, to: str, stop: str
) -> None:
    if not to:
        raise NobodyThere
    about |= {
        "name": user.first_name if user else "",
        "is_ours": bool(user and user.is_staff),
        "stop": stop,
    }
    headers = {}
    if stop:
        # RFC 8058: mail programs show a button for it.
        headers = {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    # A header is one line.
    subject, body = " ".join(title.split()), render_to_string(template, about)
    try:
        mail.EmailMessage(subject, body, to=[to], headers=headers).send()
    except _NO_SERVER as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error


def link(notice: Notification) -> str:
    """What lets people in is made when it is sent: staff may read the rows."""
    if notice.user and KINDS[notice.kind].is_key:
        path = reset_links.path_for(notice.user)
    else:
        path = notice.invitation.path if notice.invitation else notice.url
    return settings.PUBLIC_URL + path if path else ""
