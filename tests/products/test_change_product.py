from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import translation

from partners.models import AuditLog
from products.forms import ProductForm
from products.models import Card, Listing
from products.services import catalogue
from products.services.catalogue import SkuIsKnown, SkuTaken
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db
State = Listing.State


def change(product, **fields):
    return catalogue.change_product(product=product, by=product.partner.users.get(), **fields)


def sent(card):
    Listing.objects.filter(pk=card.listing_id).update(
        state=State.SENT, sent_at="2026-11-20T09:00:00Z"
    )
    return card.listing


def test_it_writes_down_what_changed(partner):
    product = factories.make_product(partner)
    change(product, name="Piyola", brand="")
    row = AuditLog.objects.get(action="PRODUCT_CHANGED")
    assert (row.before, row.after) == ({"name": "Choynak «Paxta» 1 l"}, {"name": "Piyola"})


def test_a_card_of_ours_is_made_anew_when_its_facts_change(partner, cards_asked_for):
    listing = make_card(make_listing(partner)).listing
    change(listing.product, brand="Paxta")
    listing.refresh_from_db()
    assert listing.state == State.WANTED
    assert cards_asked_for == [listing.pk]


def test_a_persons_card_is_only_put_before_them_again(partner, cards_asked_for):
    listing = sent(make_card(make_listing(partner), made_by=Card.Maker.PERSON))
    change(listing.product, brand="Paxta")
    listing.refresh_from_db()
    assert (listing.state, cards_asked_for) == (State.REVIEW, [])


def test_a_new_size_is_sent_only_after_another_look(partner, cards_asked_for):
    listing = sent(make_card(make_listing(partner)))
    change(listing.product, weight_kg=2)
    listing.refresh_from_db()
    assert (listing.state, cards_asked_for) == (State.REVIEW, [])


def test_the_code_is_free_until_a_shop_knows_it(partner):
    listing = make_card(make_listing(partner)).listing
    assert change(listing.product, sku="NEW-1").sku == "NEW-1"
    sent(listing.cards.get())
    with pytest.raises(SkuIsKnown):
        change(listing.product, sku="NEW-2")


def test_the_code_of_another_product_is_refused(partner):
    factories.make_product(partner, sku="MY-1")
    product = factories.make_product(partner)
    with pytest.raises(SkuTaken):
        change(product, sku="MY-1", name="Other")
    product.refresh_from_db()
    assert product.name != "Other"


def test_only_a_code_that_is_taken_is_called_taken(partner):
    product = factories.make_product(partner)
    with pytest.raises(IntegrityError):
        change(product, sku="NEW-1", cost=Decimal(-1))
    with pytest.raises(IntegrityError):
        change(product, sku=product.sku, cost=Decimal(-1))


def test_search_finds_the_new_words(partner):
    product = factories.make_product(partner)
    change(product, name="Oʻzbek piyolasi", brand="Paxta")
    product.refresh_from_db()
    assert "ozbek piyolasi" in product.folded and "paxta" in product.folded


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("barcode", "6.93E+12", "A spreadsheet has shortened this barcode"),
        ("barcode", "6,93e12", "A spreadsheet has shortened this barcode"),
        ("weight_kg", "-1", "It must be more than 0"),
        ("weight_kg", "\u22121", "It must be more than 0"),
    ],
)
def test_what_is_wrong_is_said_of_the_value_itself(field, typed, said):
    with translation.override("en"):
        assert said in str(ProductForm({field: typed}).errors[field])
