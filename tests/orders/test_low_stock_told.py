"""That a product runs out is told once when it comes so far, and again only after it recovered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import DailyAnalytics
from orders.services import low_stock
from orders.services.analytics import day_of
from partners.models import Notification
from products.models import Product, StockLevel
from tests import factories
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
KINDS = ["low_stock", "low_stocks", "out_of_stock"]


@pytest.fixture
def sold(partner):
    """A piece a day of each product for two weeks."""
    shop = factories.make_connection(partner)

    def sell(*products):
        for product in products:
            DailyAnalytics.objects.create(
                partner=partner,
                connection=shop,
                day=day_of(timezone.now()) - timedelta(days=1),
                currency="UZS",
                product_id=product.pk,
                units=14,
            )

    return sell


def make(partner, pieces, **fields) -> Product:
    return factories.make_product(partner, stock=pieces, **fields)


def left(product, pieces) -> None:
    StockLevel.objects.filter(product=product).update(on_hand=pieces)


def told(user) -> list[tuple[str, dict]]:
    notices = Notification.objects.filter(user=user, kind__in=KINDS).order_by("pk")
    return [(notice.kind, notice.data) for notice in notices]


def test_it_is_told_when_a_week_is_left_and_once(partner, sold):
    product = make(partner, 8, name="Choynak")
    sold(product)
    low_stock.tell(partner.pk)
    assert told(partner.owner) == []
    for pieces in (7, 6, 3):
        left(product, pieces)
        low_stock.tell(partner.pk)
    assert told(partner.owner) == [("low_stock", {"product": "Choynak", "pieces": 7, "days": 7})]


def test_again_only_after_it_recovered(partner, sold):
    """A day more or less at the edge is no recovery."""
    product = make(partner, 7)
    sold(product)
    for pieces in (7, 8, 7, 10, 7):
        left(product, pieces)
        low_stock.tell(partner.pk)
    assert len(told(partner.owner)) == 1
    for pieces in (11, 7):
        left(product, pieces)
        low_stock.tell(partner.pk)
    assert len(told(partner.owner)) == 2


def test_what_nobody_buys_does_not_run_out(partner, sold):
    make(partner, 1)
    low_stock.tell(partner.pk)
    assert told(partner.owner) == []


def test_the_last_piece_is_called_by_its_name(partner, sold):
    product = make(partner, 0, name="Piyola")
    sold(product)
    low_stock.tell(partner.pk)
    ((kind, data),) = told(partner.owner)
    assert (kind, data["product"]) == ("out_of_stock", "Piyola")


def test_several_at_once_are_one_notice(partner, sold):
    products = [make(partner, n, name=f"Tovar {n}") for n in range(1, 8)]
    sold(*products)
    low_stock.tell(partner.pk)
    low_stock.tell(partner.pk)
    ((kind, data),) = told(partner.owner)
    assert (kind, data["count"]) == ("low_stocks", 7)
    assert data["names"].startswith("Tovar 1 (1); Tovar 2 (2)") and data["names"].endswith("…")


def test_the_clock_wakes_those_who_sell(partner, sold, django_capture_on_commit_callbacks):
    sold(make(partner, 3))
    factories.make_partner()
    woken = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(low_stock, "wake", lambda path, pk: woken.append(pk))
        low_stock.wake_checks()
    assert woken == [partner.pk]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(partner, sold):
    sold(make(partner, 3), make(partner, 2))
    at_once(*[lambda: low_stock.tell(partner.pk)] * 3)
    assert len(told(partner.owner)) == 1
