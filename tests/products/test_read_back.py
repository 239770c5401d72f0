from datetime import timedelta

import pytest
from django.utils import timezone

from marketplaces import inbound
from marketplaces.connectors import registry
from marketplaces.connectors.remote import CardStatus, RemoteListing, UnreadableRow
from partners.models import Notification
from products.models import Listing
from products.services import read_back
from tests.fake_marketplace import FakeMarketplace

from .making import make_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(partner):
    listing = make_listing(partner)
    listing.state, listing.sent_at = Listing.State.SENT, timezone.now() - timedelta(minutes=5)
    listing.save()
    return listing


def answer(listing, status, errors=(), warnings=()):
    remote = RemoteListing(
        sku=listing.product.sku,
        name="",
        status=status,
        vendor_status=f"THEIR_{status.upper()}",
        errors=errors,
        warnings=warnings,
    )
    read_back.receive_cards(listing.connection, [remote])
    listing.refresh_from_db()


def wanted(listing):
    return read_back.skus_to_read(listing.connection)


def test_it_asks_for_what_was_sent_and_not_judged(listing):
    make_listing(listing.partner, product=None, account="another")
    assert wanted(listing) == [listing.product.sku]
    answer(listing, CardStatus.PROCESSING)
    assert wanted(listing) == [listing.product.sku]


def test_a_judged_card_is_looked_at_again_after_an_hour(listing):
    answer(listing, CardStatus.ACCEPTED)
    assert wanted(listing) == []
    Listing.objects.update(read_at=timezone.now() - timedelta(hours=2))
    Listing.objects.update(sent_at=timezone.now() - timedelta(days=1))
    assert wanted(listing) == [listing.product.sku]


def test_a_card_sent_again_is_asked_for_at_once(listing):
    answer(listing, CardStatus.ACCEPTED)
    Listing.objects.update(sent_at=timezone.now() + timedelta(seconds=1))
    assert wanted(listing) == [listing.product.sku]


def test_their_status_and_words_stand_beside_ours(listing):
    answer(listing, CardStatus.ACCEPTED, warnings=("Короткое описание",))
    assert (listing.remote_status, listing.vendor_status) == ("accepted", "THEIR_ACCEPTED")
    assert listing.vendor_messages == ["Короткое описание"]
    assert listing.state == Listing.State.SENT
    assert not Notification.objects.exists()


def test_a_rejection_is_told_once(listing):
    for _ in range(2):
        answer(listing, CardStatus.REJECTED, errors=("Нет фото",))
    told = Notification.objects.get()
    assert (told.kind, told.data["reason"]) == ("card_rejected", "Нет фото")
    assert told.url == f"/partner-dashboard/listings/{listing.pk}/"


def test_news_of_a_product_of_nobody_changes_nothing(listing):
    other = make_listing()
    remote = RemoteListing(other.product.sku, "", CardStatus.REJECTED, "X")
    read_back.receive_cards(listing.connection, [remote])
    other.refresh_from_db()
    assert other.remote_status == ""


class Odd(FakeMarketplace):
    """Its answer about any card cannot be read."""

    def card_status(self, skus):
        rows = [UnreadableRow(sku, "TypeError: errors is not list") for sku in skus]
        return [RemoteListing(row.key, "", CardStatus.UNKNOWN, "", unreadable=row) for row in rows]


def test_a_card_that_cannot_be_read_keeps_what_was_said_and_lets_others_go_first(
    listing, fake, monkeypatch
):
    answer(listing, CardStatus.ACCEPTED)
    Listing.objects.update(read_at=None)
    monkeypatch.setitem(registry.CONNECTORS, "fake", f"{__name__}.Odd")
    inbound.open_streams(listing.connection)
    assert inbound.poll(listing.connection_id, "cards")
    listing.refresh_from_db()
    assert listing.remote_status == CardStatus.ACCEPTED
    assert listing.read_at
    assert listing.connection.unreadable_rows.get().key == listing.product.sku
