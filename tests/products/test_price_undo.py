"""A change of a price taken back: one, a batch, all of a rule; never over a newer decision."""

import hashlib
from decimal import Decimal

import pytest
from django.urls import reverse

from marketplaces import outbox
from partners.models import AuditLog
from products.models import Product
from products.services import price_changes, price_undo
from products.services.price_changes import BelowFloor, Origin
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(partner):
    return factories.make_product(partner)


def change(product, price, rule="", **fields):
    by = product.partner.users.get()
    made_by = "batch" if rule else "person"
    origin = Origin(by, made_by, rule=rule, **fields)
    price_changes.set_price(product=product, price=Decimal(price), origin=origin)
    return product.price_changes.latest("pk")


def state() -> str:
    """What buyers would pay, as a hash."""
    rows = Product.objects.order_by("pk").values_list("sku", "price", "cost", "currency")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def test_the_state_is_as_it_was(product):
    before = state()
    made = change(product, 120_000)
    assert state() != before
    price_undo.undo(change=made, by=product.partner.owner)
    assert state() == before
    assert product.price_changes.latest("pk").undoes == made
    assert AuditLog.objects.filter(action="PRICE_UNDONE").count() == 1


def test_it_is_refused_where_the_price_has_changed_since(product):
    made = change(product, 120_000)
    change(product, 130_000)
    before = state()
    with pytest.raises(price_undo.Stale):
        price_undo.undo(change=made, by=product.partner.owner)
    assert state() == before


def test_also_where_it_has_come_back_to_the_same(product):
    made = change(product, 120_000)
    change(product, 130_000)
    change(product, 120_000)
    with pytest.raises(price_undo.Stale):
        price_undo.undo(change=made, by=product.partner.owner)


def test_not_twice(product):
    made = change(product, 120_000)
    price_undo.undo(change=made, by=product.partner.owner)
    with pytest.raises(price_undo.Stale):
        price_undo.undo(change=made, by=product.partner.owner)


def test_the_undoing_may_be_undone(product):
    made = change(product, 120_000)
    price_undo.undo(change=made, by=product.partner.owner)
    price_undo.undo(change=product.price_changes.latest("pk"), by=product.partner.owner)
    product.refresh_from_db()
    assert product.price == 120_000


def test_not_back_to_a_price_that_loses_by_now(product):
    made = change(product, 150_000)
    Product.objects.update(cost=Decimal(110_000))
    with pytest.raises(BelowFloor):
        price_undo.undo(change=made, by=product.partner.owner)


def test_but_to_a_loss_that_was_meant(product):
    change(product, 61_000, accepted=("loss",))
    made = change(product, 90_000)
    price_undo.undo(change=made, by=product.partner.owner)
    product.refresh_from_db()
    assert product.price == 61_000


def test_the_shops_hear_of_it(partner, product, fake):
    listing = make_card(make_listing(partner, product=product)).listing
    listing.state, listing.sent_price = "approved", Decimal(99_000)
    listing.save()
    made = change(product, 120_000)
    price_undo.undo(change=made, by=partner.owner)
    outbox.drain(listing.connection_id)
    assert [value for verb, _, value in fake.said if verb == "price"] == [99_000]


class TestARule:
    def test_all_it_did_without_a_break_is_taken_back(self, partner, product):
        other = factories.make_product(partner)
        before = state()
        for price in (110_000, 120_000):
            change(product, price, rule="review")
        change(other, 105_000, rule="review")
        assert price_undo.rules(partner) == [{"rule": "review", "count": 2}]
        undone = price_undo.undo_rule(partner=partner, rule="review", by=partner.owner)
        assert (undone.done, undone.stale) == (2, ())
        assert state() == before
        assert price_undo.rules(partner) == []

    def test_what_a_person_has_set_since_stays(self, partner, product):
        change(product, 110_000, rule="review")
        change(product, 115_000)
        undone = price_undo.undo_rule(partner=partner, rule="review", by=partner.owner)
        assert (undone.done, undone.stale) == (0, (product.pk,))
        product.refresh_from_db()
        assert product.price == 115_000

    def test_another_rule_and_another_partner_stay(self, partner, product):
        stranger = factories.make_product()
        change(product, 110_000, rule="batch")
        change(stranger, 110_000, rule="review")
        undone = price_undo.undo_rule(partner=partner, rule="review", by=partner.owner)
        assert undone.done == 0


def test_on_the_page(product, partner_client):
    made = change(product, 120_000)
    page = partner_client.get(reverse("products:price", args=[product.pk])).content.decode()
    address = reverse("products:undo_price", args=[made.pk])
    assert address in page
    partner_client.post(address)
    product.refresh_from_db()
    assert product.price == 99_000
    answer = partner_client.post(address, follow=True)
    assert "The price has changed since." in answer.content.decode()
