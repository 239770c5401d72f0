"""Many prices at once: each line guarded, a few first, frozen when they look wrong, taken back."""

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces import outbox
from marketplaces.models import Operation
from partners.models import Notification
from products.models import Listing, PriceBatch, Product
from products.services import price_batches, price_changes, price_undo
from products.services.price_batches import Line
from sellercloudx.wiring import CLOCK
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db
PAGE = "/partner-dashboard/products/prices/many/"


@pytest.fixture
def products(partner):
    return [factories.make_product(partner, sku=f"A-{number}") for number in range(40)]


def start(partner, prices, submission=None):
    lines = [Line(sku, None if price is None else Decimal(price)) for sku, price in prices.items()]
    return price_batches.start(
        partner=partner, by=partner.owner, lines=lines, submission=submission or uuid.uuid4()
    )


def priced(products, price):
    return {one.sku: price for one in products}


def in_shop(partner, products):
    """On sale in one shop at what they cost now."""
    shop = make_listing(partner, product=products[0]).connection
    listings = [Listing.objects.get()] + [
        factories.make_listing(one, shop, category_id="1") for one in products[1:]
    ]
    for one in listings:
        make_card(one)
    Listing.objects.update(
        state="sent", sent_at=timezone.now(), sent_price=Decimal(99_000), remote_status="accepted"
    )
    return shop


def codes(batch):
    return {row.sku: row.code for row in batch.rows.exclude(code="")}


def now_at(price):
    return Product.objects.filter(price=price).count()


class TestTheFirstOnes:
    def test_five_percent_go_first_and_the_others_when_those_are_taken(
        self, partner, products, fake
    ):
        shop = in_shop(partner, products)
        batch = start(partner, priced(products, 105_000))
        assert price_batches.advance(batch.pk) == "canary"
        assert now_at(105_000) == 2
        # Nobody has answered yet.
        assert price_batches.advance(batch.pk) == "canary"
        outbox.drain(shop.pk)
        assert price_batches.advance(batch.pk) == "done"
        assert now_at(105_000) == 40
        assert price_batches.counts(batch)["set"] == 40
        outbox.drain(shop.pk)
        assert len(fake.said) == 40

    def test_one_of_a_few_goes_first(self, partner, products, fake):
        in_shop(partner, products)
        batch = start(partner, priced(products[:3], 105_000))
        price_batches.advance(batch.pk)
        assert now_at(105_000) == 1

    def test_one_that_is_not_taken_stops_the_others(self, partner, products, fake):
        shop = in_shop(partner, products)
        fake.refused = {"A-0": "no"}
        batch = start(partner, priced(products, 105_000))
        price_batches.advance(batch.pk)
        outbox.drain(shop.pk)
        assert price_batches.advance(batch.pk) == "frozen"
        assert now_at(105_000) == 2
        assert Notification.objects.filter(kind="prices_frozen").count() == 1
        assert PriceBatch.objects.get().frozen_for == "refused"

    def test_nor_do_they_follow_one_that_is_held_back(self, partner, products, fake):
        shop = in_shop(partner, products)
        batch = start(partner, priced(products, 105_000))
        price_batches.advance(batch.pk)
        outbox.drain(shop.pk)
        Listing.objects.filter(product__sku="A-1").update(price_held_at=timezone.now())
        assert price_batches.advance(batch.pk) == "frozen"
        assert PriceBatch.objects.get().frozen_for == "held"

    def test_where_there_is_a_quarantine_it_is_read_first(self, partner, products, fake):
        shop = in_shop(partner, products)
        # As Yandex does.
        fake.price_quarantine = lambda self: iter(())
        try:
            batch = start(partner, priced(products, 105_000))
            price_batches.advance(batch.pk)
            outbox.drain(shop.pk)
            assert price_batches.advance(batch.pk) == "canary"
            shop.streams.create(
                name="held_prices", due_at=timezone.now(), succeeded_at=timezone.now()
            )
            assert price_batches.advance(batch.pk) == "done"
        finally:
            del fake.price_quarantine

    def test_where_nothing_is_sold_yet_nobody_is_waited_for(self, partner, products):
        batch = start(partner, priced(products, 105_000))
        assert price_batches.advance(batch.pk) == "done"
        assert now_at(105_000) == 40

    def test_the_clock_goes_on_with_it(self, partner, products, django_capture_on_commit_callbacks):
        start(partner, priced(products, 105_000))
        with django_capture_on_commit_callbacks() as woken:
            price_batches.wake_due()
        assert len(woken) == 1
        assert CLOCK["products.services.price_batches.wake_due"]


class TestEachLine:
    def test_says_why_it_changes_nothing(self, partner, products):
        Product.objects.filter(sku="A-3").update(cost=None)
        wanted = priced(products, 105_000) | {
            "A-0": None, "A-1": 1, "A-2": 99_000, "A-4": 900_000, "none": 1000,
        }  # fmt: skip
        batch = start(partner, wanted)
        price_batches.advance(batch.pk)
        assert codes(batch) == {
            "A-0": "unreadable", "A-1": "below_floor", "A-3": "no_cost", "A-4": "step",
            "none": "unknown_sku",
        }  # fmt: skip
        counts = price_batches.counts(batch)
        assert counts["total"] == 41 == sum(counts[one] for one in ("set", "same", "refused"))

    def test_a_sku_counts_once(self, partner, products):
        lines = [Line("A-0", Decimal(105_000)), Line("A-0", Decimal(104_000))]
        planned = price_batches.plan(partner, lines)
        assert [one.code for one in planned] == ["", "twice"]

    def test_a_price_that_was_changed_meanwhile_is_left_alone(self, partner, products):
        batch = start(partner, priced(products, 105_000))
        price_changes.change_price(product=products[5], price=Decimal(101_000), by=partner.owner)
        price_batches.advance(batch.pk)
        assert codes(batch) == {"A-5": "changed"}
        products[5].refresh_from_db()
        assert products[5].price == 101_000

    def test_keeps_its_waterfall_to_the_tiyin(self, partner, products):
        batch = start(partner, priced(products[:1], "105000.01"))
        price_batches.advance(batch.pk)
        steps = products[0].price_changes.get().waterfall
        amounts = [Decimal(step["amount"]) for step in steps if step["amount"] is not None]
        assert sum(amounts) == Decimal("105000.01")

    def test_another_partners_product_is_unknown(self, partner):
        stranger = factories.make_product(sku="THEIRS")
        start(partner, {"THEIRS": 105_000})
        stranger.refresh_from_db()
        assert stranger.price == 99_000


