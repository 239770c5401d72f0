"""From the name to a category of the marketplace and its characteristics."""

import pytest

from ai_manager.services import cards
from products.models import Listing
from products.services.cards import latest_card
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_proposes_a_category_and_fills_its_characteristics(listing, make, reload):
    card = make(listing)
    listing.refresh_from_db()
    assert listing.category_path.endswith("Чайники и заварники")
    assert listing.state == Listing.State.REVIEW
    values = {one["name"]: (one["value"], one["source"]) for one in card.attributes}
    assert values["Тип"] == ("Чайник", "form")
    assert values["Цвет товара"] == ("белый", "form")
    assert float(values["Объем"][0]) in (1.0, 1000.0)
    assert (card.missing, card.problems) == ([], [])


def test_what_it_cannot_know_it_asks_for(yandex_shop, make):
    product = factories.make_product(yandex_shop.partner, name="Futbolka Zara oq", brand="Zara")
    card = make(factories.make_listing(product, yandex_shop))
    assert [one["name"] for one in card.missing] == ["Размер", "Пол"]
    assert "женский" in [option["value"] for option in card.missing[1]["options"]]


def test_without_a_clear_category_the_texts_are_written_all_the_same(yandex_shop, make):
    product = factories.make_product(yandex_shop.partner, name="Narsa XZ-5")
    listing = factories.make_listing(product, yandex_shop)
    card = make(listing)
    listing.refresh_from_db()
    assert listing.category_id == ""
    assert (card.attributes, card.missing) == ([], [])


def test_a_remade_card_is_the_next_version(listing, make):
    assert make(listing).version == 1
    cards.make_card(cards.remake(listing=listing).pk)
    assert latest_card(listing).version == 2


def test_a_card_on_its_way_is_not_asked_for_twice(listing, make):
    make(listing)
    cards.remake(listing=listing)
    with pytest.raises(cards.BeingMade):
        cards.remake(listing=listing)
