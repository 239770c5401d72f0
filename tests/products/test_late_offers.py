"""A catalogue that takes in a new card late: its price and stock wait, and are told in the end."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplaces import outbox, setbacks
from marketplaces.connectors import registry
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Operation
from partners.models import Notification
from products.services import listings, publishing
from tests.fake_marketplace import FakeMarketplace

from .making import make_card, make_listing
from .selling import add, with_card

pytestmark = pytest.mark.django_db
State = Operation.State


class Slow(FakeMarketplace):
    """Takes every card, and knows nothing of it."""

    def push_prices(self, updates):
        return [ItemResult(u.sku, False, "OFFER_NOT_FOUND", "nobody", True) for u in updates]

    push_stocks = push_prices


@pytest.fixture
def listing(partner, fake, monkeypatch):
    monkeypatch.setitem(registry.CONNECTORS, "fake", f"{__name__}.Slow")
    return make_card(make_listing(partner)).listing


def states(listing):
    operations = Operation.objects.filter(subject=f"listing:{listing.pk}").order_by("pk")
    return dict(operations.values_list("kind", "state"))


def drain(listing):
    Operation.objects.filter(state=State.WAITING).update(due_at=timezone.now())
    outbox.drain(listing.connection_id)
    listing.refresh_from_db()


def test_within_minutes_of_the_card_nothing_is_refused(listing):
    publishing.approve_card(listing=listing, by=listing.partner.users.get())
    drain(listing)
    assert states(listing) == {
        "publish_card": "done",
        "push_price": "waiting",
        "push_stock": "pending",
    }
    waiting = Operation.objects.get(state=State.WAITING)
    assert (waiting.error_kind, waiting.error_code) == ("transient", "OFFER_NOT_FOUND")
    assert listing.price_refusal == ""
    assert not Notification.objects.exists()


def test_after_that_it_is_refused_and_told(listing):
    publishing.approve_card(listing=listing, by=listing.partner.users.get())
    drain(listing)
    with time_machine.travel(timezone.now() + setbacks.APPEARS_WITHIN + timedelta(seconds=1)):
        drain(listing)
    assert states(listing) == {
        "publish_card": "done",
        "push_price": "rejected",
        "push_stock": "rejected",
    }
    assert (listing.price_refusal, listing.stock_refusal) == ("nobody", "nobody")
    assert Notification.objects.count() == 2


def test_a_card_published_long_ago_is_waited_for_no_more(listing):
    publishing.approve_card(listing=listing, by=listing.partner.users.get())
    drain(listing)
    Operation.objects.filter(kind="publish_card").update(
        finished_at=timezone.now() - timedelta(days=1)
    )
    drain(listing)
    assert states(listing)["push_price"] == "rejected"


@pytest.mark.django_db(transaction=True)
def test_against_a_sandbox_that_applies_offers_late(
    yandex_shop, sandbox, sandbox_key, settings, live_server
):
    settings.PUBLIC_URL = live_server.url
    late = {"match": {"operation": "updateOfferMappings"}, "times": 1, "ms": 2500}
    sandbox.control("POST", "faults", account=sandbox_key, kind="late", **late)
    listing = with_card(listings.find_category(listing=add(yandex_shop).listings.get()))
    publishing.approve_card(listing=listing, by=listing.partner.users.get())
    drain(listing)
    assert states(listing)["push_price"] == "waiting"
    deadline = time.monotonic() + 15
    while set(states(listing).values()) != {"done"} and time.monotonic() < deadline:
        time.sleep(0.3)
        drain(listing)
    assert (listing.sent_price, listing.sent_stock) == (79_000, 7)
    assert not Notification.objects.exists()
    (offer,) = sandbox.state(sandbox_key)["offers"]
    assert offer["price"] == 79_000
    by_key = sandbox.control("GET", f"effects?account={sandbox_key}")["by_key"]
    assert all(times == 1 for times in by_key.values())
