"""A partner opens a ticket, follows it until it is solved, and opens it again if it is not."""

import html
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from partners.models import AuditLog, Member, Notification, SupportTicket, TicketMessage
from partners.models.append_only import HistoryIsKept
from partners.services import tickets
from tests import factories

pytestmark = pytest.mark.django_db
TICKETS = "/partner-dashboard/support/tickets/"
NEW = TICKETS + "new/"
Status = SupportTicket.Status


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def asked(**more) -> dict:
    return {
        "subject": "Etiketka chiqmayapti",
        "category": "technical",
        "priority": "high",
        "text": "Ikki kundan beri",
        "client_id": uuid.uuid4(),
    } | more


def typed(text="Javob", **more) -> dict:
    return {"text": text, "client_id": uuid.uuid4()} | more


def ours(ticket, staff, text="Koʻrib chiqamiz", **more) -> TicketMessage:
    return tickets.answer(
        ticket=ticket, by=staff, is_from_staff=True, text=text, client_id=uuid.uuid4(), **more
    )


def moved(ticket, staff, status: str) -> SupportTicket:
    ticket.refresh_from_db()
    tickets.change(
        ticket=ticket,
        by=staff,
        revision=ticket.revision,
        status=status,
        priority=ticket.priority,
        assigned=ticket.assigned,
    )
    ticket.refresh_from_db()
    return ticket


def page_of(client, ticket) -> str:
    return client.get(f"{TICKETS}{ticket.pk}/").content.decode()


def told(user, kind: str) -> int:
    return Notification.objects.filter(user=user, kind=kind).count()


def test_what_is_asked_becomes_a_ticket_with_its_first_message(partner_client, staff):
    answer = partner_client.post(NEW, asked(), follow=True)
    page = answer.content.decode()
    ticket = SupportTicket.objects.get()
    assert answer.request["PATH_INFO"] == f"{TICKETS}{ticket.pk}/"
    for words in ("Etiketka chiqmayapti", "Ikki kundan beri", "Technical", "High", "Open"):
        assert words in page
    assert told(staff, "ticket_opened") == 1
    assert "Etiketka chiqmayapti" in partner_client.get(TICKETS).content.decode()


def test_the_same_form_sent_twice_is_one_ticket_and_one_answer(partner_client, staff):
    once, word = asked(), typed()
    for _again in range(3):
        partner_client.post(NEW, once)
    ticket = SupportTicket.objects.get()
    for _again in range(3):
        partner_client.post(f"{TICKETS}{ticket.pk}/", word)
    assert [one.text for one in TicketMessage.objects.order_by("pk")] == [once["text"], "Javob"]
    assert (told(staff, "ticket_opened"), told(staff, "ticket_partner_answered")) == (1, 1)


def test_other_words_under_an_old_number_are_another_ticket(partner_client):
    once = asked()
    partner_client.post(NEW, once)
    partner_client.post(NEW, once | {"subject": "Boshqa gap"})
    assert SupportTicket.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"subject": " \u200b "}, "Write what it is about"),
        ({"subject": "x" * 121}, "at most 120"),
        ({"category": "magic"}, "magic"),
        ({"category": ""}, "required"),
        ({"priority": "x"}, "Select a valid choice"),
        ({"text": " "}, "Write something, or choose a file."),
        ({"request_code": "<b>"}, "A code has only Latin letters"),
        ({"request_code": "a" * 33}, "at most 32"),
        ({"client_id": "x"}, "UUID"),
        ({"attachment": SimpleUploadedFile("a.txt", b"MZ\x90\0\3")}, "is not taken"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_the_rest_stays(partner_client, wrong, words):
    answer = partner_client.post(NEW, asked(text="Yozganim turadi") | wrong)
    page = answer.content.decode()
    assert (answer.status_code, words in page) == (422, True)
    assert "Yozganim turadi" in page or "text" in wrong
    assert not SupportTicket.objects.exists()


@pytest.mark.parametrize(
    ("state", "role", "may"),
    [
        *[("approved", role, role != "viewer") for role in Member.Role.values],
        *[("pending", role, role == "owner") for role in Member.Role.values],
    ],
)
def test_a_viewer_reads_and_does_not_write(client, state, role, may):
    partner = factories.make_partner(state=state, role=role)
    ticket = factories.make_ticket(partner)
    client.force_login(partner.owner)
    assert (NEW in client.get(TICKETS).content.decode()) is may
    page = page_of(client, ticket)
    assert ('name="client_id"' in page, "You may read here" in page) == (may, not may)
    assert client.post(f"{TICKETS}{ticket.pk}/", typed()).status_code == (302 if may else 403)
    assert client.post(NEW, asked()).status_code == (302 if may else 403)
    assert client.get(NEW).status_code == (200 if may else 403)


def test_the_first_answer_is_measured_and_takes_it_into_work(partner_client, partner, staff):
    ticket = factories.make_ticket(partner)
    ours(ticket, staff, "Eslatma", is_private=True)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_answer_at) == (Status.OPEN, None)
    first = ours(ticket, staff)
    ours(ticket, staff, "Yana")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_answer_at) == (Status.IN_PROGRESS, first.created_at)
    assert "after 0 min" in page_of(partner_client, ticket)
    assert told(partner.owner, "ticket_answered") == 2


