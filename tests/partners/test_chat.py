"""A partner and our people talk in one room; notes of ours stay ours."""

import re

import pytest
from django.contrib.auth import get_user
from django.db import DatabaseError, transaction
from django.test import RequestFactory

from partners.models import AuditLog, ChatMessage, ChatRead, ChatRoom, Member, Notification
from partners.models.append_only import HistoryIsKept
from partners.services import chat
from tests import factories
from tests.partners.talking import (
    AS_SCRIPT,
    NEWS,
    SUPPORT,
    a_colleague,
    partner_says,
    room_of,
    staff_says,
    typed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def unread_in_menu(client, path: str, label: str) -> str:
    page = client.get(path).content.decode()
    menu = re.search(r'<nav class="side nav".*?</nav>', page, re.S)[0]
    return "".join(re.findall(rf'</svg>{label}<span class="count hot">(\d+)</span>', menu))


def test_what_is_sent_stands_in_the_room_of_both(partner_client, partner, staff):
    assert partner_client.post(SUPPORT, typed("Etiketka chiqmayapti")).status_code == 302
    assert "Etiketka chiqmayapti" in partner_client.get(SUPPORT).content.decode()
    partner_client.force_login(staff)
    assert "Etiketka chiqmayapti" in partner_client.get(room_of(partner)).content.decode()
    partner_client.post(room_of(partner), typed("Koʻrib chiqamiz"))
    partner_client.force_login(partner.owner)
    page = partner_client.get(SUPPORT).content.decode()
    assert "Koʻrib chiqamiz" in page and "Aziza · SellerCloudX" in page
    # A partner is told who answers by the first name alone.
    assert "Aziza Karimova · SellerCloudX" not in page


@pytest.mark.parametrize(
    ("state", "role", "may"),
    [
        *[("approved", role, role != "viewer") for role in Member.Role.values],
        *[("pending", role, role == "owner") for role in Member.Role.values],
        ("blocked", "owner", True),
        ("rejected", "owner", True),
        ("rejected", "operator", False),
    ],
)
def test_who_may_write(client, state, role, may):
    partner = factories.make_partner(state=state, role=role)
    client.force_login(partner.owner)
    page = client.get(SUPPORT)
    assert page.status_code == 200
    assert ("data-chat" in page.content.decode()) is may
    answer = client.post(SUPPORT, typed())
    assert answer.status_code == (302 if may else 403)
    assert ChatMessage.objects.exists() is may


def test_a_private_note_is_in_no_byte_a_partner_gets(client, partner, staff):
    staff_says(partner, staff, "Koʻrinadigan gap")
    note = staff_says(partner, staff, "maxfiy-eslatma", is_private=True)
    assert note.is_private
    client.force_login(partner.owner)
    for path in (
        *(SUPPORT, NEWS, f"{NEWS}?after=0", f"{SUPPORT}?q=maxfiy-eslatma", f"{SUPPORT}?q=eslatma"),
        *(f"{SUPPORT}?before={note.pk + 1}", "/partner-dashboard/notifications/"),
        f"{SUPPORT}files/{note.pk}/",
    ):
        answer = client.get(path, **AS_SCRIPT)
        # The search quotes what was typed into it.
        shown = answer.content.decode().replace("q=maxfiy-eslatma", "")
        found = re.sub(r'value="[^"]*"|“[^”]*”', "", shown)
        assert "maxfiy-eslatma" not in found, path
    assert client.get(f"{NEWS}?after={note.pk - 1}", **AS_SCRIPT).status_code == 204
    assert partner.owner.notifications.filter(data__icontains="maxfiy").count() == 0
    client.force_login(staff)
    assert "maxfiy-eslatma" in client.get(room_of(partner)).content.decode()


def test_a_partner_cannot_make_a_message_private(partner_client, partner):
    partner_client.post(SUPPORT, typed(is_private="on"))
    assert not ChatMessage.objects.get().is_private


def test_a_message_sent_twice_is_one(partner_client, partner):
    once = typed("Bir marta")
    for _again in range(3):
        partner_client.post(SUPPORT, once)
        assert partner_client.post(SUPPORT, once, **AS_SCRIPT).status_code == 204
    assert ChatMessage.objects.count() == 1


def test_other_words_under_an_old_number_are_another_message(partner_client, partner):
    """The browser went Back, and its form came back with the number it had."""
    first = typed("Birinchi")
    for said in (first, first | {"text": "Ikkinchi"}, first | {"text": "Ikkinchi"}):
        partner_client.post(SUPPORT, said)
    assert [one.text for one in ChatMessage.objects.order_by("pk")] == ["Birinchi", "Ikkinchi"]


def test_a_number_of_somebody_else_is_nobodys_business(partner, staff, client):
    said = typed("Salom")
    for user, path in ((partner.owner, SUPPORT), (staff, room_of(partner))):
        client.force_login(user)
        client.post(path, said)
    assert ChatMessage.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "\n\n"])
