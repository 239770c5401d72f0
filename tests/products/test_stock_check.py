"""Every hour the stock is added up; what is wrong is written down and our people are told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from partners.models import Notification
from products.models import ChannelStock, Reservation, StockCheck, StockLevel, StockMovement
from products.services import publishing, stock, stock_check, stock_limits
from sellercloudx.lib.wiring import table
from tests import factories

from . import shelves

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague():
    return factories.make_staff()


@pytest.fixture
def product(partner, colleague):
    made = factories.make_product(partner, stock=10)
    stock.reserve(partner=partner, product=made, quantity=4, source="order_line:1")
    return made


@pytest.fixture
def strict(product, partner, fake, monkeypatch):
    shelves.use(monkeypatch)
    shop = factories.make_connection(partner, marketplace="fake")
    shelves.put_on(product, shop)
    publishing.tell_stock([product])
    shelves.drain(shop)
    stock_limits.set_mode(product=product, is_strict=True, by=partner.owner)
    return product


def found(product):
    check = stock_check.check(product.partner_id)
    return [(one["code"], one["sku"], one["expected"], one["found"]) for one in check.wrong]


def test_the_clock_asks_for_it_every_hour():
    assert table("CLOCK")["products.services.stock_check.wake_checks"] == 3600


def test_all_is_well_and_it_says_what_was_looked_at(product, strict):
    assert found(product) == []
    check = stock_check.latest(product.partner)
    assert check.checked == {"levels": 1, "reservations": 1, "shares": 1}
    assert abs(timezone.now() - check.at) < timedelta(minutes=1)
    assert not Notification.objects.filter(kind="stock_wrong").exists()


@pytest.mark.parametrize(
    ("break_it", "wrong"),
    [
        (lambda: StockMovement.objects.update(quantity=11), ("ledger", 11, 10)),
        (lambda: Reservation.objects.update(quantity=3), ("reservations", 3, 4)),
        (lambda: StockLevel.objects.update(reserved=5), ("reservations", 4, 5)),
    ],
)
def test_a_sum_that_is_wrong_is_told_once_a_day(product, colleague, break_it, wrong):
    break_it()
    code, expected, is_found = wrong
    assert found(product) == [(code, product.sku, expected, is_found)]
    found(product)
    told = Notification.objects.get(kind="stock_wrong", user=colleague)
    assert told.data == {"company": product.partner.company_name, "products": product.sku}


def test_a_sum_of_shares_that_is_wrong_is_found(strict):
    StockLevel.objects.update(published=5)
    assert found(strict) == [("shares", strict.sku, 6, 5)]


def test_a_share_smaller_than_what_the_shop_may_show_is_found(strict):
    ChannelStock.objects.update(acked=1, held=1)
    StockLevel.objects.update(published=1)
    ChannelStock.objects.update(acked_op=0)
    assert ("held", strict.sku, 6, 1) in found(strict)


def test_pieces_that_shops_may_sell_twice_are_said_and_no_mistake_of_ours(strict, partner):
    stock.adjust(partner=partner, product=strict, quantity=-2, reason="broken", source="a:1")
    assert found(strict) == [("uncovered", strict.sku, 4, 6)]
    assert not Notification.objects.filter(kind="stock_wrong").exists()


def test_another_partners_trouble_is_not_this_ones(product):
    StockLevel.objects.update(reserved=5)
    assert stock_check.check(factories.make_partner().pk).wrong == []


def test_what_was_found_is_kept_for_a_month(product):
    old = stock_check.check(product.partner_id)
    StockCheck.objects.update(at=timezone.now() - timedelta(days=31))
    stock_check.check(product.partner_id)
    assert StockCheck.objects.count() == 1
    assert not StockCheck.objects.filter(pk=old.pk).exists()
