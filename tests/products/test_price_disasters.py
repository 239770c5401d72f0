"""Four public disasters, replayed: nothing of them reaches a marketplace."""

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from marketplaces import outbox, payloads
from marketplaces.connectors.remote import PriceUpdate
from products.models import Listing, Product
from products.services import price_batches, price_changes, price_limits
from products.services.price_batches import Line
from products.services.price_changes import BelowFloor, Origin
from sellercloudx.lib.money import Money
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(partner, fake):
    """Twenty products on sale at 99 000; each cost 60 000."""
    first = make_listing(partner)
    for _ in range(19):
        product = factories.make_product(partner)
        factories.make_listing(product, first.connection, category_id="1")
    for listing in Listing.objects.all():
        make_card(listing)
    Listing.objects.update(state="sent", sent_at=timezone.now(), sent_price=Decimal(99_000))
    return first.connection


def listings():
    return Listing.objects.select_related("product", "connection").order_by("pk")


def sent(shop, fake):
    """Everything is told that may be; the prices the marketplace heard."""
    for pk in price_batches.PriceBatch.objects.values_list("pk", flat=True):
        price_batches.advance(pk)
        outbox.drain(shop.pk)
        price_batches.advance(pk)
    outbox.drain(shop.pk)
    return [value for verb, _, value in fake.said if verb == "price"]


def bulk(shop, lines):
    return price_batches.start(
        partner=shop.partner,
        by=shop.partner.users.get(),
        lines=[Line(listing.product.sku, price) for listing, price in lines],
        submission=uuid.uuid4(),
    )


def test_a_repricer_sets_everything_to_a_penny_for_an_hour(shop, fake):
    """RepricerExpress, Amazon UK, 12 December 2014, 19:00 to 20:00: thousands of items at 1p.

    channel4.com/news/amazon-glitch-repricerexpress-friday-online-retailers. The rule itself is
    broken here: it writes to the outbox past everything that looks at prices as they are set.
    """
    for listing in listings():
        update = PriceUpdate(listing.product.sku, Money(Decimal("0.01"), "UZS"))
        outbox.add(
            connection=shop,
            kind="push_price",
            target=listing.product.sku,
            subject=listing.subject,
            payload=payloads.dump(update),
            dedupe=f"repricer:{listing.pk}",
        )
    assert sent(shop, fake) == []
    assert set(listings().values_list("price_stopped_for", flat=True)) == {"below_floor"}


@pytest.mark.parametrize("blank", ["", None, "0", "0.00", "NaN", " ", "#N/A"])
def test_a_blank_minimum_is_read_as_one(shop, fake, blank):
    """Appeagle, Amazon, 17 July 2012: where sellers had left the minimum blank, a penny.

    ecommercebytes.com/cab/abn/y12/m07/i18/s02: "The listings that were affected were the ones I
    did NOT want to touch". A rule that goes down to its minimum finds none here, and leaves the
    price alone; with a product without a cost nothing else would hold it.
    """
    Product.objects.update(cost=None)
    wanted = [(listing, price_limits.bound(blank)) for listing in listings()]
    batch = bulk(shop, wanted)
    assert sent(shop, fake) == []
    assert price_batches.counts(batch)["refused"] == 20
    # Nor where the rule makes a penny of it by itself.
    for listing in listings():
        with pytest.raises(price_changes.Refused):
            price_changes.set_price(
                product=listing.product, price=Decimal("0.01"), origin=Origin(None, "repricer")
            )
    assert sent(shop, fake) == []


def test_a_formula_of_a_spreadsheet_slips(shop, fake):
    """9 000 orders in ten minutes: a column that divides where it should multiply.

    All at once and all plausible numbers; told of in our own design notes, without a source.
    """
    batch = bulk(shop, [(one, one.product.price / 100) for one in listings()])
    assert (batch.state, batch.frozen_for) == ("frozen", "floor")
    assert sent(shop, fake) == []
    # A person who lets it go on in a hurry sends none of them either.
    price_batches.release(batch=batch, by=shop.partner.users.get())
    assert sent(shop, fake) == []
    assert price_batches.counts(batch)["refused"] == 20


@pytest.mark.parametrize("zero", [None, Decimal(0)])
def test_a_bulk_edit_with_an_empty_field_writes_zero(shop, fake, zero):
    """WooCommerce, April 2021: "Change to" left blank made each selected product free.

    github.com/woocommerce/woocommerce/issues/29617.
    """
    bulk(shop, [(one, zero) for one in listings()])
    assert sent(shop, fake) == []
    assert set(Product.objects.values_list("price", flat=True)) == {Decimal(99_000)}


def test_by_hand_neither_is_set_without_meaning_it(shop, fake):
    product = listings()[0].product
    with pytest.raises(BelowFloor):
        price_changes.change_price(
            product=product, price=Decimal("0.01"), by=shop.partner.users.get()
        )
    assert sent(shop, fake) == []
