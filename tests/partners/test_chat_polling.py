"""A page asks for news: one query where there is none, and nothing is passed over."""

import re
import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.models import ChatRead
from tests import factories
from tests.partners.talking import NEWS, a_colleague, partner_says, room_of, staff_says

pytestmark = pytest.mark.django_db
ROOMS, SECONDS_BETWEEN = 200, 30
# Of one core, as the issue has it. Processor time is counted, so neighbours hardly change it: 3.0 %
# on a quiet machine, 3.1 % beside three busy loops on two processors.
SHARE = 0.05
# What every request of somebody who is signed in asks: the session, the person.
LOGIN = 2


@pytest.fixture
def client():
    """The script of the page; who opens the address by hand is led to the page."""
    return Client(headers={"HX-Request": "true"})


def asked(client, url: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(database) as queries:
        answer = client.get(url, HTTP_HX_REQUEST="true")
    return answer.status_code, [query["sql"] for query in queries]


def test_a_poll_without_news_takes_one_query(client, partner, staff):
    last = staff_says(partner, staff)
    for user, news in ((partner.owner, NEWS), (staff, f"{room_of(partner)}news/")):
        client.force_login(user)
        client.get(f"{news}?after={last.pk}")
        status, queries = asked(client, f"{news}?after={last.pk}")
        assert (status, len(queries)) == (204, LOGIN + 1), queries


def test_a_colleague_is_asked_for_the_right_besides(client, partner):
    colleague = a_colleague()
    last = partner_says(partner)
    client.force_login(colleague)
    news = f"{room_of(partner)}news/?after={last.pk}"
    client.get(news)
    status, queries = asked(client, news)
    assert (status, len(queries)) == (204, LOGIN + 2)
    assert sum("auth_permission" in query for query in queries) == 1


def test_news_come_once_and_in_order(client, partner, staff):
    said = [staff_says(partner, staff, f"{n}-gap.") for n in range(5)]
    client.force_login(partner.owner)
    page = client.get(f"{NEWS}?after={said[1].pk}").content.decode()
    assert re.findall(r"(\d)-gap\.", page) == ["2", "3", "4"]
    assert "<html" not in page
    assert client.get(f"{NEWS}?after={said[4].pk}").status_code == 204


def test_more_than_one_handful_is_handed_over_bit_by_bit(client, partner, staff, monkeypatch):
    monkeypatch.setattr("partners.views.chat.AT_ONCE", 2)
    for n in range(5):
        staff_says(partner, staff, f"{n}-gap.")
    client.force_login(partner.owner)
    after, came = 0, []
    while (answer := client.get(f"{NEWS}?after={after}")).status_code == 200:
        page = answer.content.decode()
        after = re.findall(r'data-pk="(\d+)"', page)[-1]
        came += re.findall(r"(\d)-gap\.", page)
    assert came == list("01234")


def test_only_what_a_page_has_drawn_is_read(client, partner, staff):
    """An answer that was lost on its way has read nothing."""
    said = staff_says(partner, staff)
    client.force_login(partner.owner)
    client.get(f"{NEWS}?after=0")
    assert not ChatRead.objects.exists()
    client.get(f"{NEWS}?after={said.pk}")
    assert ChatRead.objects.get().up_to == said.pk


def test_the_other_sides_mark_comes_with_every_answer(client, partner, staff):
    said = staff_says(partner, staff)
    client.force_login(staff)
    news = f"{room_of(partner)}news/?after={said.pk}"
    assert client.get(news)["Chat-Read"] == "0"
    client.force_login(partner.owner)
    client.get(f"{NEWS}?after={said.pk}")
    client.force_login(staff)
    assert client.get(news)["Chat-Read"] == str(said.pk)


@pytest.mark.parametrize("after", ["", "x", "-1", "1' OR 1", "9" * 30, "9" * 18])
def test_nonsense_for_a_number_is_no_error(client, partner, staff, after):
    staff_says(partner, staff)
    client.force_login(partner.owner)
    assert client.get(NEWS, {"after": after}).status_code in (200, 204)


def test_who_is_signed_out_is_led_to_the_login(client):
    assert client.get(NEWS).status_code == 302


def busy_seconds(pages) -> float:
    began = time.process_time()
    for client, url in pages:
        client.get(url, HTTP_HX_REQUEST="true")
    return time.process_time() - began


@pytest.mark.timing
def test_two_hundred_open_rooms_are_a_small_share_of_a_core(staff):
    """In silence a page asks every 30 s; what one round of all of them costs, printed with -s."""
    pages = []
    for _room in range(ROOMS):
        partner = factories.make_partner()
        client = Client()
        client.force_login(partner.owner)
        assert SESSION_KEY in client.session
        pages.append((client, f"{NEWS}?after={staff_says(partner, staff).pk}"))
    # The first time each of them notes that it is read.
    busy_seconds(pages)
    counted = {(status, len(queries)) for status, queries in (asked(*page) for page in pages)}
    assert counted == {(204, LOGIN + 1)}
    # The quietest of three rounds: what else this machine does is none of its cost.
    busy = min(busy_seconds(pages) for _round in range(3))
    share = busy / SECONDS_BETWEEN
    print(  # noqa: T201
        f"\n{ROOMS} rooms: {LOGIN + 1} queries a poll, {LOGIN} of them the login's; "
        f"{busy / ROOMS * 1000:.1f} ms a poll, {share:.1%} of one core at one poll in "
        f"{SECONDS_BETWEEN} s, the test client's own work included"
    )
    assert share <= SHARE
