"""Our people see what waits first, and two who decide at once do not overrule each other."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import AuditLog, Notification, SupportTicket, TicketMessage, User
from partners.services import tickets
from tests import factories
from tests.at_once import ROUNDS, at_once, twice_at_once
from tests.partners.talking import a_colleague
from tests.partners.test_tickets import TICKETS, moved, ours, typed

DESK = "/admin-panel/tickets/"


@pytest.fixture(autouse=True)
def _in_english(client):
    client.cookies["django_language"] = "en"


def shown(client, **query) -> list[str]:
    page = client.get(DESK, query).content.decode()
    return re.findall(r"<bdi>(\w+)</bdi></strong>", page)


def decided(ticket, **more) -> dict:
    now = {"status": ticket.status, "priority": ticket.priority, "revision": ticket.revision}
    return now | {"assigned": ticket.assigned_id or ""} | more


def warned(answer) -> str:
    return " ".join(str(one) for one in answer.context["messages"])


@pytest.mark.django_db
def test_what_waits_stands_first_the_oldest_before_all(staff_client, staff):
    made = {name: factories.make_ticket(subject=name) for name in ("Bir", "Ikki", "Uch", "Tort")}
    ours(made["Bir"], staff)
    ours(made["Uch"], staff)
    assert shown(staff_client) == ["Ikki", "Tort", "Uch", "Bir"]
    page = staff_client.get(DESK).content.decode()
    assert page.count("waits for an answer:") == 2
    tickets.answer(
        ticket=made["Bir"],
        by=made["Bir"].opened_by,
        is_from_staff=False,
        text="Yana",
        client_id=uuid.uuid4(),
    )
    assert shown(staff_client) == ["Ikki", "Tort", "Bir", "Uch"]


@pytest.mark.django_db
def test_pages_go_on_from_what_waits_to_the_rest(staff_client, staff, monkeypatch):
    monkeypatch.setattr(
        "sellercloudx.lib.keyset.newest_first.__kwdefaults__", {"size": 2, "by": ""}
    )
    made = [factories.make_ticket(subject=f"T{n}") for n in range(5)]
    ours(made[0], staff)
    seen, query = [], {}
    for _page in range(3):
        page = staff_client.get(DESK, query).context["page"]
        seen += [one.subject for one in page.rows]
        query = {"before": page.before}
    assert seen == ["T1", "T2", "T3", "T4", "T0"]


@pytest.mark.django_db
def test_the_list_is_narrowed_to_mine_and_nobodys_and_searched(staff_client, staff):
    mine = factories.make_ticket(factories.make_partner(company_name="Choynak"), subject="Meniki")
    factories.make_ticket(subject="Hechkimniki", priority="urgent")
    note = ours(mine, staff, "faqat-ichkarida", is_private=True)
    tickets.change(ticket=mine, by=staff, revision=1, status="open", priority="low", assigned=staff)
    for query, found in (
        ({"show": "mine"}, ["Meniki"]),
        ({"show": "free"}, ["Hechkimniki"]),
        ({"priority": "urgent"}, ["Hechkimniki"]),
        ({"q": "чойнак"}, ["Meniki"]),
        ({"q": note.text}, ["Meniki"]),
        ({"status": "closed"}, []),
    ):
        assert shown(staff_client, **query) == found, query


@pytest.mark.django_db
def test_an_answer_a_note_and_a_decision_from_the_page(staff_client, staff, partner):
    ticket, colleague = factories.make_ticket(partner), a_colleague()
    page = f"{DESK}{ticket.pk}/"
    staff_client.post(page, typed("Eslatma", is_private="on"))
    staff_client.post(page, typed("Tuzatdik"))
    html = staff_client.get(page).content.decode()
    assert "Private note" in html and "Tuzatdik" in html and "In progress" in html
    ticket.refresh_from_db()
    wanted = decided(ticket, status="resolved", priority="urgent", assigned=colleague.pk)
    assert "The ticket is changed." in warned(
        staff_client.post(page + "change/", wanted, follow=True)
    )
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.assigned) == ("resolved", "urgent", colleague)
    kinds = Notification.objects.filter(user__in=[partner.owner, colleague]).values_list("kind")
    assert sorted(kind for (kind,) in kinds) == [
        *("ticket_answered", "ticket_assigned", "ticket_resolved")
    ]


@pytest.mark.django_db
def test_of_two_decisions_the_second_is_told(staff_client, staff, partner):
    ticket = factories.make_ticket(partner)
    as_seen = decided(ticket)
    moved(ticket, a_colleague(), "resolved")
    path = f"{DESK}{ticket.pk}/change/"
    answer = staff_client.post(path, as_seen | {"status": "closed"}, follow=True)
    assert "Somebody has changed this ticket meanwhile" in warned(answer)
    # The same decision again is no quarrel.
    answer = staff_client.post(path, as_seen | {"status": "resolved"}, follow=True)
    assert warned(answer) == ""
    assert SupportTicket.objects.get().status == "resolved"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "x"},
        {"priority": ""},
        {"revision": "x"},
        {"revision": "9" * 30},
        {"assigned": "10000000000000000000000"},
        {"assigned": "partner"},
    ],
)
def test_nonsense_changes_nothing(staff_client, partner, wrong):
    ticket = factories.make_ticket(partner)
    if wrong.get("assigned") == "partner":
        wrong = {"assigned": partner.owner.pk}
    answer = staff_client.post(f"{DESK}{ticket.pk}/change/", decided(ticket, **wrong), follow=True)
    assert "Nothing was changed" in warned(answer)
    assert SupportTicket.objects.get().revision == 1


@pytest.mark.django_db
@pytest.mark.parametrize("before", ["open", "in_progress"])
def test_closed_straight_away_it_took_until_then(staff, partner, before):
    ticket = factories.make_ticket(partner)
    if before != "open":
        ticket = moved(ticket, staff, before)
    ticket = moved(ticket, staff, "closed")
    assert ticket.resolved_at == ticket.closed_at


def test_closed_after_it_was_resolved_it_keeps_that_time(staff, partner):
    resolved = moved(factories.make_ticket(partner), staff, "resolved")
    assert moved(resolved, staff, "closed").resolved_at == resolved.resolved_at


def test_what_is_closed_takes_a_note_and_goes_nowhere(staff_client, staff, partner):
    ticket = moved(factories.make_ticket(partner), staff, "closed")
    page = f"{DESK}{ticket.pk}/"
    assert staff_client.post(page, typed()).status_code == 409
    assert staff_client.post(page, typed(is_private="on")).status_code == 302
    answer = staff_client.post(page + "change/", decided(ticket, status="open"), follow=True)
    assert "does not go" in warned(answer)


@pytest.mark.django_db
def test_who_answers_is_told_and_nobody_else(partner, staff):
    ticket, colleague = factories.make_ticket(partner), a_colleague()
    tickets.change(
        ticket=ticket, by=staff, revision=1, status="open", priority="low", assigned=colleague
    )
    tickets.answer(
        ticket=ticket, by=partner.owner, is_from_staff=False, text="x", client_id=uuid.uuid4()
    )
    told = Notification.objects.filter(kind="ticket_partner_answered")
    assert [notice.user for notice in told] == [colleague]


@pytest.mark.django_db
@pytest.mark.parametrize("lost", ["account", "right"])
def test_who_may_not_answer_any_more_is_not_the_only_one_told(partner, staff, lost):
    ticket, colleague = factories.make_ticket(partner), a_colleague()
    SupportTicket.objects.update(assigned=colleague)
    if lost == "account":
        User.objects.filter(pk=colleague.pk).update(is_active=False)
    else:
        colleague.groups.clear()
    said = {"text": "x", "client_id": uuid.uuid4()}
    tickets.answer(ticket=ticket, by=partner.owner, is_from_staff=False, **said)
    told = Notification.objects.filter(kind="ticket_partner_answered")
    assert [notice.user for notice in told] == [staff]


@pytest.mark.django_db
def test_an_answer_that_nobody_has_read_is_not_resolved_away(staff_client, partner):
    ticket = factories.make_ticket(partner)
    as_seen = decided(ticket, status="resolved")
    said = {"text": "Hali ham chiqmayapti", "client_id": uuid.uuid4()}
    tickets.answer(ticket=ticket, by=partner.owner, is_from_staff=False, **said)
    answer = staff_client.post(f"{DESK}{ticket.pk}/change/", as_seen, follow=True)
    assert "Somebody has changed this ticket meanwhile" in warned(answer)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waits_id > 0) == ("open", True)


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_one_decision_holds_and_one_ticket_is_made(partner, staff):
    for _round in range(ROUNDS):
        submission = uuid.uuid4()
        made = twice_at_once(lambda key=submission: factories.make_ticket(partner, client_id=key))
        assert made[0].pk == made[1].pk
        ticket, word = made[0], uuid.uuid4()

        def decide(status, ticket=ticket):
            about = {"priority": "low", "assigned": None}
            return tickets.change(ticket=ticket, by=staff, revision=1, status=status, **about)

        came = at_once(lambda: decide("resolved"), lambda: decide("closed"))
        assert sorted(map(repr, came)) == ["ChangedMeanwhile()", "True"]
        note = {"text": "x", "client_id": word, "is_private": True, "is_from_staff": True}
        said = twice_at_once(
            lambda ticket=ticket, note=note: tickets.answer(ticket=ticket, by=staff, **note)
        )
        assert said[0].pk == said[1].pk
    assert SupportTicket.objects.count() == ROUNDS
    assert TicketMessage.objects.count() == 2 * ROUNDS
    assert AuditLog.objects.filter(action="TICKET_CHANGED").count() == ROUNDS


@pytest.mark.django_db(transaction=True)
def test_an_answer_to_what_is_closed_at_the_same_moment_is_not_lost_in_it(partner, staff):
    """Either it came before and whoever decides is told, or its author is; never both."""
    for _round in range(ROUNDS):
        ticket = factories.make_ticket(partner)
        about = {"revision": 1, "status": "closed", "priority": "medium", "assigned": None}
        said = {"is_from_staff": False, "text": "x", "client_id": uuid.uuid4()}
        answered, closed = at_once(
            lambda ticket=ticket, said=said: tickets.answer(
                ticket=ticket, by=partner.owner, **said
            ),
            lambda ticket=ticket, about=about: tickets.change(ticket=ticket, by=staff, **about),
        )
        ticket.refresh_from_db()
        if isinstance(answered, tickets.TicketClosed):
            assert (closed, ticket.status, ticket.messages.count()) == (True, "closed", 1)
        else:
            assert isinstance(closed, tickets.ChangedMeanwhile)
            assert (ticket.status, ticket.messages.count()) == ("open", 2)


@pytest.mark.django_db
def test_a_page_takes_as_many_queries_with_many_rows(client, staff, partner):
    def queries(user, path) -> int:
        # What they are told of other tickets is no matter of this page.
        Notification.objects.update(read_at=timezone.now())
        client.force_login(user)
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    ticket = factories.make_ticket(partner)
    pages = [
        *((staff, DESK), (staff, f"{DESK}{ticket.pk}/")),
        *((partner.owner, TICKETS), (partner.owner, f"{TICKETS}{ticket.pk}/")),
    ]
    few = [queries(*page) for page in pages]
    for number in range(12):
        factories.make_ticket(partner, subject=f"T{number}")
        ours(ticket, a_colleague(), f"{number}")
    assert [queries(*page) for page in pages] == few
    assert max(few) <= 8
