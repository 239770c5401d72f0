"""An open ticket asks for news as a room of the chat does: one query where there is none."""

import re

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from partners.models import CannedReply
from tests import factories
from tests.partners.talking import AS_SCRIPT, a_colleague
from tests.partners.test_chat_polling import LOGIN
from tests.partners.test_tickets import TICKETS, moved, ours, typed

pytestmark = pytest.mark.django_db
DESK = "/admin-panel/tickets/"


@pytest.fixture
def ticket(partner):
    return factories.make_ticket(partner, by=partner.owner)


def poll(client, base, ticket, after):
    return client.get(f"{base}{ticket.pk}/news/", {"after": after}, **AS_SCRIPT)


def sayings(answer) -> list[str]:
    return re.findall(r'<p dir="auto">(.*?)</p>', answer.content.decode())


@pytest.mark.parametrize(
    ("who", "base", "queries"),
    [("owner", TICKETS, 1), ("superuser", DESK, 1), ("colleague", DESK, 2)],
)
def test_a_poll_without_news_takes_one_query(client, ticket, staff, who, base, queries):
    """And one more for the right of a colleague, as on every page of theirs."""
    last = ours(ticket, staff)
    user = {"owner": ticket.opened_by, "superuser": staff, "colleague": a_colleague()}[who]
    client.force_login(user)
    poll(client, base, ticket, last.pk)
    with CaptureQueriesContext(database) as asked:
        answer = poll(client, base, ticket, last.pk)
    assert (answer.status_code, len(asked)) == (204, LOGIN + queries), asked.captured_queries


def test_news_come_once_and_in_order(partner_client, ticket, staff):
    said = [ours(ticket, staff, f"{number}") for number in range(4)]
    assert sayings(poll(partner_client, TICKETS, ticket, said[1].pk)) == ["2", "3"]
    assert poll(partner_client, TICKETS, ticket, said[3].pk).status_code == 204


def test_a_private_note_comes_to_our_side_alone(client, partner, ticket, staff):
    client.force_login(partner.owner)
    last = ours(ticket, staff, "Javob")
    ours(ticket, staff, "Sir", is_private=True)
    assert poll(client, TICKETS, ticket, last.pk).status_code == 204
    assert sayings(poll(client, TICKETS, ticket, 0))[-1] == "Javob"
    client.force_login(staff)
    assert sayings(poll(client, DESK, ticket, last.pk)) == ["Sir"]


def test_what_the_partner_answers_comes_to_our_side(client, partner, ticket, staff):
    last = ours(ticket, staff)
    client.force_login(partner.owner)
    client.post(f"{TICKETS}{ticket.pk}/", typed("Rahmat"))
    client.force_login(staff)
    assert sayings(poll(client, DESK, ticket, last.pk)) == ["Rahmat"]


def test_each_answer_says_how_the_ticket_stands(partner_client, ticket, staff):
    assert poll(partner_client, TICKETS, ticket, ticket.last_id)["Ticket-Status"] == "open"
    moved(ticket, staff, "resolved")
    answer = poll(partner_client, TICKETS, ticket, ticket.last_id)
    assert (answer.status_code, answer["Ticket-Status"]) == (204, "resolved")


@pytest.mark.parametrize("after", ["", "x", "-1", "1' OR 1", "9" * 30])
def test_nonsense_for_a_number_is_no_error(partner_client, ticket, after):
    assert poll(partner_client, TICKETS, ticket, after).status_code in (200, 204)


def test_anothers_ticket_is_not_there(client, ticket):
    client.force_login(factories.make_partner().owner)
    assert poll(client, TICKETS, ticket, 0).status_code == 404


def test_only_the_newest_page_asks(partner_client, partner, ticket, staff):
    page = partner_client.get(f"{TICKETS}{ticket.pk}/").content.decode()
    assert f'hx-get="{TICKETS}{ticket.pk}/news/"' in page and 'data-status="open"' in page
    last = ours(ticket, staff)
    older = partner_client.get(f"{TICKETS}{ticket.pk}/", {"before": last.pk}).content.decode()
    assert "data-talk" not in older


class TestReadyAnswers:
    def test_they_are_offered_and_put_into_the_field(self, staff_client, ticket):
        ready = CannedReply.objects.create(title="Etiketka", text="Qayta <b>chop</b> eting")
        page = staff_client.get(f"{DESK}{ticket.pk}/").content.decode()
        assert 'data-insert="Qayta &lt;b&gt;chop&lt;/b&gt; eting"' in page
        # Without a script it is a link to the same page with the words in the field.
        chosen = staff_client.get(f"{DESK}{ticket.pk}/", {"answer": ready.pk})
        assert chosen.context["form"]["text"].value() == ready.text

    def test_they_stay_beside_an_answer_that_was_refused(self, staff_client, ticket):
        CannedReply.objects.create(title="Etiketka", text="Qayta chop eting")
        page = staff_client.post(f"{DESK}{ticket.pk}/", typed(""))
        assert page.status_code == 422 and "Qayta chop eting" in page.content.decode()

    def test_a_partner_sees_none(self, partner_client, ticket):
        CannedReply.objects.create(title="Etiketka", text="Qayta chop eting")
        assert "Qayta chop" not in partner_client.get(f"{TICKETS}{ticket.pk}/").content.decode()
