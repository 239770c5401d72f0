"""The sample shop: whoever waits looks round it, changes nothing, and it stands in nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connections
from django.urls import get_resolver, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from marketplaces.models import Connection
from orders.models import DailyAnalytics, Order
from partners.models import Partner, StoredFile, User
from products.models import Listing, Product
from sellercloudx import sample
from tests import factories
from tests.once import once
from tests.test_permissions import RULES

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
OVERVIEW, LOOK = reverse("pages:overview"), reverse("pages:sample")
WAITING = reverse("partners:waiting")
MARK = "Namuna: bu yerda hech narsa haqiqiy emas"


@pytest.fixture(scope="module")
def made(tmp_path_factory, testrun_uid):
    """By a process of its own, as the product makes it."""
    with_all = {"tmp_path_factory": tmp_path_factory, "testrun_uid": testrun_uid}
    return once("sample", _make, **with_all) / "shop.db"


def _make(folder: Path) -> None:
    command = [sys.executable, "manage.py", "sample_shop", str(folder / "shop.db")]
    # What a web process of a real house would hand down.
    env = sample._clean_environment()
    subprocess.run(command, cwd=django_settings.BASE_DIR, env=env, check=True)


@pytest.fixture
def shop(made, monkeypatch, settings):
    settings.SAMPLE_SHOP = True
    monkeypatch.setattr(sample, "_file", lambda: made)
    sample._know_the_database()
    # Django's own guard lets a test open no database beside its own; one that is open may be used.
    connections[sample.ALIAS].connect()
    yield made
    connections[sample.ALIAS].close()
    del connections[sample.ALIAS]
    del connections.databases[sample.ALIAS]


@pytest.fixture
def pending(client):
    applicant = factories.make_partner(state="pending")
    client.force_login(applicant.owner)
    return applicant


@pytest.fixture
def visitor(client, shop, pending):
    assert client.post(LOOK, {"look": "1"}).url == OVERVIEW
    return client


def rows_of_ours() -> dict[str, int]:
    models = (Partner, User, Connection, Product, Order, Listing, DailyAnalytics, StoredFile)
    return {model.__name__: model.objects.count() for model in models}


def things(of_room: str) -> dict[str, int]:
    """Something of the sample that an address of this room names."""
    with sample.reading():
        shown = {"marketplaces": Connection, "orders": Order, "ai_manager": Listing}
        model = shown.get(of_room, Product)
        return {
            "pk": model.objects.first().pk,
            "listing": Listing.objects.first().pk,
            "connection_pk": Connection.objects.first().pk,
            "line_pk": 1,
            "item_pk": 1,
        }


def pages(kind: str) -> list[str]:
    return [name for name, rule in RULES.items() if rule.who == "partner" and kind in rule.methods]


def address(name: str) -> str:
    """About things of the sample where there are such, else about none."""
    room, page = name.split(":")
    known = things(room)
    if page in ("listing", "category", "edit_card", "approve_card"):
        known["pk"] = known["listing"]
    known |= {"slug": "yandex", "source": "order_line:1", "member_pk": 1, "invitation_pk": 1}
    (possibility,) = get_resolver().reverse_dict.getlist(page) or _within(room, page)
    ((_form, params),) = possibility[0]
    return reverse(name, kwargs={one: known[one] for one in params})


def _within(room: str, page: str):
    _prefix, resolver = get_resolver().namespace_dict[room]
    return resolver.reverse_dict.getlist(page)


def test_it_is_offered_to_whoever_waits(client, shop, pending):
    assert LOOK in client.get(WAITING).content.decode()
    # Nobody is led there unasked.
    assert client.get(OVERVIEW).url == WAITING


@pytest.mark.parametrize("name", pages("get"))
def test_every_page_opens_marked_or_not_at_all(visitor, name):
    before = rows_of_ours()
    response = visitor.get(address(name))
    assert response.status_code in (200, 302, 403, 404), name
    if response.status_code == 200 and b"<html" in response.content:
        assert MARK in response.content.decode()
    assert rows_of_ours() == before


def test_its_pages_show_a_shop_at_work(visitor):
    for name, word in (
        ("pages:overview", "Namuna Savdo"),
        ("products:list", "Choynak"),
        ("orders:list", "soʻm"),
        ("marketplaces:list", "Yandex"),
    ):
        assert word in visitor.get(reverse(name)).content.decode(), name
    context = visitor.get(OVERVIEW).context
    assert context["note"] is None
    assert context["week"][0]["now"] > 0


@pytest.mark.parametrize("name", pages("post"))
def test_every_change_is_refused(visitor, name):
    before = rows_of_ours()
    response = visitor.post(address(name), {"level": "maximum"})
    assert (response.status_code, response.url) == (302, OVERVIEW)
    assert rows_of_ours() == before


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_whoever_presses_reads_why_nothing_happened_where_they_pressed(visitor, language):
    visitor.cookies["django_language"] = language
    came_from = reverse("orders:list") + "?tab=all"
    ready = reverse("orders:ready", args=[things("orders")["pk"]])
    page = visitor.post(ready, headers={"Referer": f"http://testserver{came_from}"}, follow=True)
    assert page.redirect_chain == [(came_from, 302)]
    with translation.override(language):
        words = _("This is a sample shop: its buttons work after your approval.")
    assert words in page.content.decode()


@pytest.mark.parametrize("where", ["//evil.example/x", "https://evil.example", "x", ""])
def test_nobody_is_led_elsewhere_by_a_press(visitor, where):
    ready = reverse("orders:ready", args=[things("orders")["pk"]])
    url = visitor.post(ready, headers={"Referer": where}).url
    assert url.startswith("/") and not url.startswith("//")


def test_the_file_itself_refuses_to_be_written(visitor):
    with sample.reading(), pytest.raises(DatabaseError):
        Partner.objects.update(company_name="changed")


def test_its_photos_are_shown(visitor):
    with sample.reading():
        photo = StoredFile.objects.first()
    answer = visitor.get(f"/i/{photo.sha256}.jpg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")


def test_nobody_can_log_in_there_and_it_holds_no_key(shop):
    with sample.reading():
        assert not any(user.has_usable_password() for user in User.objects.all())
        assert not User.objects.filter(is_active=True).exists()
        assert {bytes(one.secret) for one in Connection.objects.all()} == {b""}


def test_it_stands_in_no_count_of_ours(visitor):
    assert rows_of_ours() == dict.fromkeys(rows_of_ours(), 0) | {"Partner": 1, "User": 1}


def test_the_way_back_leads_to_ones_own_application(visitor, pending):
    page = visitor.get(WAITING).content.decode()
    assert pending.company_name in page
    assert visitor.post(LOOK, {"look": ""}).url == WAITING
    assert visitor.get(OVERVIEW).url == WAITING


@pytest.mark.parametrize("state", ["rejected", "blocked"])
def test_others_who_may_not_work_do_not_see_it(visitor, pending, state):
    Partner.objects.update(state=state)
    assert visitor.get(OVERVIEW).url == WAITING


def test_once_approved_one_is_at_home(visitor, pending):
    Partner.objects.update(state="approved")
    page = visitor.get(OVERVIEW).content.decode()
    assert pending.company_name in page
    assert MARK not in page


def test_while_none_is_there_one_is_made_and_nobody_waits(client, pending, settings, monkeypatch):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **how: started.append((command, how)))
    settings.SAMPLE_SHOP = True
    os.environ["OPENAI_API_KEY"] = "sk-not-for-the-child"
    try:
        for _twice in range(2):
            assert client.post(LOOK, {"look": "1"}).url == f"{LOOK}wait/"
            waits = client.get(f"{LOOK}wait/")
            assert (waits.status_code, waits["Refresh"]) == (200, "3")
    finally:
        del os.environ["OPENAI_API_KEY"]
        sample.being_made(sample._file()).unlink(missing_ok=True)
    ((command, how),) = started
    assert command[1:3] == ["manage.py", "sample_shop"]
    assert not {"OPENAI_API_KEY", "DATABASE_URL", "FIELD_KEYS"} & how["env"].keys()


def test_a_disk_that_takes_nothing_breaks_no_page(client, pending, settings, monkeypatch, tmp_path):
    settings.SAMPLE_SHOP = True
    in_the_way = tmp_path / "sample"
    in_the_way.write_text("a file where a folder should be")
    monkeypatch.setattr(sample, "_file", lambda: in_the_way / "shop.db")
    assert client.post(LOOK, {"look": "1"}).url == WAITING
