"""A card, price or stock without a clear answer: the seller sees it, is told, and goes on."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from marketplaces import outbox
from marketplaces.connectors import errors
from marketplaces.models import Operation
from partners.models import Notification
from products import tabs
from products.models import Listing, Product
from products.services import publishing

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db
State = Listing.State


@pytest.fixture
def listing(partner):
    return make_card(make_listing(partner)).listing


def approve(listing):
    publishing.approve_card(listing=listing, by=listing.partner.users.get())
    return Operation.objects.filter(kind="publish_card").latest("pk")


def drain_often(listing, times=40):
    now = timezone.now()
    for turn in range(times):
        with time_machine.travel(now + timedelta(hours=turn)):
            outbox.drain(listing.connection_id)
    listing.refresh_from_db()


def nonsense(fake):
    error = errors.BadResponse("A web page came instead of an answer.", reason="html")
    fake.failing = [(error, False) for _ in range(1000)]


@pytest.fixture
def parked(listing, fake):
    """Its card was told to a marketplace that answers nothing but web pages."""
    operation = approve(listing)
    nonsense(fake)
    drain_often(listing)
    fake.failing.clear()
    operation.refresh_from_db()
    assert operation.state == Operation.State.PARKED
    return operation


def test_the_listing_is_not_being_sent_for_ever(listing, parked, partner_client):
    assert listing.state == State.UNCLEAR
    url = reverse("products:listing", args=[listing.pk])
    page = partner_client.get(url).content.decode()
    assert "No clear answer to what was sent" in page
    assert "A web page came back instead of an answer." in page
    assert "every 2s" not in page
    assert reverse("marketplaces:retry", args=[parked.pk]) in page
    assert reverse("marketplaces:dismiss", args=[parked.pk]) in page
    assert Product.objects.filter(tabs.chosen("you").condition).exists()


def test_everybody_of_the_partner_is_told_once(listing, parked):
    kinds = dict(Notification.objects.values_list("kind", "url"))
    assert kinds["card_unclear"] == reverse("marketplaces:detail", args=[listing.connection_id])
    assert Notification.objects.filter(kind="card_unclear").count() == 1
    assert {"price_unclear", "stock_unclear"} <= set(kinds)


def test_many_cards_parked_together_are_one_notification(partner, listing, fake):
    listings = [listing]
    for _ in range(4):
        other = make_listing(partner)
        Listing.objects.filter(pk=other.pk).update(connection=listing.connection)
        other.refresh_from_db()
        listings.append(make_card(other).listing)
    operations = [approve(one) for one in listings]
    publishing.on_cards_parked(list(_as_parked(operations)), None)
    notice = Notification.objects.get()
    assert notice.data["product"].endswith(" +2")
    assert notice.url == reverse("marketplaces:detail", args=[listing.connection_id])
    publishing.on_cards_parked(list(_as_parked(operations[3:])), None)
    assert Notification.objects.count() == 1
    assert set(Listing.objects.values_list("state", flat=True)) == {State.UNCLEAR}


def _as_parked(operations):
    pks = [operation.pk for operation in operations]
    Operation.objects.filter(pk__in=pks).update(state=Operation.State.PARKED)
    return Operation.objects.filter(pk__in=pks).order_by("pk")


def test_trying_again_sends_it(listing, parked, partner_client, fake):
    partner_client.post(reverse("marketplaces:retry", args=[parked.pk]))
    listing.refresh_from_db()
    assert listing.state == State.APPROVED
    outbox.drain(listing.connection_id)
    listing.refresh_from_db()
    assert (listing.state, fake.said[0][0]) == (State.SENT, "card")


def test_the_card_may_be_approved_again_and_replaces_what_was_parked(listing, parked, fake):
    approve(listing)
    parked.refresh_from_db()
    assert parked.state == Operation.State.SUPERSEDED
    drain_often(listing, 3)
    assert listing.state == State.SENT
    assert [verb for verb, *_ in fake.said] == ["card", "price", "stock"]


def test_dismissed_it_stays_without_an_answer_until_approved_again(listing, parked, partner_client):
    partner_client.post(reverse("marketplaces:dismiss", args=[parked.pk]))
    listing.refresh_from_db()
    assert listing.state == State.UNCLEAR
    page = partner_client.get(reverse("products:listing", args=[listing.pk])).content.decode()
    assert "A person decided not to tell it." in page
    assert reverse("products:approve_card", args=[listing.pk]) in page
