"""A viewer is offered nothing that would be refused: no form, no button, no link to a form."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from orders.models import OrderLine
from partners.models import Member
from products.models import Listing
from sellercloudx.demo import scale
from tests import factories
from tests.permission_table import RULES, ask, parked

pytestmark = pytest.mark.django_db
Role = Member.Role
# What everybody may press: about themselves, not about the partner.
OWN = {
    reverse(name)
    for name in (
        "set_language",
        "set_theme",
        "partners:logout",
        "partners:switch",
        "partners:notifications",
        # Whoever may look may take along what they see.
        "products:export",
        "orders:export",
    )
}
PAGES = [n for n, rule in RULES.items() if rule.who == "partner" and "get" in rule.methods]
OPEN = [name for name in PAGES if RULES[name].to_look == Role.VIEWER]


class Offers(HTMLParser):
    """Where the forms of a page send, and where its links lead."""

    def __init__(self, page: str):
        super().__init__()
        self.posts, self.links = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form" and given.get("method", "").lower() == "post":
            self.posts.add(given.get("action", ""))
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.add(given["href"].partition("#")[0])


def a_busy_shop(role):
    """With something to press on every page, for those who may."""
    partner = factories.make_partner(role=role)
    connection = factories.make_connection(partner)
    scale.fill(connection=connection, owner=partner.owner, rows=5)
    OrderLine.objects.filter(order__partner=partner).update(product=None, stock="unlinked")
    Listing.objects.filter(partner=partner).update(state="review")
    factories.make_connection(partner, state="untested", account="")
    factories.make_product(partner)
    parked(partner)
    return partner


def offers(client, name, partner) -> Offers:
    answer = ask(client, name, "get", partner)
    return Offers(answer.content.decode() if answer.status_code == 200 else "")


def posts_of(client, role) -> set[str]:
    partner = a_busy_shop(role)
    client.force_login(partner.owner)
    return set().union(*(offers(client, name, partner).posts for name in OPEN)) - OWN


def test_the_same_pages_offer_an_owner_much(client):
    assert len(posts_of(client, Role.OWNER)) > 10


def test_a_viewer_is_offered_no_form(client):
    assert posts_of(client, Role.VIEWER) == set()


@pytest.mark.parametrize("role", Role.values)
def test_no_link_leads_to_a_refusal(client, role):
    partner = a_busy_shop(role)
    client.force_login(partner.owner)
    pages = OPEN if role == Role.VIEWER else PAGES
    found = [offers(client, name, partner) for name in pages if name != "marketplaces:connect"]
    links = set().union(*(page.links for page in found))
    assert len(links) > 10
    refused = [link for link in sorted(links) if client.get(link).status_code == 403]
    assert refused == []