class TestFrozen:
    def test_when_many_do_not_earn_their_cost(self, partner, products):
        wanted = priced(products, 105_000) | priced(products[:9], 10)
        batch = start(partner, wanted)
        assert (batch.state, batch.frozen_for) == ("frozen", "floor")
        assert price_batches.advance(batch.pk) == "frozen"
        assert now_at(99_000) == 40
        assert not Operation.objects.exists()

    def test_not_of_a_few(self, partner, products):
        batch = start(partner, priced(products, 105_000) | priced(products[:8], 10))
        assert batch.state == "canary"

    def test_it_goes_on_when_a_person_says_so_without_those(self, partner, products):
        batch = start(partner, priced(products, 105_000) | priced(products[:9], 10))
        assert price_batches.release(batch=batch, by=partner.owner)
        assert price_batches.advance(batch.pk) == "done"
        assert (now_at(105_000), now_at(99_000)) == (31, 9)

    def test_a_cost_that_has_risen_since_is_noticed_on_the_way(self, partner, products):
        batch = start(partner, priced(products, 105_000))
        Product.objects.update(cost=Decimal(104_000))
        assert price_batches.advance(batch.pk) == "frozen"
        assert now_at(99_000) == 40


class TestTakenBack:
    def test_as_a_whole(self, partner, products):
        batch = start(partner, priced(products, 105_000))
        price_batches.advance(batch.pk)
        undone = price_undo.undo_batch(batch=batch, by=partner.owner)
        assert (undone.done, undone.stale, undone.refused) == (40, (), ())
        assert now_at(99_000) == 40

    def test_but_for_what_was_changed_since(self, partner, products):
        batch = start(partner, priced(products, 105_000))
        price_batches.advance(batch.pk)
        price_changes.change_price(product=products[7], price=Decimal(107_000), by=partner.owner)
        undone = price_undo.undo_batch(batch=batch, by=partner.owner)
        assert (undone.done, undone.stale) == (39, (products[7].pk,))
        assert now_at(107_000) == 1

    def test_in_the_middle_the_rest_is_not_set_any_more(self, partner, products, fake):
        in_shop(partner, products)
        batch = start(partner, priced(products, 105_000))
        price_batches.advance(batch.pk)
        undone = price_undo.undo_batch(batch=batch, by=partner.owner)
        assert undone.done == 2
        assert price_batches.advance(batch.pk) == "stopped"
        assert now_at(99_000) == 40
        assert price_batches.counts(batch)["dropped"] == 38


class TestThePage:
    def test_it_shows_what_would_happen_and_then_does_it(self, partner, products, partner_client):
        given = {"submission": uuid.uuid4(), "percent": "10", "lines": "A-0\nA-1"}
        page = partner_client.post(PAGE, given)
        assert "To be set: 2" in page.content.decode()
        assert not PriceBatch.objects.exists()
        for _ in range(2):
            answer = partner_client.post(PAGE, given | {"start": "1"})
        batch = PriceBatch.objects.get()
        assert answer.url == reverse("products:price_batch", args=[batch.pk])
        # 108 900, on a round sum.
        assert set(batch.rows.values_list("after", flat=True)) == {Decimal(109_000)}
        assert partner_client.get(answer.url).status_code == 200

    def test_lines_of_a_spreadsheet_are_read_as_they_are_copied(
        self, partner, products, partner_client
    ):
        lines = "A-0\t105 000\nA-1; 105000,50\nA-2;\nA-3;#REF!\nA-4;0\nA-5;NaN\nA-6"
        given = {"submission": uuid.uuid4(), "percent": "", "lines": lines, "start": "1"}
        partner_client.post(PAGE, given)
        batch = PriceBatch.objects.get()
        assert codes(batch) == dict.fromkeys(("A-2", "A-3", "A-4", "A-5", "A-6"), "unreadable")
        asked = list(batch.rows.order_by("number").values_list("after", flat=True))[:2]
        assert asked == [Decimal(105_000), Decimal("105000.50")]

    @pytest.mark.parametrize(("percent", "lines"), [("", ""), ("x", "A-0"), ("100", "A-0")])
    def test_what_cannot_be_meant_is_refused(self, partner_client, percent, lines):
        given = {"submission": uuid.uuid4(), "percent": percent, "lines": lines}
        assert partner_client.post(PAGE, given).status_code == 422

    def test_a_frozen_one_is_released_stopped_and_taken_back(
        self, partner, products, partner_client
    ):
        batch = start(partner, priced(products, 10))
        page = partner_client.get(reverse("products:price_batch", args=[batch.pk]))
        assert "Many of the prices do not earn their cost." in page.content.decode()
        for name in ("release_prices", "stop_prices", "undo_prices", "release_prices"):
            partner_client.post(reverse(f"products:{name}", args=[batch.pk]))
        batch.refresh_from_db()
        assert batch.state == "stopped"