def test_a_private_note_is_in_no_byte_a_partner_gets(partner_client, partner, staff):
    ticket = factories.make_ticket(partner)
    note = ours(ticket, staff, "maxfiy-eslatma", is_private=True)
    for path in (
        *(f"{TICKETS}{ticket.pk}/", f"{TICKETS}{ticket.pk}/?before={note.pk + 1}", TICKETS),
        *("/partner-dashboard/notifications/", f"{TICKETS}files/{note.pk}/"),
    ):
        assert "maxfiy" not in partner_client.get(path).content.decode()
    assert f"№ {ticket.pk}" not in partner_client.get(f"{TICKETS}?q=maxfiy").content.decode()
    partner_client.post(f"{TICKETS}{ticket.pk}/", typed(is_private="on"))
    assert TicketMessage.objects.filter(is_private=True).count() == 1


def test_an_answer_to_a_resolved_one_opens_it_again(partner_client, partner, staff):
    ticket = factories.make_ticket(partner)
    moved(ticket, staff, "resolved")
    assert ticket.resolved_at
    assert "the ticket opens again" in page_of(partner_client, ticket)
    partner_client.post(f"{TICKETS}{ticket.pk}/", typed("Hali ham"))
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolved_at, ticket.reopened) == (Status.OPEN, None, 1)
    assert ticket.waits_id == ticket.last_id
    assert (told(staff, "ticket_reopened"), told(partner.owner, "ticket_resolved")) == (1, 1)


def test_in_a_closed_one_a_new_ticket_is_offered(partner_client, partner, staff):
    ticket = moved(factories.make_ticket(partner), staff, "closed")
    page = page_of(partner_client, ticket)
    assert NEW in page
    assert 'name="client_id"' not in page
    answer = partner_client.post(f"{TICKETS}{ticket.pk}/", typed())
    assert (answer.status_code, TicketMessage.objects.count()) == (409, 1)
    assert told(partner.owner, "ticket_closed") == 1


def hidden(page: str, button: str) -> dict[str, str]:
    """The fields of the form that has this button."""
    form = page.partition(button)[0].rpartition("<form")[2]
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def test_an_answer_to_one_closed_meanwhile_is_kept_for_a_new_one(partner_client, partner, staff):
    ticket = moved(factories.make_ticket(partner), staff, "closed")
    words = 'Hali ham <chiqmayapti> "5"\nYordam bering'
    file = SimpleUploadedFile("narx.csv", b"a;b\n")
    page = partner_client.post(f"{TICKETS}{ticket.pk}/", typed(words, attachment=file)).content
    shown = page.decode()
    assert "Hali ham &lt;chiqmayapti&gt; &quot;5&quot;<br>Yordam bering" in shown
    assert "choose it again" in shown
    new = partner_client.post(NEW, hidden(shown, 'name="fill"') | {"fill": "1"})
    filled = new.context["form"]
    assert (new.status_code, filled.errors) == (200, {})
    for name in ("subject", "category", "priority"):
        assert filled[name].value() == getattr(ticket, name)
    assert filled["text"].value() == words
    assert SupportTicket.objects.count() == 1


