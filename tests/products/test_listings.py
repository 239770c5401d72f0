import pytest
from django.utils import timezone

from marketplaces.models import RemoteCategory
from partners.models import AuditLog
from products.models import Listing
from products.services import listings
from products.services.listings import NoSuchCategory
from tests import factories

from .making import make_listing

pytestmark = pytest.mark.django_db


def make_category(external_id="91105", name="Чайники", marketplace="fake"):
    return RemoteCategory.objects.create(
        marketplace=marketplace,
        external_id=external_id,
        name=name,
        path=f"Дом / {name}",
        fetched_at=timezone.now(),
    )


def test_a_new_shop_gets_every_product_once(partner, cards_asked_for, monkeypatch):
    monkeypatch.setattr(listings, "CHUNK", 2)
    products = [factories.make_product(partner) for _ in range(5)]
    factories.make_product()
    shop = factories.make_connection(partner)
    listings.list_everything_on(shop)
    assert Listing.objects.count() == 2
    listings.list_the_rest(shop.pk)
    listings.list_everything_on(shop)
    listed = Listing.objects.filter(connection=shop).values_list("product", flat=True)
    assert sorted(listed) == sorted(product.pk for product in products)
    assert len(cards_asked_for) == 5


def test_the_clock_finds_products_that_a_dead_worker_left_out(
    partner, cards_asked_for, monkeypatch
):
    woken = []
    monkeypatch.setattr(listings, "wake", lambda *message: woken.append(message))
    factories.make_product(partner)
    shop = factories.make_connection(partner)
    factories.make_connection(partner, state="parked")
    listings.wake_unlisted()
    assert woken == [("products.services.listings.list_the_rest", shop.pk)]
    listings.list_the_rest(shop.pk)
    listings.wake_unlisted()
    assert len(woken) == 1


def test_the_worker_finds_a_category_by_the_words(partner, fake):
    make_category()
    listing = factories.make_listing(
        factories.make_product(partner, name="Choynak"),
        factories.make_connection(partner, marketplace="fake"),
    )
    found = listings.find_category(listing=listing)
    assert (found.category_id, found.category_reason) == ("91105", "words")
    assert found.category_match == {"score": 100, "words": ["Choynak"], "others": []}


def test_two_categories_as_good_are_offered_and_none_is_taken(partner, fake):
    make_category("1", "Чайники белые")
    make_category("2", "Чайники черные")
    listing = factories.make_listing(
        factories.make_product(partner, name="Choynak"),
        factories.make_connection(partner, marketplace="fake"),
    )
    found = listings.find_category(listing=listing)
    assert found.category_id == found.category_reason == ""
    assert {one["id"] for one in found.category_match["others"]} == {"1", "2"}


def test_what_a_person_chose_stays(partner, cards_asked_for):
    make_category("7", "Пиалы")
    listing = make_listing(partner)
    chosen = listings.choose_category(listing=listing, category_id="7", by=partner.owner)
    assert (chosen.category_path, chosen.state) == ("Дом / Пиалы", Listing.State.WANTED)
    assert cards_asked_for == [listing.pk]
    assert AuditLog.objects.get(action="CATEGORY_CHOSEN").after == {"category": "Дом / Пиалы"}
    assert listings.find_category(listing=chosen).category_id == "7"


def test_a_category_of_another_marketplace_is_refused(partner):
    make_category("7", marketplace="yandex")
    with pytest.raises(NoSuchCategory):
        listings.choose_category(listing=make_listing(partner), category_id="7", by=partner.owner)
