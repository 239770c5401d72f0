"""Every address, asked by everybody with every method: what comes is what the table says.

The table is tests/permission_table.py; with -s the numbers of what was compared are printed.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from partners.models import Member, Partner, User
from tests import factories
from tests.permission_table import (
    ANSWERS,
    EXCEPTIONS,
    PROVEN_OTHERWISE,
    RULES,
    STAFF,
    Role,
    Rule,
    ask,
    matching,
    names,
    nothing,
)
from tests.undone import undone

pytestmark = pytest.mark.django_db
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def theirs(db):
    return factories.make_partner()


@pytest.fixture
def allowed(partner, staff):
    """A client that may open the page of this name."""
    visitors = {"staff": Visitor(staff), "owner": Visitor(partner.owner)}

    def sign_in(name):
        return visitors["staff" if RULES[name].who == "staff" else "owner"].begins_anew()

    return sign_in


@pytest.fixture
def unrendered(monkeypatch):
    """The answer is what counts here, and drawing the page is most of the work."""
    monkeypatch.setattr(Template, "render", lambda *args, **kwargs: "")
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


class Visitor:
    """Somebody with a browser, who is signed in again for each address."""

    def __init__(self, user: User | None = None):
        self.client = Client()
        if user:
            self.client.force_login(user)
        self.cookies = self.client.cookies.copy()

    def begins_anew(self) -> Client:
        self.client.cookies = self.cookies.copy()
        return self.client


@dataclass
class People:
    """One of each kind; the first partner is the one whose things are asked about."""

    partner: Partner
    pending: Partner
    other: Partner

    def everybody(self) -> dict[str, Visitor]:
        everybody = {
            "anonymous": Visitor(),
            "pending partner": Visitor(self.pending.owner),
            "another owner": Visitor(self.other.owner),
        }
        for role in Role:
            user = factories.make_user()
            Member.objects.create(partner=self.partner, user=user, role=role)
            everybody[role.value] = Visitor(user)
        for group in STAFF:
            user = factories.make_staff(is_superuser=group == "superuser")
            user.groups.set(Group.objects.filter(name=group))
            everybody[group] = Visitor(user)
        return everybody


@pytest.fixture
def people(db):
    made = [factories.make_partner(), factories.make_partner(state="pending")]
    return People(*made, factories.make_partner())


@pytest.fixture(scope="module")
def counted():
    """How many answers of each kind were compared; printed with -s."""
    seen = Counter()
    yield seen
    people = 3 + len(Role) + len(STAFF)
    methods = sum(len(rule.methods) for rule in RULES.values())
    print(  # noqa: T201
        f"\n{len(RULES)} URLs, {methods} with their methods, {people} people; "
        f"{seen.total()} answers compared: {dict(seen.most_common())}"
    )


def verdict(rule: Rule, response) -> str | int:
    """What became of the request, in one word; `open` when the page itself answered."""
    if rule.who != "everyone" and is_login(response):
        return "logs in"
    if rule.who == "partner" and response.status_code == 302:
        places = {"partners:waiting": "waits", "pages:staff_home": "goes to staff"}
        for place, word in places.items():
            if response["Location"] == reverse(place):
                return word
    return response.status_code if response.status_code in (401, 403, 404, 405) else "open"


def expectation(name: str, rule: Rule, who: str, method: str) -> str | int:
    is_staff = who in STAFF
    if (name, who) in EXCEPTIONS or (name, "all") in EXCEPTIONS:
        return EXCEPTIONS.get((name, who)) or EXCEPTIONS[(name, "all")]
    if rule.who == "everyone":
        return "open"
    if rule.who == "api":
        return _of_the_api(rule, who)
    if who == "anonymous":
        return "logs in"
    if rule.who == "staff":
        return "open" if is_staff and (rule.groups is None or who in rule.groups) else 403
    if rule.who == "applicant":
        if is_staff or not _is_enough(rule, who, method):
            return 403
        return 404 if who == "another owner" and rule.is_owned else "open"
    if is_staff or who == "pending partner":
        return "goes to staff" if is_staff else "waits"
    if not _is_enough(rule, who, method):
        return 403
    return 404 if who == "another owner" and rule.is_owned else "open"


def _of_the_api(rule: Rule, who: str) -> str | int:
    if who == "anonymous":
        return 401
    if who in STAFF or who == "pending partner":
        return 403
    return 404 if who == "another owner" and rule.is_owned else "open"


def _is_enough(rule: Rule, who: str, method: str) -> bool:
    needed = rule.to_look if method == "get" else rule.at_least
    member = Member(role=who if who in Role.values else Role.OWNER)
    return member.is_at_least(needed)


def changelists() -> list[str]:
    """Of every table in Django's own admin."""
    models = [model._meta for model in admin.site._registry]
    assert len(models) > 50
    return [reverse(f"admin:{m.app_label}_{m.model_name}_changelist") for m in models]


def is_part(response) -> bool:
    """HTML, and no whole page."""
    is_html = response["Content-Type"].startswith("text/html")
    return is_html and not response.content.lstrip().startswith(b"<!doctype html>")


