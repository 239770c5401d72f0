"""In a talk that goes on nobody is left unaware, and a burst is one notice."""

import pytest

from partners.models import ChatRoom, Notification
from partners.services import chat
from tests import factories
from tests.partners.talking import a_colleague, partner_says, staff_says
from tests.partners.telling import at

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[str]:
    notices = Notification.objects.filter(kind=kind).order_by("pk")
    return [notice.data["text"] for notice in notices]


def read(partner, user, *, is_staff: bool) -> None:
    room = chat.glance(partner.pk, user)
    chat.mark_read(room=room, user=user, is_staff=is_staff, up_to=room.last_id)


def test_each_answer_of_a_talk_is_told(partner, staff):
    with at("10:00"):
        partner_says(partner, "Savol 1")
    with at("10:02"):
        staff_says(partner, staff, "Javob 1")
    with at("10:05"):
        partner_says(partner, "Savol 2")
    with at("10:12"):
        staff_says(partner, staff, "Javob 2")
    with at("10:20"):
        partner_says(partner, "Savol 3")
    with at("10:26"):
        staff_says(partner, staff, "Javob 3")
    assert told("chat_partner") == ["Savol 1", "Savol 2", "Savol 3"]
    assert told("chat") == ["Javob 1", "Javob 2", "Javob 3"]


def test_what_is_read_in_its_room_is_told_no_more(partner, staff):
    staff_says(partner, staff, "Javob")
    notice = Notification.objects.get(kind="chat")
    waiting = notice.deliveries.get(channel="email")
    waiting.state, waiting.due_at = "digest", waiting.due_at or notice.created_at
    waiting.save()
    read(partner, partner.owner, is_staff=False)
    notice.refresh_from_db()
    waiting.refresh_from_db()
    assert notice.read_at
    assert waiting.state == "off"


def test_what_is_read_in_its_ticket_is_told_no_more(client, partner, staff):
    ticket = factories.make_ticket(partner)
    notice = Notification.objects.get(kind="ticket_opened", user=staff)
    client.force_login(staff)
    page = client.get(f"/admin-panel/tickets/{ticket.pk}/")
    sections = {one["url"]: one["count"] for one in page.context["nav"]}
    assert sections["/admin-panel/tickets/"] == 1
    assert not page.context["is_news_in_more"]
    notice.refresh_from_db()
    assert notice.read_at


def test_a_burst_is_one_notice(partner, staff):
    with at("10:00"):
        partner_says(partner, "Salom")
        partner_says(partner, "Bir savol bor")
    with at("10:14"):
        partner_says(partner, "Shu haqida")
    assert told("chat_partner") == ["Salom"]


def test_what_comes_after_the_notice_was_read_is_told(partner, staff):
    with at("10:00"):
        staff_says(partner, staff, "Bir")
    read(partner, partner.owner, is_staff=False)
    with at("10:01"):
        staff_says(partner, staff, "Ikki")
        staff_says(partner, staff, "Uch")
    assert told("chat") == ["Bir", "Ikki"]


def test_whoever_does_not_read_is_told_again_after_a_while(partner, staff):
    """Also of somebody who never pauses for long."""
    for minute in range(0, 40, 5):
        with at(f"10:{minute:02}"):
            partner_says(partner, f"{minute}")
    assert told("chat_partner") == ["0", "20"]


def test_a_note_among_ourselves_is_told_to_nobody_and_answers_nobody(partner, staff):
    with at("10:00"):
        partner_says(partner, "Bir")
    with at("10:01"):
        staff_says(partner, staff, "Kim javob beradi?", is_private=True)
        partner_says(partner, "Ikki")
    assert told("chat_partner") == ["Bir"]
    assert told("chat") == []


def test_whoever_takes_a_talk_over_hears_of_the_next_message(partner, staff):
    other = a_colleague()
    with at("10:00"):
        partner_says(partner, "Bir")
        chat.assign(partner=partner, to=other, by=staff)
        partner_says(partner, "Ikki")
    assert ChatRoom.objects.get(pk=partner.pk).assigned == other
    assert list(other.notifications.values_list("data__text", flat=True)) == ["Bir", "Ikki"]
