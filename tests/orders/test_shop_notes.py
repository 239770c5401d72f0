"""A shop that does not work says so at the top of overview and orders, and why, and since when."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces import connecting, inbound
from marketplaces.connectors import errors
from marketplaces.models import Connection, Stream
from partners.models import User
from tests import factories

from .fakes import receive, remote

pytestmark = pytest.mark.django_db
DOWN = errors.Unavailable("late", code="timeout", reason="timeout")
PAGES = ("pages:overview", "orders:list")


@pytest.fixture
def shop(shop):
    inbound.open_streams(shop)
    Stream.objects.update(succeeded_at=timezone.now() - timedelta(minutes=2))
    return shop


@pytest.fixture
def look(partner_client):
    partner_client.cookies["django_language"] = "en"
    return lambda name: partner_client.get(reverse(name))


def disconnect(shop):
    connecting.disconnect(connection=shop, by=User.objects.get())


def fail(fake, shop, times, error=DOWN):
    for _ in range(times):
        fake.failing = [(error, False)]
        Stream.objects.filter(name="orders").update(due_at=timezone.now())
        assert not inbound.poll(shop.pk, "orders")


@pytest.mark.parametrize("page", PAGES)
def test_a_well_shop_needs_no_note(shop, look, page):
    assert look(page).context["note"] is None


@pytest.mark.parametrize("page", PAGES)
def test_the_only_shop_is_disconnected(shop, product, look, page):
    receive(shop, remote("1"))
    receive(shop, remote("2", "shipped"))
    disconnect(shop)
    response = look(page)
    assert response.context["note"]["title"] == "Fake · Yulduz Market is disconnected"
    assert "Since: just now." in response.context["note"]["text"]
    assert "1 open order is not being told" in response.context["note"]["text"]
    assert response.context["note"]["url"] == reverse("marketplaces:list")
    assert "is disconnected" in response.content.decode()


def test_nothing_is_offered_to_be_read_from_a_disconnected_shop(shop, look):
    assert "Sync" in look("orders:list").content.decode()
    disconnect(shop)
    page = look("orders:list").content.decode()
    assert "Sync" not in page
    assert "We look every 20 seconds" not in page


def test_the_list_of_shops_leads_back_to_a_disconnected_one(shop, look):
    disconnect(shop)
    page = look("marketplaces:list").content.decode()
    assert "Yulduz Market" in page
    assert "Connect again" in page
    assert reverse("marketplaces:connect", args=["fake"]) in page
    assert "No shop is connected yet" not in page


def test_a_key_that_was_never_finished_is_no_shop_to_come_back(partner, fake, look):
    unfinished = factories.make_connection(
        partner, marketplace="fake", account="", state=Connection.State.UNTESTED
    )
    connecting.disconnect(connection=unfinished, by=partner.owner)
    assert "Connect again" not in look("marketplaces:list").content.decode()
    assert look("pages:overview").context["note"] is None


def test_a_disconnected_shop_with_nothing_open_is_passed_over_once_another_works(
    shop, partner, product, look
):
    other = factories.make_connection(partner, marketplace="fake")
    Stream.objects.create(
        connection=other, name="orders", due_at=timezone.now(), succeeded_at=timezone.now()
    )
    disconnect(shop)
    assert look("orders:list").context["note"] is None
    receive(shop, remote("1"))
    assert "1 open order" in look("orders:list").context["note"]["text"]


@pytest.mark.parametrize("page", PAGES)
def test_orders_that_cannot_be_read_say_why_and_since_when(shop, fake, look, page):
    fail(fake, shop, 1)
    assert look(page).context["note"] is None
    fail(fake, shop, 1)
    note = look(page).context["note"]
    assert note["title"] == "Orders of Fake · Yulduz Market are not being read"
    assert note["text"].startswith("The marketplace did not answer in time.")
    assert note["text"].endswith("Last read: 2 min ago.")
    assert note["url"] == reverse("marketplaces:detail", args=[shop.pk])


@pytest.mark.parametrize("page", PAGES)
def test_another_trouble_of_a_shop_is_told_too(shop, look, page):
    Stream.objects.filter(name="cards").update(failures=3)
    Connection.objects.update(
        state=Connection.State.DEGRADED, error_kind="transient", error_reason="rate_limited"
    )
    note = look(page).context["note"]
    assert note["title"] == "Fake · Yulduz Market has trouble"
    assert note["text"].startswith("The marketplace asks us to slow down.")
    assert note["text"].endswith("Last read: 2 min ago.")


def test_once_they_are_read_again_the_note_is_gone(shop, fake, look):
    fail(fake, shop, 3)
    Stream.objects.update(due_at=timezone.now())
    assert inbound.poll(shop.pk, "orders")
    assert look("pages:overview").context["note"] is None
