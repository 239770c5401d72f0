"""Every kind of notification, by every channel, in every language, over real SMTP and HTTP."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.core.cache import caches
from django.utils import translation

from partners.models import Delivery, Member, Notification
from partners.models.notice_choices import Topic
from partners.services import choices, deliveries, digests, notices
from partners.services.notice_kinds import KINDS
from tests import factories
from tests.partners.telegram.linking import CHAT, link
from tests.partners.test_notices import Places

pytestmark = pytest.mark.django_db
LANGUAGES = ("uz", "ru", "en")
# The twelve of the issue, by the topic that people choose.
OF_THE_ISSUE = {
    "new order": Topic.NEW_ORDER,
    "deadline near": Topic.DEADLINE,
    "low stock": Topic.LOW_STOCK,
    "listing error": Topic.LISTING_ERROR,
    "price quarantine": Topic.PRICE_QUARANTINE,
    "review or question": Topic.REVIEW,
    "sync trouble": Topic.SYNC_TROUBLE,
    "key expiring": Topic.KEY_EXPIRING,
    "approval": Topic.APPROVAL,
    "chat": Topic.CHAT,
    "report ready": Topic.REPORT_READY,
    "remote access": Topic.REMOTE_ACCESS,
}
# They tell of rooms that are not built yet: docs/telegram.md says where each comes.
LATER = {"remote access"}
# Mailed to somebody without an account; its words are in test_invitations.
KINDS_TOLD = [name for name in KINDS if name != "invited"]


def words_for(kind: str) -> dict[str, str]:
    """Something of ours for every place of its sentences."""
    places = Places()
    with translation.override("en"):
        KINDS[kind].worded(places)
    return {name: f"{name}-7" for name in places}


@pytest.fixture
def reader(partner, telegram):
    partner.owner.email = "reader@example.uz"
    partner.owner.save()
    link(partner.owner)
    return partner.owner


def tell(reader, partner, kind: str, mode: str) -> None:
    wish = {"at_once": "at_once", "digest": "digest"}[mode]
    if KINDS[kind].topic != "account":
        topic = KINDS[kind].topic
        wishes = {(topic, "email"): wish, (topic, "telegram"): wish}
        choices.choose(user=reader, wishes=wishes, runs_it=True)
    data = words_for(kind) | {"day": "2026-11-25"}
    notices.notify(users=[reader], partner=partner, kind=kind, data=data, url="/login", dedupe=kind)


def in_the_app(client, reader, language) -> str:
    """What stands on their page, and on those behind it."""
    client.force_login(reader)
    client.cookies["django_language"] = language
    pages, url = [], "/partner-dashboard/notifications/"
    while url:
        page = client.get(url)
        pages.append(unescape(page.content.decode()))
        before = page.context["page"].before
        url = before and f"/partner-dashboard/notifications/?before={before}"
    return "".join(pages)


def test_none_of_the_issue_is_missing():
    told = {kind.topic for kind in KINDS.values()}
    assert {name for name, topic in OF_THE_ISSUE.items() if topic not in told} == LATER
    assert set(Topic) - set(OF_THE_ISSUE.values()) <= told
    page = (settings.BASE_DIR / "docs/telegram.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", page, re.M)
    assert dict(rows).keys() >= OF_THE_ISSUE.keys()
    assert {name for name, when in rows if when.startswith("not yet")} == LATER


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_arrives_by_every_channel(client, reader, partner, telegram, letters, language):
    reader.language = language
    reader.save()
    for kind in KINDS_TOLD:
        tell(reader, partner, kind, "at_once")
    sent = {"email": 0, "telegram": 0}
    for channel in sent:
        while now := deliveries.send_due(channel):
            sent[channel] += now
    # A key goes one way only.
    assert sent == {"email": len(KINDS_TOLD), "telegram": len(KINDS_TOLD) - 1}
    app = in_the_app(client, reader, language)
    for kind in KINDS_TOLD:
        notice = Notification.objects.get(kind=kind)
        with translation.override(language):
            title, _text = KINDS[kind].worded(notice.data)
        assert [1 for letter in letters if letter["Subject"].strip() == title], kind
        assert KINDS[kind].is_key or [1 for t in telegram.said_to(CHAT) if title in t], kind
        assert app.count(f"<strong>{title}</strong>") == 1, kind
    assert len(letters) == len(KINDS_TOLD)
    assert {letter["To"] for letter in letters} == {"reader@example.uz"}
    for letter in letters:
        is_of_security = "List-Unsubscribe" not in letter
        stop = re.search(r"/unsubscribe/", letter.get_content())
        assert is_of_security == (stop is None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_in_the_evening_is_one_message_each(reader, partner, telegram, letters, language):
    reader.language = language
    reader.save()
    for kind in KINDS_TOLD:
        tell(reader, partner, kind, "digest")
    Delivery.objects.filter(state="digest").update(due_at="2026-01-01T00:00:00Z")
    waited = Delivery.objects.filter(state="digest", channel="email").count()
    assert digests.send(reader.pk, "email") and digests.send(reader.pk, "telegram")
    (letter,) = letters
    assert str(waited) in letter["Subject"]
    assert letter.get_content().count("\n* ") == waited
    assert len(telegram.said_to(CHAT)) == 1
    caches["guard"].clear()


def test_a_name_in_another_direction_and_without_width_stays_in_its_place(
    partner, telegram, letters
):
    user = factories.make_user(first_name="\u202eazizA\u200b", language="en")
    Member.objects.create(partner=partner, user=user, role="viewer")
    link(user, CHAT + 9)
    data = {"company": "\u202eYulduz\u200b", "reason": "\u2066x"}
    notices.notify(users=[user], partner=partner, kind="rejected", data=data, url="", dedupe="x")
    assert deliveries.send_due("email") == deliveries.send_due("telegram") == 1
    assert letters[0]["Subject"].strip() == "Your application is rejected"
