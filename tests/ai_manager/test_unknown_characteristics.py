"""The category's characteristics cannot be read: it is waited for as told, then it is said."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from ai_manager.models import CardJob
from ai_manager.services import cards
from products.models import Card, Listing
from products.services import publishing
from products.services.cards import edit_card, latest_card
from products.services.readiness import blockers
from tests import factories

pytestmark = pytest.mark.django_db
UNKNOWN = "characteristics_unknown"


@pytest.fixture
def listing(yandex_shop):
    """Its category asks for a size and a sex, which nobody told us."""
    product = factories.make_product(yandex_shop.partner, name="Futbolka Zara oq", brand="Zara")
    return factories.make_listing(product, yandex_shop)


@pytest.fixture
def fail(sandbox, sandbox_key):
    def fail(kind, **how):
        how |= {"kind": kind, "account": sandbox_key, "path": "/parameters"}
        sandbox.control("POST", "faults", **how)

    return fail


@pytest.fixture
def unfinished(listing, fail, make):
    """A card made while the marketplace let nobody read."""
    fail("403", times=1)
    return make(listing)


def later(seconds):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def codes(listing):
    return [one.code for one in blockers(listing, latest_card(listing))]


def test_it_waits_as_long_as_the_marketplace_says(listing, fail, make):
    fail("420", times=1, retry_after=45)
    assert make(listing) is None
    job = CardJob.objects.get()
    assert 40 < (job.due_at - timezone.now()).total_seconds() <= 45
    with later(30):
        cards.make_card(job.pk)
    assert not Card.objects.exists()
    with later(46):
        cards.make_card(job.pk)
    card = latest_card(listing)
    assert [one["name"] for one in card.missing] == ["Размер", "Пол"]
    assert card.problems == []


def test_a_marketplace_that_wants_an_hour_is_not_waited_for(listing, fail, make):
    fail("420", retry_after=3600)
    assert [one["code"] for one in make(listing).problems] == [UNKNOWN]


def test_it_is_not_complete(listing, unfinished, yandex_shop):
    assert unfinished.missing == []
    assert [one["code"] for one in unfinished.problems] == [UNKNOWN]
    listing.refresh_from_db()
    assert UNKNOWN in codes(listing)
    with pytest.raises(publishing.NotReady):
        publishing.approve_card(listing=listing, by=yandex_shop.partner.owner)


def test_an_edit_does_not_make_it_complete(listing, unfinished):
    edited = edit_card(card=unfinished, texts=unfinished.texts, attributes=[])
    assert [one["code"] for one in edited.problems] == [UNKNOWN]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("uz", "Xususiyatlar nomaʼlum"),
        ("ru", "Характеристики неизвестны"),
        ("en", "Characteristics unknown"),
    ],
)
def test_the_card_says_so(client, yandex_shop, listing, unfinished, language, words):
    client.force_login(yandex_shop.partner.owner)
    client.cookies["django_language"] = language
    page = client.get(f"/partner-dashboard/listings/{listing.pk}/").content.decode()
    # On the card, and among what stands before its sending.
    assert page.count(words) == 2


def test_once_they_are_known_the_card_is_looked_at_anew(listing, unfinished, make, yandex_shop):
    """Another product of the category was read meanwhile."""
    product = factories.make_product(yandex_shop.partner, name="Futbolka Zara qora", brand="Zara")
    make(factories.make_listing(product, yandex_shop))
    listing.refresh_from_db()
    assert UNKNOWN not in codes(listing)
    assert codes(listing)[-2:] == ["missing", "missing"]


def test_written_anew_it_is_complete(listing, unfinished, make):
    card = cards.remake(listing=listing)
    cards.make_card(card.pk)
    card = latest_card(listing)
    assert [one["name"] for one in card.missing] == ["Размер", "Пол"]
    assert card.problems == []


def test_without_a_category_that_alone_is_said(yandex_shop, make):
    product = factories.make_product(yandex_shop.partner, name="Narsa XZ-5")
    listing = factories.make_listing(product, yandex_shop)
    assert UNKNOWN not in [one["code"] for one in make(listing).problems]
    assert Listing.objects.get(pk=listing.pk).category_id == ""