def test_nothing_is_no_message(partner_client, text):
    answer = partner_client.post(SUPPORT, typed(text))
    assert answer.status_code == 422
    assert "Write something, or choose a file." in answer.content.decode()
    assert not ChatMessage.objects.exists()


def test_what_was_typed_comes_back_with_the_reason(partner_client):
    words = "Uzoq yozilgan gap " * 300
    answer = partner_client.post(SUPPORT, typed(words))
    assert answer.status_code == 422
    assert words.strip() in answer.content.decode()
    said = partner_client.post(SUPPORT, typed(words), **AS_SCRIPT)
    assert (said.status_code, said["Content-Type"]) == (422, "text/plain; charset=utf-8")


def test_signs_that_turn_or_hide_the_rest_are_taken_out(partner_client):
    partner_client.post(SUPPORT, typed("to\u202elov\u200b 👩\u200d💻\r\nikki"))
    assert ChatMessage.objects.get().text == "tolov 👩\u200d💻\nikki"


def test_markup_stays_text(partner_client):
    partner_client.post(SUPPORT, typed("<script>alert(1)</script>"))
    page = partner_client.get(SUPPORT).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_messages_are_never_changed(partner):
    said = partner_says(partner)
    said.text = "boshqacha"
    for change in (said.save, said.delete, ChatMessage.objects.all().delete):
        with pytest.raises(HistoryIsKept):
            change()


