from decimal import Decimal

import pytest
from django.urls import reverse

from marketplaces import outbox
from partners.models import AuditLog
from products.models import Listing
from products.services import price_changes, publishing
from products.services.price_changes import BelowFloor
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(partner):
    return factories.make_product(partner, stock=3)


def change(product, price, **fields):
    by = product.partner.users.get()
    return price_changes.change_price(product=product, price=Decimal(price), by=by, **fields)


def test_it_keeps_the_price_its_waterfall_and_who_set_it(product):
    changed = change(product, 120_000)
    assert changed.price == 120_000
    row = product.price_changes.latest("pk")
    assert (row.before, row.after, row.made_by) == (99_000, 120_000, "person")
    assert sum(Decimal(step["amount"]) for step in row.waterfall if step["amount"]) == 120_000
    assert AuditLog.objects.get(action="PRICE_CHANGED").after["price"] == "120000"


def test_the_same_price_again_changes_nothing(product):
    change(product, 99_000)
    assert not product.price_changes.exists()


def test_another_cost_alone_is_no_change_of_the_price(product, partner_client):
    change(product, 120_000)
    change(product, 120_000, cost=Decimal(70_000))
    assert product.price_changes.count() == 1
    row = AuditLog.objects.filter(action="PRICE_CHANGED").latest("pk")
    assert (Decimal(row.before["cost"]), Decimal(row.after["cost"])) == (60_000, 70_000)
    # What is left of the price is shown by today's cost.
    page = partner_client.get(reverse("products:detail", args=[product.pk]))
    lines = {str(line["label"]): line["amount"] for line in page.context["waterfall"]}
    assert (lines["Cost price"], lines["Price"]) == (70_000, 120_000)
    assert lines["Left to you"] == 120_000 - 70_000 - lines["Tax"]


def test_a_loss_must_be_meant(product):
    with pytest.raises(BelowFloor) as refused:
        change(product, 61_000)
    assert refused.value.floor == 62_500
    product.refresh_from_db()
    assert product.price == 99_000
    assert change(product, 61_000, accept_loss=True).price == 61_000


def test_a_new_cost_moves_the_floor(product):
    with pytest.raises(BelowFloor):
        change(product, 99_000, cost=Decimal(98_000))
    assert change(product, 99_000, cost=Decimal(70_000)).cost == 70_000


def test_shops_that_have_the_product_hear_of_it(product, fake):
    listing = make_card(make_listing(product.partner, product=product)).listing
    change(product, 110_000)
    assert fake.said == []
    publishing.approve_card(listing=listing, by=product.partner.users.get())
    change(product, 120_000)
    outbox.drain(listing.connection_id)
    assert [value for verb, _, value in fake.said if verb == "price"] == [120_000]
    assert Listing.objects.get().sent_price == 120_000
