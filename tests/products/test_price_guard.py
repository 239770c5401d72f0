"""Every price passes the guard just before it is sent; what it stops is said and not sent."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from marketplaces import outbox, payloads
from marketplaces.connectors.base import PriceJump
from marketplaces.connectors.remote import PriceUpdate
from marketplaces.models import Operation
from partners.models import Notification
from products.models import Listing, PriceChange, Product
from products.services import price_changes, price_limits, publishing, shop_rates
from products.services.price_changes import BelowFloor, Origin
from products.services.price_guard import Code, Facts, Refused, judge
from products.services.price_limits import Limits
from sellercloudx.lib.money import Money
from tests import factories

from .making import make_card, make_listing

pytestmark = pytest.mark.django_db
FLOOR = Decimal(62_500)


@pytest.fixture
def listing(partner, fake):
    """On sale at 99 000, with a cost of 60 000 and 4 % tax: the floor is 62 500."""
    listing = make_card(make_listing(partner)).listing
    Listing.objects.update(state="sent", sent_at=timezone.now(), sent_price=Decimal(99_000))
    listing.refresh_from_db()
    return listing


def send(listing, price, currency="UZS"):
    """An operation as it may lie there, whoever wrote it; what the marketplace heard of it."""
    update = PriceUpdate(listing.product.sku, Money(Decimal(price), currency))
    operation = outbox.add(
        connection=listing.connection,
        kind="push_price",
        target=listing.product.sku,
        subject=listing.subject,
        payload=payloads.dump(update),
        dedupe=f"price:{listing.pk}:{Operation.objects.count()}",
    )
    outbox.drain(listing.connection_id)
    operation.refresh_from_db()
    listing.refresh_from_db()
    return operation


def prices(fake):
    return [value for verb, _, value in fake.said if verb == "price"]


def limit(partner, product=None, **limits):
    names = Limits.__dataclass_fields__
    price_limits.enter(
        partner=partner,
        product=product,
        by=partner.users.get(),
        limits={name: limits.get(name) for name in names},
    )


class TestJustBeforeSending:
    def test_a_price_that_earns_is_sent(self, listing, fake):
        assert send(listing, 90_000).state == "done"
        assert prices(fake) == [90_000]
        assert (listing.price_stopped_for, listing.price_stop) == ("", {})

    @pytest.mark.parametrize("price", ["0.01", "1", "62499.99"])
    def test_below_the_floor_none_is(self, listing, fake, price):
        operation = send(listing, price)
        assert (operation.state, operation.error_code) == ("rejected", "guard.below_floor")
        assert prices(fake) == []
        assert listing.price_stopped_for == "below_floor"
        assert Decimal(listing.price_stop["bound"]) == FLOOR
        assert Notification.objects.get().kind == "price_stopped"

    def test_the_floor_is_that_of_the_day_it_is_sent(self, listing, fake):
        rates = {"commission": Decimal(40), "logistics": None, "payout": None}
        shop_rates.enter(connection=listing.connection, rates=rates, by=listing.partner.users.get())
        assert send(listing, 99_000).error_code == "guard.below_floor"

    def test_the_smallest_margin_counts_into_the_floor(self, listing, fake):
        limit(listing.partner, margin=Decimal(30))
        assert send(listing, 90_000).error_code == "guard.below_floor"
        assert send(listing, 91_000).state == "done"

    def test_where_all_of_it_is_taken_no_price_is_sent(self, listing, fake):
        limit(listing.partner, margin=Decimal(99))
        assert send(listing, 99_000).error_code == "guard.nothing_left"

    def test_others_of_the_batch_go(self, listing, fake):
        other = make_card(
            factories.make_listing(
                factories.make_product(listing.partner), listing.connection, category_id="1"
            )
        ).listing
        for one, price in ((listing, "1"), (other, "90000")):
            update = PriceUpdate(one.product.sku, Money(Decimal(price), "UZS"))
            outbox.add(
                connection=one.connection,
                kind="push_price",
                target=one.product.sku,
                subject=one.subject,
                payload=payloads.dump(update),
                dedupe=f"p{one.pk}",
            )
        outbox.drain(listing.connection_id)
        assert [said[1:] for said in fake.said] == [(other.product.sku, 90_000)]

    def test_an_operation_of_no_product_of_the_shop_is_not_sent(self, listing, fake):
        Product.objects.update(sku="another")
        assert send(listing, 99_000).state == "done"
        stranger = factories.make_listing(factories.make_product(), factories.make_connection())
        operation = Operation.objects.latest("pk")
        Operation.objects.filter(pk=operation.pk).update(state="pending", subject=stranger.subject)
        fake.said.clear()
        outbox.drain(listing.connection_id)
        assert fake.said == []

    def test_another_currency_is_not_sent(self, listing, fake):
        assert send(listing, 99_000, "RUB").error_code == "guard.currency"

    def test_a_card_goes_without_a_price_that_is_stopped(self, listing, fake, monkeypatch):
        seen = []
        monkeypatch.setattr(
            fake, "publish_cards", lambda self, cards: seen.extend(cards) or self._say_all(
                "card", cards, lambda card: card.sku
            )
        )  # fmt: skip
        Listing.objects.update(state="refused")
        Product.objects.update(cost=Decimal(98_000))
        publishing.approve_card(listing=listing, by=listing.partner.users.get())
        outbox.drain(listing.connection_id)
        assert [card.price for card in seen] == [None]
        assert prices(fake) == []

    def test_it_moves_only_so_often(self, listing, fake):
        limit(listing.partner, per_hour=2)
        answers = [send(listing, price).error_code for price in (98_000, 97_000, 96_000)]
        assert answers == ["", "", "guard.often"]
        # And yet the price buyers see may be told again.
        assert send(listing, 97_000).state == "done"

    def test_and_only_so_often_a_day(self, listing, fake):
        limit(listing.partner, per_day=1)
        assert [send(listing, price).error_code for price in (98_000, 97_000)] == [
            "",
            "guard.often",
        ]

    def test_what_they_would_hold_back_is_not_sent(self, listing, fake, monkeypatch):
        monkeypatch.setattr(fake, "price_jump", PriceJump(Decimal(3), None, "a source", "2026"))
        limit(listing.partner, step=Decimal(100))
        Listing.objects.update(sent_price=Decimal(300_000))
        assert send(listing, 99_000).error_code == "guard.quarantine"
        assert send(listing, 100_000).state == "done"


class TestWhereACostIsNotKnown:
    def test_a_person_may_set_a_price(self, listing, fake):
        Product.objects.update(cost=None)
        assert send(listing, 90_000).state == "done"

    def test_no_rule_does(self, listing, fake):
        Product.objects.update(cost=None)
        PriceChange.objects.create(
            partner=listing.partner, product=listing.product, currency="UZS",
            after=Decimal(90_000), made_by="rules",
        )  # fmt: skip
        assert send(listing, 90_000).error_code == "guard.no_cost"

    def test_its_page_says_that_the_profit_is_not_known(self, listing, partner_client):
        product = factories.make_product(listing.partner, cost=None)
        price_changes.set_price(
            product=product, price=Decimal(90_000), origin=Origin(listing.partner.users.get())
        )
        page = partner_client.get(reverse("products:detail", args=[product.pk])).content.decode()
        assert "Profit unknown: the cost price is not entered." in page


class TestAsItIsSet:
    def change(self, listing, price, **fields):
        return price_changes.change_price(
            product=listing.product,
            price=Decimal(price),
            by=listing.partner.users.get(),
            **fields,
        )

    def test_a_loss_that_is_meant_is_sent(self, listing, fake):
        with pytest.raises(BelowFloor):
            self.change(listing, 61_000)
        self.change(listing, 61_000, accept_loss=True)
        outbox.drain(listing.connection_id)
        assert prices(fake) == [61_000]

    def test_but_not_by_a_rule(self, listing):
        origin = Origin(None, "rules", accepted=("loss", "step"))
        with pytest.raises(BelowFloor):
            price_changes.set_price(product=listing.product, price=Decimal(61_000), origin=origin)

    @pytest.mark.parametrize("price", [400_000, 9_900_000])
    def test_a_large_step_must_be_meant(self, listing, fake, price):
        with pytest.raises(Refused) as refused:
            self.change(listing, price)
        assert refused.value.refusal.code == Code.STEP
        self.change(listing, price, accept_step=True)
        outbox.drain(listing.connection_id)
        assert prices(fake) == [price]

    @pytest.mark.parametrize(("price", "code"), [(79_000, "below_least"), (121_000, "above_most")])
    def test_own_limits_hold_whatever_is_ticked(self, listing, price, code):
        limit(listing.partner, listing.product, least=Decimal(80_000), most=Decimal(120_000))
        with pytest.raises(Refused) as refused:
            self.change(listing, price, accept_loss=True, accept_step=True)
        assert refused.value.refusal.code == code

    def test_a_stopped_price_is_told_again_once_it_is_agreed_to(self, listing, fake):
        Product.objects.update(cost=Decimal(98_000))
        assert send(listing, 99_000).error_code == "guard.below_floor"
        self.change(listing, 99_000, accept_loss=True)
        outbox.drain(listing.connection_id)
        listing.refresh_from_db()
        assert (prices(fake), listing.price_stopped_for) == ([99_000], "")


@pytest.mark.parametrize("language", ["en", "uz", "ru"])
def test_the_page_says_what_was_stopped_and_why(listing, partner_client, language):
    send(listing, 1)
    partner_client.cookies["django_language"] = language
    for name, pk in (
        ("products:price", listing.product_id),
        ("products:detail", listing.product_id),
        ("products:listing", listing.pk),
    ):
        page = partner_client.get(reverse(name, args=[pk])).content.decode()
        assert "62\u00a0500" in page.replace("&nbsp;", "\u00a0"), name


@pytest.mark.parametrize("said", ["0", "-5", "NaN", "Infinity", "-Infinity", "10000000000000"])
def test_what_is_no_price_is_none(said):
    facts = Facts("UZS", Limits(), cost=None, floor=None)
    assert judge(Money(Decimal(said), "UZS"), facts).code == Code.NOT_A_PRICE


@pytest.mark.parametrize(
    "said",
    ["", " ", None, "0", 0, "0.00", "-1", "NaN", "nan", "inf", "#REF!", "#N/A", True, "1e99"],
)
def test_a_bound_that_is_no_amount_is_none(said):
    assert price_limits.bound(said) is None


def test_nor_does_the_probe_of_operators_send_one(tmp_path):
    given = tmp_path / "given.json"
    given.write_text('{"updates": [{"sku": "A", "price": {"amount": "1", "currency": "UZS"}}]}')
    with pytest.raises(CommandError, match="guard"):
        call_command("connector", "yandex", "push_prices", "--input", str(given))


def test_no_other_way_leads_to_a_marketplace():
    """Only `sending` calls the verbs that carry a price, and it asks the guard for each of them."""
    calls = set()
    for room in ("marketplaces", "products", "orders", "referrals", "ai_manager", "sellercloudx"):
        for path in Path(settings.BASE_DIR, room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                if is_call and node.func.attr in ("push_prices", "publish_cards"):
                    calls.add((path.relative_to(settings.BASE_DIR).as_posix(), node.func.attr))
    assert calls == {
        ("marketplaces/sending.py", "push_prices"),
        ("marketplaces/sending.py", "publish_cards"),
    }