def test_a_file_goes_along_and_comes_back_to_its_company_alone(client, partner, staff):
    client.force_login(partner.owner)
    client.post(NEW, asked(text="", attachment=SimpleUploadedFile("narx.csv", b"a;b\n")))
    said = TicketMessage.objects.get()
    path = f"{TICKETS}files/{said.pk}/"
    answer = client.get(path)
    assert answer["Content-Disposition"] == 'attachment; filename="narx.csv"'
    assert answer.content == b"a;b\n"
    client.force_login(factories.make_partner().owner)
    assert client.get(path).status_code == 404
    assert client.get(f"{TICKETS}{said.ticket_id}/").status_code == 404
    assert client.post(f"{TICKETS}{said.ticket_id}/", typed()).status_code == 404


def shown(client, **query) -> list[str]:
    return re.findall(r"<bdi>(\w+)</bdi></strong>", client.get(TICKETS, query).content.decode())


def test_the_list_is_narrowed_by_its_address(partner_client, partner, staff):
    colleague = factories.make_user()
    Member.objects.create(partner=partner, user=colleague, role="operator")
    first = factories.make_ticket(partner, subject="Yorliq", priority="urgent")
    factories.make_ticket(partner, subject="Toʻlov".replace("ʻ", ""), category="billing")
    factories.make_ticket(partner, subject="Karta", by=colleague, text="Чойнак rasmi")
    factories.make_ticket(subject="Begona")
    moved(first, staff, "resolved")
    assert shown(partner_client) == ["Karta", "Tolov", "Yorliq"]
    for query, found in (
        ({"status": "resolved"}, ["Yorliq"]),
        ({"priority": "urgent"}, ["Yorliq"]),
        ({"category": "billing"}, ["Tolov"]),
        ({"show": "mine"}, ["Tolov", "Yorliq"]),
        ({"q": "choynak"}, ["Karta"]),
        ({"q": f"№ {first.pk}"}, ["Yorliq"]),
        ({"q": "hech qayerda"}, []),
        (
            {"status": "x", "priority": "'", "before": "x", "show": "z"},
            ["Karta", "Tolov", "Yorliq"],
        ),
    ):
        assert shown(partner_client, **query) == found, query


def test_a_long_list_is_walked_page_by_page(partner_client, partner):
    for number in range(51):
        factories.make_ticket(partner, subject=f"T{number}")
    first = shown(partner_client)
    page = partner_client.get(TICKETS).content.decode()
    rest = shown(partner_client, before=re.search(r"before=(\d+)", page)[1])
    assert (len(first), rest) == (50, ["T0"])


def test_what_was_said_is_never_changed(partner):
    said = factories.make_ticket(partner).messages.get()
    said.text = "boshqacha"
    for change in (said.save, said.delete, TicketMessage.objects.all().delete):
        with pytest.raises(HistoryIsKept):
            change()


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "x"},
        {"priority": "x"},
        {"category": "x"},
        {"status": "resolved"},
        {"status": "closed", "waits_id": 0, "waits_since": None},
        {"waits_since": None},
    ],
)
def test_the_database_refuses_what_must_never_be(partner, wrong):
    ticket = factories.make_ticket(partner)
    with pytest.raises(DatabaseError, match=r"support_tickets_\w+"), transaction.atomic():
        SupportTicket.objects.filter(pk=ticket.pk).update(**wrong)


def test_opening_and_each_step_are_written_down(partner, staff):
    ticket = moved(factories.make_ticket(partner), staff, "resolved")
    rows = AuditLog.objects.filter(entity_id=str(ticket.pk), entity_type="supportticket")
    assert [row.action for row in rows.order_by("pk")] == ["TICKET_OPENED", "TICKET_CHANGED"]


def test_the_chat_leads_to_the_tickets_and_calls_nothing_needed_optional(partner_client):
    page = partner_client.get("/partner-dashboard/support/").content.decode()
    assert f'href="{TICKETS}"' in page
    assert re.search(r'<label for="id_text">Your message\s*</label>', page)
    assert re.search(r'<label for="id_attachment">File <span class="optional">', page)
