"""What one partner wrote, and what it earned, stands in no answer of the API to another one."""

import json
import logging
from decimal import Decimal

import pytest
from django.test import Client

from orders.models import DailyAnalytics
from partners.scoping import PartnerScopedQuerySet
from sellercloudx.api.urls import api
from tests import factories, marked
from tests.test_tenants_apart import CANARIES

from .conftest import make_token, program

pytestmark = pytest.mark.django_db
# Out of the schema itself, so that a new operation is walked too.
PATHS = sorted(api.get_openapi_schema()["paths"])
LISTS = [path for path in PATHS if "{" not in path]
# Days hold no words; what was earned on each of them is as telling.
EARNED = {"first": "7771.13", "second": "3339.17"}
PAIRS = [("first", "second"), ("second", "first")]


@pytest.fixture
def shops():
    made = {who: marked.shop(lambda most, word=word: word) for who, word in CANARIES.items()}
    for who, connection in made.items():
        days = DailyAnalytics.objects.for_partner(connection.partner)
        days.update(revenue=Decimal(EARNED[who]), orders=1)
    return made


def visitors(partner) -> dict[str, Client]:
    """A member in the browser, and a program with every scope."""
    member = Client()
    member.force_login(partner.owner)
    return {"session": member, "key": program(make_token(partner))}


def pages(visitor, path: str, **asked) -> list[dict]:
    """All pages of a list, in the order in which `next` leads through them."""
    found = [visitor.get(path, {"limit": 2, **asked}).json()]
    while cursor := found[-1]["next"]:
        found.append(visitor.get(path, {"limit": 2, "cursor": cursor, **asked}).json())
    return found


def numbers(visitor, path: str) -> list[int]:
    """What the list beside an operation on one thing names: /products for /products/{pk}."""
    beside = path.rsplit("/", 1)[0]
    return [item["id"] for page in pages(visitor, beside) for item in page["items"]]


def told(visitor, path: str) -> list[dict]:
    """Everything that this operation tells this visitor."""
    if path in LISTS:
        return pages(visitor, path)
    addresses = [path.replace("{pk}", str(pk)) for pk in numbers(visitor, path)]
    return [visitor.get(address).json() for address in addresses]


def holds(answers: object, who: str) -> bool:
    text = json.dumps(answers, ensure_ascii=False)
    return CANARIES[who] in text or EARNED[who] in text


@pytest.mark.parametrize(("mine", "theirs"), PAIRS)
@pytest.mark.parametrize("path", PATHS)
def test_every_operation_tells_ones_own_and_nothing_of_others(caplog, shops, path, mine, theirs):
    caplog.set_level(logging.DEBUG)
    for kind, visitor in visitors(shops[mine].partner).items():
        answers = told(visitor, path)
        assert len(answers) > 2, kind
        assert all(holds(answer, mine) for answer in answers), kind
        assert not holds(answers, theirs), kind
    assert not holds(caplog.text, theirs)


@pytest.mark.parametrize("path", LISTS)
def test_who_looks_for_anothers_words_finds_nothing(shops, path):
    names = [one["name"] for one in api.get_openapi_schema()["paths"][path]["get"]["parameters"]]
    asked = {"q": CANARIES["second"], "shop": shops["second"].pk} | {"marketplace": "no such"}
    for visitor in visitors(shops["first"].partner).values():
        for name in asked.keys() & set(names):
            page = visitor.get(path, {name: asked[name]}).json()
            assert page == {"items": [], "next": None}, name


def mistakes(visitor, path: str, foreign: list[int]) -> list:
    """Answers that are errors: of another's thing, of nonsense, without a key, by another way."""
    if path in LISTS:
        asked = [visitor.get(path, {"limit": "0"}), visitor.get(path, {"cursor": "nonsense"})]
    else:
        asked = [visitor.get(path.replace("{pk}", str(pk))) for pk in [*foreign, 10**12]]
    address = path.replace("{pk}", str(foreign[0]) if foreign else "1")
    return [*asked, Client().get(address), visitor.post(address)]


@pytest.mark.parametrize("path", PATHS)
def test_errors_hold_nobodys_words(caplog, shops, path):
    caplog.set_level(logging.DEBUG)
    owner = visitors(shops["second"].partner)["key"]
    foreign = [] if path in LISTS else numbers(owner, path)
    for visitor in visitors(shops["first"].partner).values():
        for answer in mistakes(visitor, path, foreign):
            assert answer.status_code in (401, 404, 405, 422)
            assert not holds(answer.json(), "second")
    assert not holds(caplog.text, "second")


def test_who_has_nothing_is_told_nothing(shops):
    for visitor in visitors(factories.make_partner()).values():
        for path in LISTS:
            assert pages(visitor, path) == [{"items": [], "next": None}]


@pytest.mark.parametrize("path", PATHS)
def test_it_would_be_noticed(shops, monkeypatch, path):
    """With the one line gone that keeps tenants apart, each walk meets the other's words."""
    monkeypatch.setattr(PartnerScopedQuerySet, "for_partner", lambda rows, partner: rows.all())
    visitor = visitors(shops["first"].partner)["key"]
    answers = told(visitor, path)
    is_own_alone = all(holds(answer, "first") for answer in answers)
    assert holds(answers, "second") or not is_own_alone
