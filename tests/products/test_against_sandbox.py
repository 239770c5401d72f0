"""The whole way of a card against the simulated marketplace, over real HTTP."""

import pytest

from ai_manager.services.cards import make_card as make_the_card
from marketplaces import categories, inbound, outbox
from partners.models import Notification
from products.models import Listing
from products.services import cards, listings, stock

from .selling import add, approve_and_send, read_until_judged, value_of, with_card

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(yandex_shop, settings, live_server):
    settings.PUBLIC_URL = live_server.url
    inbound.open_streams(yandex_shop)
    return yandex_shop


def test_a_product_becomes_a_card_there(shop, sandbox, sandbox_key):
    listing = listings.find_category(listing=add(shop).listings.get())
    assert listing.category_path.endswith("Чайники и заварники")
    approve_and_send(with_card(listing))
    read_until_judged(listing)
    assert (listing.remote_status, listing.state) == ("accepted", Listing.State.SENT)
    assert (listing.sent_price, listing.sent_stock) == (79_000, 7)
    (offer,) = sandbox.state(sandbox_key)["offers"]
    assert "CHOYNAK" in str(offer)


def test_their_refusal_comes_back_in_their_words(shop):
    listing = listings.find_category(listing=add(shop).listings.get())
    approve_and_send(with_card(listing, title="Чайник, распродажа"))
    read_until_judged(listing)
    assert listing.remote_status == "rejected"
    assert any("распродажа" in words for words in listing.vendor_messages)
    told = Notification.objects.get(kind="card_rejected")
    assert "распродажа" in told.data["reason"]


def test_a_sale_here_is_told_there(shop, sandbox, sandbox_key):
    product = add(shop)
    listing = listings.find_category(listing=product.listings.get())
    approve_and_send(with_card(listing))
    stock.reserve(partner=shop.partner, product=product, quantity=3, source="order_line:1")
    assert outbox.drain(shop.pk) == 1
    listing.refresh_from_db()
    assert listing.sent_stock == 4


def test_three_fields_become_a_card_by_rules(shop, settings):
    settings.WIRING = "sellercloudx.wiring"
    listing = add(shop, name="Sopol choynak, oq, 1 l").listings.get()
    make_the_card(listing.card_jobs.get().pk)
    listing.refresh_from_db()
    card = listing.cards.get()
    assert (listing.state, card.made_by) == (Listing.State.REVIEW, "rules")
    if card.missing:
        texts = {"texts": card.texts, "attributes": card.attributes}
        known = categories.attributes_of(listing.connection, listing.category_id)
        gaps = {str(one["attribute_id"]) for one in card.missing}
        texts["attributes"] += [value_of(one) for one in known if one.id in gaps]
        cards.edit_card(card=card, **texts)
    approve_and_send(listing)
    read_until_judged(listing)
    assert (listing.remote_status, listing.vendor_messages) == ("accepted", [])
