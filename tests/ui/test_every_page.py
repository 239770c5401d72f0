"""Every page of the permission table, in a real browser: axe finds nothing, nothing is cut off."""

import pytest
from django.urls import reverse

from tests import factories
from tests.e2e import pages
from tests.permission_table import RULES, Role
from tests.test_query_counts import SMALL, address, shop

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

# Swagger's own page, files, a label, and what leads on: none of these is drawn by us.
NOT_OURS = {"api:openapi-view", "api:openapi-json", "api:api-root", "pages:health"} | {
    "products:import_template"
}
# Every page once in each theme, and once at each width.
LOOKS = [(1280, "light"), (360, "dark")]
BY_NAME = {
    "everyone": "a visitor",
    "applicant": "an applicant",
    "partner": "a partner",
    "staff": "one of ours",
}
# What is folded away is read, too; a menu lies over the page and has a test of its own.
UNFOLD = """() => document.querySelectorAll('main details:not(.menu)')
  .forEach((fold) => { fold.open = true; })"""
# Drawn while an application waits; who is approved is led on.
WAITING = ("partners:waiting", "partners:apply_again")


class Walk:
    """One browser window that somebody takes from page to page."""

    def __init__(self, visit, session, width, theme):
        self.page = visit("/nowhere", width=width, session=session, color_scheme=theme)
        self.origin = visit.origin
        self.seen: list[str] = []
        self.found: list[tuple[str, str]] = []

    def opens(self, url: str) -> None:
        answer = self.page.goto(self.origin + url)
        if answer and "html" in answer.headers.get("content-type", ""):
            self.seen.append(url)
            self.page.evaluate(UNFOLD)
            wrong = pages.findings(self.page) + pages.cut_off(self.page)
            self.found += [(url, str(one)) for one in wrong]


def session_of(client, user) -> str | None:
    if user is None:
        return None
    client.force_login(user)
    return client.cookies["sessionid"].value


def addresses(who: str, connection) -> list[str]:
    """Of the pages this rule opens; a file is no page."""
    return [
        address(name, connection)
        for name, rule in RULES.items()
        if rule.who == who
        and "get" in rule.methods
        and name not in NOT_OURS
        and not name.endswith(("_file", "_result", "_news", ":label", ":file", ":intent"))
    ]


@pytest.mark.parametrize(("width", "theme"), LOOKS)
@pytest.mark.parametrize("who", BY_NAME, ids=BY_NAME.values())
def test_it_is_whole_and_open_to_all(visit, client, who, width, theme):
    connection = shop(SMALL)
    people = {"everyone": None, "staff": factories.make_staff()}
    user = people.get(who, connection.partner.owner)
    urls = addresses(who, connection)
    walk = Walk(visit, session_of(client, user), width, theme)
    for url in urls:
        walk.opens(url)
    assert len(walk.seen) > 7
    assert walk.found == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_pages_of_whoever_waits(visit, client, width, theme):
    applicant = factories.make_partner(state="rejected", state_reason="STIR topilmadi")
    walk = Walk(visit, session_of(client, applicant.owner), width, theme)
    for name in WAITING:
        walk.opens(reverse(name))
    assert walk.found == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_pages_of_an_empty_shop(visit, client, width, theme):
    """Where each says what will stand there, and what to do for it."""
    partner = factories.make_partner(role=Role.OWNER)
    walk = Walk(visit, session_of(client, partner.owner), width, theme)
    for name, rule in RULES.items():
        is_page = "get" in rule.methods and name not in NOT_OURS
        if rule.who == "partner" and is_page and not rule.is_owned:
            walk.opens(reverse(name, kwargs=rule.about(partner)))
    assert len(walk.seen) > 10
    assert walk.found == []
