import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from marketplaces.models import RemoteCategory
from partners.models import AuditLog
from products.models import Listing, Product
from products.services import catalogue, stock
from products.services.catalogue import SkuTaken
from tests import factories

DOUBLE_SUBMITS = 50


def add(partner, **fields):
    defaults = {
        "by": partner.owner,
        "submission": uuid.uuid4(),
        "name": "Choynak «Paxta» 1 l",
        "quantity": 12,
        "cost": Decimal(60_000),
    }
    return catalogue.add_product(partner=partner, **(defaults | fields))


def test_three_fields_make_a_whole_product(partner):
    product = add(partner)
    assert product.sku == "CHOYNAK-PAXTA-1-L"
    assert product.price == 79_000
    assert stock.figures(product).on_hand == 12
    change = product.price_changes.get()
    assert (change.before, change.after, change.made_by) == (None, 79_000, "rules")
    row = AuditLog.objects.get(action="PRODUCT_CREATED")
    assert row.entity_id == str(product.pk)
    assert row.after["sku"] == product.sku


def test_a_price_given_is_kept_and_explained(partner):
    product = add(partner, price=Decimal(90_000), sku="MY-1")
    change = product.price_changes.get()
    assert (product.price, product.sku, change.made_by) == (90_000, "MY-1", "person")
    margin = next(step for step in change.waterfall if step["step"] == "margin")
    assert (margin["amount"], margin["reason"]) == ("26400.00", "left")


def test_without_a_cost_there_is_no_price(partner):
    product = add(partner, cost=None)
    assert product.price is None
    assert not product.price_changes.exists()


def test_the_same_name_gets_the_next_code(partner):
    codes = [add(partner).sku for _ in range(3)]
    assert codes == ["CHOYNAK-PAXTA-1-L", "CHOYNAK-PAXTA-1-L-2", "CHOYNAK-PAXTA-1-L-3"]


def test_a_code_already_used_is_refused(partner):
    add(partner, sku="MY-1")
    with pytest.raises(SkuTaken):
        add(partner, sku="MY-1")
    assert Product.objects.count() == 1


def test_two_partners_may_use_the_same_code(partner):
    add(partner, sku="MY-1")
    assert add(factories.make_partner(), sku="MY-1").sku == "MY-1"


def test_each_working_shop_gets_a_listing_with_a_category(partner, cards_asked_for):
    RemoteCategory.objects.create(
        marketplace="yandex",
        external_id="91105",
        name="Чайники и заварники",
        path="Товары для дома / Чайники и заварники",
        fetched_at=timezone.now(),
    )
    factories.make_connection(partner)
    factories.make_connection(partner, state="parked")
    factories.make_connection()
    listing = add(partner).listings.get()
    assert (listing.category_id, listing.category_reason) == ("91105", "words")
    assert listing.category_match["words"] == ["Choynak"]
    assert listing.state == Listing.State.WANTED
    assert cards_asked_for == [listing.pk]


def test_the_same_submission_makes_one_product(partner, cards_asked_for):
    factories.make_connection(partner)
    submission = uuid.uuid4()
    first, second = (add(partner, submission=submission) for _ in range(2))
    assert first == second
    assert stock.figures(first).on_hand == 12
    assert len(cards_asked_for) == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_product_every_time():
    partner = factories.make_partner()
    factories.make_connection(partner)

    def send(submission, start):
        start.wait()
        try:
            return add(partner, submission=submission).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(DOUBLE_SUBMITS):
            submission, start = uuid.uuid4(), Barrier(2)
            made = [pool.submit(send, submission, start) for _ in range(2)]
            assert len({future.result() for future in made}) == 1
    assert Product.objects.count() == DOUBLE_SUBMITS
    assert Listing.objects.count() == DOUBLE_SUBMITS
    assert all(
        figures.on_hand == 12 for figures in stock.figures_of(Product.objects.all()).values()
    )
