"""A sale that takes the last piece is told at once; a count that empties a shop is counted."""

import pytest

from marketplaces import outbox, payloads
from marketplaces.connectors.remote import StockUpdate
from products.models import StockLevel, StockMovement
from products.services import emptied
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """A stock that a shop which shows five pieces is about to hear of."""

    def make(quantity=0, *, shown=5, reserved=0, sold=False):
        product = factories.make_product(stock=5)
        listing = factories.make_listing(product, sent_stock=shown)
        StockLevel.objects.filter(product=product).update(reserved=reserved)
        if sold:
            level = StockLevel.objects.get(product=product)
            StockMovement.objects.create(
                partner=product.partner,
                product=product,
                location=level.location,
                kind=StockMovement.Kind.SALE,
                quantity=-1,
                source=f"order_line:{product.pk}",
            )
        update = StockUpdate(product.sku, quantity, product.created_at)
        return outbox.add(
            connection=listing.connection,
            kind="push_stock",
            target=product.sku,
            subject=listing.subject,
            payload=payloads.dump(update),
            dedupe=product.sku,
        )

    return make


def test_only_what_no_buyer_took_is_destructive(told):
    emptied_by_hand = told()
    harmless = [told(1), told(shown=0), told(shown=None), told(reserved=5), told(sold=True)]
    assert emptied.without_a_sale([emptied_by_hand, *harmless]) == {emptied_by_hand.pk}
