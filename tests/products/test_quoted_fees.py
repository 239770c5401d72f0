"""What a marketplace's calculator says it takes: asked, kept with the day, counted in the floor."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces.connectors.errors import Rejected, Unavailable
from marketplaces.connectors.remote import FeeAnswer, FeeLine
from products.models import Listing, Product, QuotedFee
from products.services import price_changes, price_guard, quoted_fees, shop_rates
from products.services.price_limits import Limits
from sellercloudx.lib.money import Money
from sellercloudx.wiring import CLOCK
from tests import factories

from .making import make_listing
from .selling import add

pytestmark = pytest.mark.django_db
SIZES = {name: Decimal(10) for name in ("length_cm", "width_cm", "height_cm", "weight_kg")}


def answer(question, currency="UZS"):
    """15.5 % of the price, 1 % for the payout, 12 000 for the way."""
    share = question.price.amount * Decimal("15.5") / 100
    lines = (
        FeeLine("commission", Money(share, currency), Decimal("15.5"), "FEE"),
        FeeLine("payout", Money(question.price.amount / 100, currency), Decimal(1), "TRANSFER"),
        FeeLine("logistics", Money(Decimal(12_000), currency), None, "DELIVERY"),
    )
    return FeeAnswer(question.sku, lines)


@pytest.fixture
def asked(fake, monkeypatch):
    """What the calculator was asked, call by call."""
    calls = []

    def fees(self, questions):
        calls.append([one.sku for one in questions])
        return [answer(one) for one in questions]

    monkeypatch.setattr(fake, "fees", fees)
    return calls


@pytest.fixture
def listing(partner, fake):
    return make_listing(partner, product=factories.make_product(partner, **SIZES))


def refresh(listing):
    done = quoted_fees.refresh(listing.connection_id)
    listing.refresh_from_db()
    return done


def test_the_floor_counts_with_it(listing, asked):
    assert refresh(listing) == 1
    shops = shop_rates.shops_of([listing.connection], [listing])
    floor = price_guard.floor_of(listing.product, shops=shops, limits=Limits())
    # (60 000 + 12 000) / (1 - 15.5 % - 1 % - 4 % tax).
    assert floor == Decimal("90566.04")
    with pytest.raises(price_changes.BelowFloor):
        price_changes.change_price(
            product=listing.product, price=Decimal(90_566), by=listing.partner.users.get()
        )


def test_what_the_partner_entered_comes_before_it(listing, asked):
    refresh(listing)
    shop_rates.enter(
        connection=listing.connection,
        rates={"commission": Decimal(10), "logistics": Decimal(0), "payout": None},
        by=listing.partner.users.get(),
    )
    shops = shop_rates.shops_of([listing.connection], [listing])
    floor = price_guard.floor_of(listing.product, shops=shops, limits=Limits())
    assert floor == Decimal("70588.24")


def test_the_page_names_the_calculator_and_its_day(listing, asked, partner_client):
    refresh(listing)
    page = reverse("products:price", args=[listing.product_id])
    text = partner_client.get(page).content.decode().replace("\u00a0", " ")
    assert "15.5% of the price, by the calculator of" in text
    assert "12 000 for each piece, by the calculator of" in text


class TestAsked:
    def test_once_a_week(self, listing, asked):
        assert [refresh(listing), refresh(listing)] == [1, 0]
        QuotedFee.objects.update(fetched_at=timezone.now() - timedelta(days=8))
        assert refresh(listing) == 1

    def test_anew_when_price_size_or_category_are_others(self, listing, asked):
        refresh(listing)
        price_changes.change_price(
            product=listing.product, price=Decimal(110_000), by=listing.partner.users.get()
        )
        assert refresh(listing) == 1
        listing.product.refresh_from_db()
        listing.product.length_cm = Decimal(50)
        listing.product.save()
        assert refresh(listing) == 1
        Listing.objects.update(category_id="7")
        assert [refresh(listing), refresh(listing)] == [1, 0]
        assert QuotedFee.objects.get().price == 110_000

    @pytest.mark.parametrize("missing", [{"price": None}, {"length_cm": None}])
    def test_not_where_the_question_is_not_whole(self, listing, asked, missing):
        Product.objects.update(**missing)
        assert refresh(listing) == 0
        assert asked == []

    def test_many_in_one_call(self, listing, asked):
        for _ in range(30):
            product = factories.make_product(listing.partner, **SIZES)
            factories.make_listing(product, listing.connection, category_id="1")
        assert refresh(listing) == 31
        assert len(asked) == 1

    def test_by_the_clock_where_there_is_a_calculator(
        self, listing, asked, django_capture_on_commit_callbacks
    ):
        assert CLOCK["products.services.quoted_fees.wake_due"]
        with django_capture_on_commit_callbacks() as woken:
            quoted_fees.wake_due()
        assert len(woken) == 1
        refresh(listing)
        with django_capture_on_commit_callbacks() as woken:
            quoted_fees.wake_due()
        assert woken == []


class TestNoAnswer:
    def test_one_that_is_refused_keeps_the_others_from_none(self, listing, fake, monkeypatch):
        odd = factories.make_product(listing.partner, sku="ODD", **SIZES)
        factories.make_listing(odd, listing.connection, category_id="1")

        def fees(self, questions):
            if any(one.sku == "ODD" for one in questions):
                raise Rejected("not a leaf", code="INVALID_CATEGORY")
            return [answer(one) for one in questions]

        monkeypatch.setattr(fake, "fees", fees)
        assert refresh(listing) == 2
        assert len(QuotedFee.objects.get(listing=listing).lines) == 3
        assert QuotedFee.objects.get(listing__product=odd).lines == []

    def test_a_shop_that_is_silent_keeps_what_is_known(self, listing, asked, fake, monkeypatch):
        refresh(listing)
        QuotedFee.objects.update(fetched_at=timezone.now() - timedelta(days=8))

        def fees(self, questions):
            raise Unavailable("later")

        monkeypatch.setattr(fake, "fees", fees)
        assert refresh(listing) == 0
        assert len(QuotedFee.objects.get().lines) == 3

    def test_another_currency_is_not_counted(self, listing, fake, monkeypatch):
        monkeypatch.setattr(
            fake, "fees", lambda self, questions: [answer(one, "RUB") for one in questions]
        )
        refresh(listing)
        assert QuotedFee.objects.get().lines == []


@pytest.mark.django_db(transaction=True)
def test_against_the_sandbox(yandex_shop, settings):
    listing = add(yandex_shop).listings.get()
    Listing.objects.update(category_id="91101")
    Product.objects.update(**SIZES)
    assert quoted_fees.refresh(yandex_shop.pk) == 1
    quote = QuotedFee.objects.get(listing=listing)
    assert {line["step"] for line in quote.lines} == {"commission", "payout", "logistics"}