def test_the_database_refuses_a_note_of_a_partner_and_an_empty_message(partner):
    for wrong in ({"is_private": True, "text": "x"}, {"is_private": False, "text": ""}):
        said = ChatMessage(
            partner=partner,
            author=partner.owner,
            is_from_staff=False,
            client_id="0" * 32,
            **wrong,
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            said.save()


def test_too_many_within_a_minute_are_refused_in_words(partner_client, monkeypatch):
    monkeypatch.setattr("partners.limits.MESSAGES_BY_PERSON", "2/m")
    answers = [partner_client.post(SUPPORT, typed(str(n)), **AS_SCRIPT) for n in range(3)]
    assert [one.status_code for one in answers] == [204, 204, 429]
    assert "Too many messages" in answers[2].content.decode()


def test_unread_ones_stand_in_the_menu_of_each_side(client, partner, staff):
    for n in range(3):
        staff_says(partner, staff, f"{n}")
    staff_says(partner, staff, "eslatma", is_private=True)
    other = factories.make_partner()
    partner_says(other)
    client.force_login(partner.owner)
    assert unread_in_menu(client, "/partner-dashboard/team/", "Support") == "3"
    client.get(SUPPORT)
    assert unread_in_menu(client, "/partner-dashboard/team/", "Support") == ""
    client.force_login(staff)
    assert unread_in_menu(client, "/admin-panel/", "Chat") == "1"
    client.get(room_of(other))
    assert unread_in_menu(client, "/admin-panel/", "Chat") == ""


def test_a_talk_a_colleague_has_taken_is_unread_for_them_alone(client, partner, staff):
    colleague = a_colleague()
    partner_says(partner)
    chat.assign(partner=partner, to=colleague, by=staff)
    counted = []
    for user in (staff, colleague):
        client.force_login(user)
        request = RequestFactory().get("/")
        request.session = client.session
        counted.append(get_user(request).unread_rooms)
    assert counted == [0, 1]


def test_each_person_has_a_read_mark_of_their_own(client, partner, staff):
    second = factories.make_user()
    Member.objects.create(partner=partner, user=second, role="viewer")
    said = staff_says(partner, staff)
    client.force_login(second)
    client.get(SUPPORT)
    assert list(ChatRead.objects.values_list("user", "up_to")) == [(second.pk, said.pk)]
    client.force_login(partner.owner)
    assert unread_in_menu(client, "/partner-dashboard/team/", "Support") == "1"
    client.force_login(staff)
    line = client.get(room_of(partner)).content.decode()
    assert "<span data-mark>" in line and "data-mark hidden" not in line


def test_a_mark_never_goes_back_nor_beyond_what_was_said(client, partner, staff):
    said = [staff_says(partner, staff, str(n)) for n in range(3)]
    client.force_login(partner.owner)
    for after in (said[1].pk, said[0].pk, 10**17):
        client.get(f"{NEWS}?after={after}", **AS_SCRIPT)
        room = ChatRoom.objects.get()
        assert said[1].pk <= room.partner_read_id <= said[2].pk
    assert ChatRead.objects.get().up_to == said[2].pk


def told(user, kind: str) -> int:
    return Notification.objects.filter(user=user, kind=kind).count()


def test_who_answers_is_told_and_nobody_else(partner, staff):
    colleague, moderator = a_colleague(), factories.make_staff(is_superuser=False)
    partner_says(partner)
    assert [told(one, "chat_partner") for one in (staff, colleague, moderator)] == [1, 1, 0]
    other = factories.make_partner()
    chat.assign(partner=other, to=colleague, by=staff)
    partner_says(other)
    assert [told(one, "chat_partner") for one in (staff, colleague)] == [1, 2]


def test_assigning_is_written_down_once(staff_client, staff, partner):
    colleague = a_colleague()
    for _twice in range(2):
        staff_client.post(room_of(partner) + "assign/", {"assigned": colleague.pk})
    assert ChatRoom.objects.get().assigned == colleague
    assert AuditLog.objects.filter(action="CHAT_ASSIGNED").count() == 1
    staff_client.post(room_of(partner) + "assign/", {"assigned": partner.owner.pk})
    assert ChatRoom.objects.get().assigned == colleague
    staff_client.post(room_of(partner) + "assign/", {"assigned": ""})
    assert ChatRoom.objects.get().assigned is None


def test_the_list_begins_with_what_is_unread_and_is_searched_by_text_and_company(
    staff_client, staff
):
    read, unread, third = (
        factories.make_partner(company_name=name) for name in ("Choynak", "Piyola", "Lagan")
    )
    partner_says(unread, "Yorliq chiqmayapti")
    partner_says(read, "Narx haqida")
    staff_client.get(room_of(read))
    partner_says(third, "Qoldiq")
    page = staff_client.get("/admin-panel/chat/").content.decode()
    assert page.index("Lagan") < page.index("Piyola") < page.index("Choynak")
    for words, found in (("ярлик", []), ("yorliq", ["Piyola"]), ("чойнак", ["Choynak"])):
        page = staff_client.get("/admin-panel/chat/", {"q": words}).content.decode()
        names = [name for name in ("Choynak", "Piyola", "Lagan") if f"<bdi>{name}</bdi>" in page]
        assert names == found, words
    chat.assign(partner=read, to=staff, by=staff)
    page = staff_client.get("/admin-panel/chat/?show=mine").content.decode()
    assert "<bdi>Choynak</bdi>" in page and "<bdi>Piyola</bdi>" not in page


def test_words_are_found_in_the_room(partner_client, partner):
    for text in ("Narxni oʻzgartirdim", "Yorliq yoʻq", "Нарх тушди"):
        partner_says(partner, text)
    page = partner_client.get(SUPPORT, {"q": "narx"}).content.decode()
    assert "Narxni" in page and "Нарх" in page and "Yorliq yoʻq" not in page


def test_older_messages_are_a_page_away(partner_client, partner):
    for n in range(60):
        partner_says(partner, f"{n}-xabar.")
    first = partner_client.get(SUPPORT).content.decode()
    assert ">59-xabar." in first and ">9-xabar." not in first
    before = re.search(r"\?before=(\d+)", first)[1]
    older = partner_client.get(f"{SUPPORT}?before={before}").content.decode()
    assert ">9-xabar." in older and "data-talk" not in older


def test_a_ready_answer_is_written_changed_used_and_removed(staff_client, partner):
    base = "/admin-panel/chat/answers/"
    staff_client.post(base, {"title": "Salom", "text": "Assalomu alaykum!\nYordam beramiz."})
    page = staff_client.get(room_of(partner)).content.decode()
    link = re.search(r'href="\?(answer=\d+)#id_text"', page)[1]
    field = staff_client.get(f"{room_of(partner)}?{link}").content.decode()
    assert "Assalomu alaykum!\nYordam beramiz.</textarea>" in field
    one = f"{base}{link.removeprefix('answer=')}/"
    assert staff_client.post(one, {"title": "Salom", "text": ""}).status_code == 422
    staff_client.post(one, {"title": "Salom", "text": "Yangi"})
    assert "Yangi" in staff_client.get(base).content.decode()
    staff_client.post(one, {"remove": "1"})
    assert staff_client.get(one).status_code == 404
    actions = AuditLog.objects.filter(action__startswith="CANNED").order_by("pk")
    assert [row.action.rpartition("_")[2] for row in actions] == ["ADDED", "CHANGED", "REMOVED"]


def test_it_works_without_a_script(partner_client, partner, staff):
    """A form that posts, a page that shows it, and a link that loads it anew."""
    page = partner_client.get(SUPPORT).content.decode()
    number = re.search(r'name="client_id" value="([0-9a-f-]{36})"', page)[1]
    assert f'href="{SUPPORT}"' in page
    partner_client.post(SUPPORT, {"text": "Skriptsiz", "client_id": number}, follow=True)
    again = partner_client.get(SUPPORT).content.decode()
    assert "Skriptsiz" in again
    assert re.search(r'name="client_id" value="([0-9a-f-]{36})"', again)[1] != number