def is_login(response) -> bool:
    return response.status_code == 302 and response["Location"].startswith(
        reverse("partners:login")
    )


def is_second_step(response) -> bool:
    return response.status_code == 302 and response["Location"].startswith(
        reverse("partners:second_step")
    )


def test_every_url_has_a_rule():
    assert sorted(names()) == sorted(RULES)


def test_another_method_is_refused(allowed, partner, unrendered):
    answers = {}
    for name in RULES:
        with undone():
            for method in METHODS - RULES[name].methods:
                answers[name, method] = ask(allowed(name), name, method, partner).status_code
    assert {asked: status for asked, status in answers.items() if status != 405} == {}


def test_who_may_get_may_ask_for_the_head(allowed, partner, unrendered):
    wrong = {}
    for name in RULES:
        with undone():
            client, expected = allowed(name), 405
            if "get" in RULES[name].methods:
                expected = ask(client, name, "get", partner).status_code
            if (status := ask(client, name, "head", partner).status_code) != expected:
                wrong[name] = (status, expected)
    assert wrong == {}


@pytest.mark.parametrize("rule_for", sorted({rule.who for rule in RULES.values()}))
def test_each_person_gets_what_the_table_says(people, counted, unrendered, rule_for):
    """Every method the page has, asked by everybody there is."""
    everybody, wrong = people.everybody(), {}
    for name in [name for name, rule in RULES.items() if rule.who == rule_for]:
        with undone():
            for asked, came, expected in answers_to(name, people, everybody):
                counted[expected] += 1
                if came != expected:
                    wrong[asked] = (came, expected)
    assert wrong == {}


def answers_to(name: str, people: People, everybody: dict[str, Visitor]) -> Iterator[tuple]:
    """Who asked for what by which method, what came of it, and what should have."""
    rule = RULES[name]
    for who, visitor in everybody.items():
        client = visitor.begins_anew()
        for method in sorted(rule.methods):
            about = people.pending if who == "pending partner" else people.partner
            came = verdict(rule, ask(client, name, method, about))
            yield (name, who, method), came, expectation(name, rule, who, method)


@pytest.mark.parametrize("name", matching("staff"))
def test_staff_who_showed_the_password_alone_wait_for_the_second_step(
    client, partner, staff, settings, unrendered, name
):
    """Whether they may open the page is not said before that either."""
    settings.STAFF_OTP = True
    for user in (staff, factories.make_staff(is_superuser=False)):
        client.force_login(user)
        for method in RULES[name].methods:
            response = ask(client, name, method, partner)
            if name == "partners:set_up_second_step":
                assert response.status_code in (200, 422)
            else:
                assert is_second_step(response), method


def test_djangos_admin_waits_for_the_second_step(staff_client, settings):
    settings.STAFF_OTP = True
    for url in changelists():
        for method in (staff_client.get, staff_client.post):
            login = method(url)
            assert login.status_code == 302, url
            assert login["Location"].split("?")[0] == "/admin/login/", url
            assert is_second_step(staff_client.get(login["Location"])), url


def test_nothing_is_done_without_its_token(partner, staff, unrendered):
    """Another site may make a browser send a form, but does not know the token."""
    careful = Client(enforce_csrf_checks=True)
    for name in set(matching()) - PROVEN_OTHERWISE:
        careful.force_login(staff if RULES[name].who == "staff" else partner.owner)
        if "post" in RULES[name].methods:
            assert ask(careful, name, "post", partner).status_code == 403, name


@pytest.mark.parametrize("state", ["rejected", "blocked", "deactivated"])
def test_a_partner_that_may_not_work_waits_outside(client, unrendered, state):
    waiting = factories.make_partner(state=state)
    client.force_login(waiting.owner)
    for name in matching("partner"):
        for method in RULES[name].methods:
            assert verdict(RULES[name], ask(client, name, method, waiting)) == "waits", name


def test_who_may_open_a_page_sees_it(allowed, partner):
    wrong, parts = {}, []
    for name in [name for name in matching() if "get" in RULES[name].methods]:
        with undone():
            answer = ask(allowed(name), name, "get", partner)
        if answer.status_code != ANSWERS.get(name, 200):
            wrong[name] = answer.status_code
        elif answer.status_code == 200 and is_part(answer):
            parts.append(name)
    assert (wrong, parts) == ({}, []), "another answer, or a part without its page"


@pytest.mark.parametrize("name", [n for n in matching("staff") if RULES[n].about is not nothing])
def test_staff_is_told_of_a_partner_that_does_not_exist(staff_client, theirs, name):
    for method in RULES[name].methods:
        response = getattr(staff_client, method)(reverse(name, kwargs={"pk": 10**9}))
        assert response.status_code == 404


def test_djangos_admin_is_for_staff_alone(partner_client):
    for url in changelists():
        for visitor in (Client(), partner_client):
            response = visitor.get(url)
            assert response.status_code == 302, url
            assert reverse("admin:login") in response["Location"], url
