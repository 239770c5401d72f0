"""Parts of pages: what htmx is given, and what somebody who opens the address by hand."""

import re
from pathlib import Path

import pytest
from django.urls import resolve, reverse

from partners.models import Partner
from tests import factories
from tests.permission_table import RULES, ask, names

pytestmark = pytest.mark.django_db
FRAGMENTS = {
    "products:shops": "products:detail",
    "partners:chat_news": "partners:chat",
    "partners:staff_chat_news": "partners:staff_chat_room",
    "partners:ticket_news": "partners:ticket",
    "partners:staff_ticket_news": "partners:staff_ticket",
}
# What a page asks for again by itself; the chat's script looks after its own part.
POLLED = ("products:shops", "products:listing", "partners:activity")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_every_page_that_asks_again_is_known():
    drawn = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    assert set(re.findall(r'hx-get="{% url "([^"]+)"', drawn)) == set(POLLED)


@pytest.mark.parametrize("name", POLLED)
@pytest.mark.parametrize("who", ["signed out", "removed from the team", "blocked"])
def test_whoever_may_not_see_it_any_more_gets_the_whole_page_anew(client, partner, name, who):
    address = reverse(name, kwargs=RULES[name].about(partner))
    client.force_login(partner.owner)
    by_htmx = {"HX-Request": "true"}
    assert client.get(address, headers=by_htmx).status_code == 200
    if who == "signed out":
        client.logout()
    elif who == "blocked":
        Partner.objects.filter(pk=partner.pk).update(state="blocked")
    else:
        partner.members.all().delete()
    answer = client.get(address, headers=by_htmx)
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")
    assert "HX-Request" in answer["Vary"]
    # The page itself leads on as ever.
    assert client.get(address).status_code == 302


def test_every_part_is_known(partner):
    """Of one without its mark tells tests/test_permissions.py, which opens each page by hand."""
    marked = {
        name
        for name in names()
        if hasattr(resolve(reverse(name, kwargs=RULES[name].about(partner))).func, "part_of")
    }
    assert marked == set(FRAGMENTS)


@pytest.mark.parametrize(("name", "page"), FRAGMENTS.items())
def test_by_hand_it_leads_to_its_page(client, partner, staff, name, page):
    client.force_login(staff if RULES[name].who == "staff" else partner.owner)
    address = RULES[name].about(partner)
    by_hand = client.get(reverse(name, kwargs=address))
    assert (by_hand.status_code, by_hand["Location"]) == (302, reverse(page, kwargs=address))
    assert by_hand["Vary"].count("HX-Request") == 1
    by_htmx = client.get(reverse(name, kwargs=address), headers={"HX-Request": "true"})
    assert by_htmx.status_code in (200, 204)
    assert b"<html" not in by_htmx.content


@pytest.mark.parametrize("name", ["products:shops", "partners:staff_chat_news"])
def test_a_stranger_is_refused_and_not_led_on(client, partner, name):
    client.force_login(factories.make_partner().owner)
    assert ask(client, name, "get", partner).status_code in (403, 404)
