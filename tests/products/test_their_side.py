"""Their side of a listing: read back whole, compared, taken over; deleted, unknown, enormous."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from marketplaces import outbox
from marketplaces.connectors import registry, remote
from marketplaces.connectors.errors import Unsupported
from marketplaces.connectors.yandex import mapping
from marketplaces.models import Operation
from partners.models import AuditLog
from products import listing_words, wording
from products.models import Listing, TheirCard
from products.services import differences, price_advice, stock, taking_over, theirs
from products.services.cards import latest_card
from sellercloudx.lib.money import Money
from tests import factories
from tests.fake_marketplace import FakeMarketplace

from .making import make_card, make_listing
from .their_side import ask, listed, take_in

pytestmark = pytest.mark.django_db
HUGE = 2**53 + 1


def compared(listing):
    listing = Listing.objects.select_related("theirs", "product", "connection").get(pk=listing.pk)
    return {one.code: one for one in differences.of(listing, latest_card(listing))}


def their_card(listing, **more):
    """As Yandex shows it, with whatever is said in `more`."""
    offer = {
        "offerId": listing.product.sku,
        "name": "Чайник «Пахта»",
        "description": "Чайник на два литра.",
        "basicPrice": {"value": 91000, "currencyId": "UZS"},
        "cardStatus": "HAS_CARD_CAN_UPDATE",
    }
    row = {
        "offer": offer | more.pop("offer", {}),
        "mapping": {"marketSku": HUGE, "marketCategoryId": 91105} | more.pop("mapping", {}),
    }
    return remote.RemoteCard(mapping.listing(row), **more)


def test_each_field_is_ours_sent_and_theirs():
    listing = make_card(make_listing()).listing
    theirs.keep(listing, their_card(listing, stock=4))
    found = compared(listing)
    assert (found["title:ru"].ours, found["title:ru"].is_other) == ("Чайник «Пахта»", False)
    assert found["description:ru"].is_other
    assert found["title:uz"].theirs is None and not found["title:uz"].is_other
    assert found["stock"].theirs == 4
    assert found["price"].theirs == Money(Decimal(91_000), "UZS")
    assert all(one.sent is None for one in found.values())


def test_another_currency_is_another_price_and_named_as_such():
    listing = make_listing()
    price = {"basicPrice": {"value": 91000, "currencyId": "RUR"}}
    theirs.keep(listing, their_card(listing, offer=price))
    assert compared(listing)["price"].is_other
    with translation.override("uz"):
        (line,) = listing_words.lines([compared(listing)["price"]])
    assert line["theirs"].endswith("rubl")


def test_a_status_we_do_not_know_is_kept_and_shown_as_that():
    listing = make_listing()
    Listing.objects.update(state="sent", sent_at=timezone.now())
    theirs.keep(listing, their_card(listing, offer={"cardStatus": "HAS_CARD_ON_THE_MOON"}))
    listing.refresh_from_db()
    assert (listing.remote_status, listing.vendor_status) == ("unknown", "HAS_CARD_ON_THE_MOON")
    with translation.override("en"):
        assert wording.standing(listing).words == "Status not known to us"


def test_ids_beyond_what_a_double_holds_stay_what_they_are():
    listing = make_listing()
    theirs.keep(listing, their_card(listing, mapping={"marketCategoryId": HUGE}))
    content = TheirCard.objects.get().content
    assert (content["card_number"], content["category_id"]) == (str(HUGE), str(HUGE))


@pytest.mark.parametrize("odd", [{"vendor": 7}, {"barcodes": "47"}, {"weightDimensions": [1]}])
def test_content_of_another_shape_leaves_the_rest_known(odd):
    listing = make_listing()
    theirs.keep(listing, their_card(listing, offer=odd))
    card = TheirCard.objects.get()
    assert (card.content, card.price) == ({}, 91_000)
    assert compared(listing)["price"].theirs.amount == 91_000


def test_what_was_deleted_there_is_gone_and_back_once_it_is_there_again():
    listing = make_listing()
    Listing.objects.update(state="sent", sent_at=timezone.now())
    listing.refresh_from_db()
    theirs.keep(listing, their_card(listing))
    for _ in range(2):
        listing.refresh_from_db()
        theirs.keep(listing, remote.RemoteCard(mapping.absent(listing.product.sku)))
    listing.refresh_from_db()
    assert listing.gone_at and wording.standing(listing).tone == "bad"
    assert TheirCard.objects.get().content == {}
    theirs.keep(listing, their_card(listing))
    listing.refresh_from_db()
    assert listing.gone_at is None


@pytest.mark.processes
def test_it_is_read_from_the_marketplace_and_taken_over_by_word_alone(yandex_shop, client):
    shop = yandex_shop
    listed(shop, "A", "B", stock=8)
    take_in(shop)
    listing = Listing.objects.get(product__sku="A")
    stock.adjust(
        partner=shop.partner,
        product=listing.product,
        quantity=5,
        reason="counted",
        source="test",
        by=shop.partner.users.get(),
    )
    assert Operation.objects.count() == 0, "a found listing is told nothing"
    client.force_login(shop.partner.users.get())
    client.cookies["django_language"] = "en"
    page = client.get(reverse("products:compare", args=[listing.pk])).content.decode()
    assert "It was found there" in page and "Take over" in page
    client.post(reverse("products:take_over_one", args=[listing.pk]))
    assert {one.kind for one in Operation.objects.all()} == {"push_price", "push_stock"}
    assert outbox.drain(shop.pk) == 2
    take_in(shop, "take_over_listings", listings=[listing.pk, Listing.objects.last().pk])
    assert AuditLog.objects.filter(action="LISTING_TAKEN_OVER").count() == 2
    with pytest.raises(taking_over.NotFound):
        taking_over.take_over(listing=listing, by=shop.partner.users.get())
    TheirCard.objects.update(read_at=timezone.now() - timedelta(hours=7))
    assert theirs.refresh(shop.pk) == 2
    card = TheirCard.objects.get(listing=listing)
    assert (card.stock, card.price, card.rating is not None) == (13, 50_000, True)
    assert theirs.refresh(shop.pk) == 0, "nothing is due"
    # Their advice about prices is not for shops of Uzbekistan; the page says so.
    assert price_advice.refresh(shop.pk) == 0
    page = client.get(reverse("products:compare", args=[listing.pk])).content.decode()
    assert "gives this shop no advice" in page and "not supported for Market Yandex Go" in page
    ask(shop, "POST", "offer-mappings/delete", offerIds=["A"])
    TheirCard.objects.update(read_at=None)
    theirs.refresh(shop.pk)
    assert Listing.objects.get(pk=listing.pk).gone_at


class Adviser(FakeMarketplace):
    asked: list = []

    def look_up(self, skus):
        return [remote.RemoteCard(mapping.absent(sku)) for sku in skus]

    def price_advice(self, skus):
        self.asked.append(skus)
        if self.failing:
            raise self.failing.pop(0)
        uzs = [Money(Decimal(amount), "UZS") for amount in (90_000, 99_000)]
        return [remote.PriceAdvice(skus[0], "GREAT", uzs[0], uzs[0], uzs[1], 12)]


def test_their_advice_is_kept_with_its_day_and_asked_once_a_day(fake, monkeypatch):
    monkeypatch.setitem(registry.CONNECTORS, "fake", "tests.products.test_their_side.Adviser")
    listing = make_listing()
    shop = listing.connection
    theirs.keep(listing, their_card(listing))
    assert price_advice.refresh(shop.pk) == 1
    assert price_advice.refresh(shop.pk) == 0
    said = listing_words.price_advice(TheirCard.objects.get())
    assert said["words"] == "GREAT", "a word of theirs that we do not know stays theirs"
    assert said["shows"] == 12 and "90" in said["attractive"]
    TheirCard.objects.update(advised_at=timezone.now() - timedelta(days=2))
    Adviser.failing = [Unsupported("no", words="not for you")]
    assert price_advice.refresh(shop.pk) == 0
    assert TheirCard.objects.get().price_advice == {"unsupported": "not for you"}


def test_only_ones_own_listings_are_compared(client):
    listing, other = make_listing(), factories.make_partner()
    client.force_login(other.owner)
    for name in ("compare", "take_over_one", "confirm_price"):
        url = reverse(f"products:{name}", args=[listing.pk])
        answer = client.get(url) if name == "compare" else client.post(url)
        assert answer.status_code == 404
