"""The pages of a product's stock: by shop, the parts of a bundle, whether it all adds up."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces.models import Connection, Operation
from orders.models import Order, OrderLine
from products.models import BundlePart, ChannelStock, StockLevel
from products.services import publishing, stock_check, stock_parts, stock_risk
from tests import factories

from . import shelves

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def fake(fake, monkeypatch):
    return shelves.use(monkeypatch)


@pytest.fixture
def shops(fake, partner):
    made = [factories.make_connection(partner, marketplace="fake") for _ in range(2)]
    Connection.objects.update(created_at=NOW - timedelta(days=20))
    return made


@pytest.fixture
def product(partner, shops):
    made = factories.make_product(partner, sku="POT", stock=10)
    shelves.put_on(made, *shops)
    publishing.tell_stock([made])
    for shop in shops:
        shelves.drain(shop)
    return made


def page(client, product, name="stock"):
    return client.get(reverse(f"products:{name}", args=[product.pk])).content.decode()


def save(client, product, mode="pooled", **numbers):
    typed = {"mode": mode}
    for listing in product.listings.all():
        typed |= {f"buffer_{listing.pk}": "0", f"cap_{listing.pk}": ""}
        typed |= {f"{name}_{listing.pk}": value for name, value in numbers.items()}
    return client.post(reverse("products:stock", args=[product.pk]), typed)


def test_limits_are_set_and_shown_again(partner_client, product, shops):
    assert save(partner_client, product, buffer="2", cap="1 000").status_code == 302
    assert set(ChannelStock.objects.values_list("buffer", "cap")) == {(2, 1000)}
    for shop in shops:
        shelves.drain(shop)
    assert [shelves.shown(shop, product) for shop in shops] == [8, 8]
    assert 'value="1000"' in page(partner_client, product)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"buffer": "-1"}, "must not be less than 0"),
        ({"cap": "-5"}, "must not be less than 0"),
        ({"buffer": "1000001"}, "must not be more than 1,000,000"),
        ({"cap": "9" * 30}, "must not be more than 1,000,000"),
        ({"buffer": "two"}, "Write a whole number of pieces"),
        ({"buffer": "NaN"}, "Write a whole number of pieces"),
        ({"mode": "loose"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(partner_client, product, numbers, sentence):
    answer = save(partner_client, product, **numbers)
    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("\u00a0", ",")
    assert not ChannelStock.objects.exclude(buffer=0, cap=None).exists()


def test_pieces_are_shared_out_and_the_page_says_what_is_shown_too_much(
    partner_client, product, shops
):
    assert save(partner_client, product, mode="strict").status_code == 302
    shown = page(partner_client, product)
    assert "Shops may still sell 10 that are not there" in shown
    assert "as far as a marketplace honours the number it acknowledged" in shown
    for shop in shops:
        shelves.drain(shop)
    assert "Shops may still sell" not in page(partner_client, product)


def test_parts_of_bundles_are_not_shared_out(partner_client, product, partner):
    bundle = factories.make_product(partner)
    stock_parts.set_parts(bundle=bundle, parts={product: 2})
    answer = save(partner_client, product, mode="strict")
    assert answer.status_code == 422
    assert not StockLevel.objects.filter(is_strict=True).exists()
    assert "cannot be shared out" in page(partner_client, product)


# --- The risk of pooled stock ---


def sold(shop, product, *, heard_after, number=1, quantity=1, **fields):
    ordered = NOW - timedelta(days=1)
    defaults = {"status": "confirmed", "remote_status": "confirmed", "fulfilment": "FBS"}
    order = Order.objects.create(
        partner=shop.partner,
        connection=shop,
        external_id=f"{shop.pk}-{number}",
        ordered_at=ordered,
        changed_at=ordered,
        **(defaults | fields),
    )
    Order.objects.filter(pk=order.pk).update(created_at=ordered + timedelta(seconds=heard_after))
    OrderLine.objects.create(
        order=order, product=product, external_id="1", quantity=quantity, stock="reserved"
    )


def test_nothing_is_said_of_a_risk_before_it_was_measured(partner_client, product):
    shown = page(partner_client, product)
    assert "No data yet" in shown
    assert "sales of the last 14 days" in shown
    assert "Keep back" not in shown.partition('id="risk"')[2]


def test_the_risk_follows_from_measured_lags_and_sales(partner_client, product, shops):
    for number in range(20):
        # One of twenty is late: it does not count.
        late = 3000 if number == 7 else 600
        sold(shops[0], product, heard_after=late, number=number, quantity=70)
    sold(shops[1], product, heard_after=600, quantity=700)
    # Neither what was called off nor what the marketplace packs itself.
    sold(shops[1], product, heard_after=600, number=2, quantity=999, status="cancelled")
    sold(shops[1], product, heard_after=600, number=3, quantity=999, fulfilment="FBO")
    Operation.objects.update(created_at=NOW - timedelta(seconds=264), finished_at=NOW)
    risk = stock_risk.measure(product, list(product.listings.all()))
    assert (risk.heard, risk.acknowledged, risk.window) == (600, 264, 864)
    assert risk.per_day == {shops[0].pk: 100, shops[1].pk: 50}
    # A hundred a day are one in 864 seconds: e^-1 of none, and of more than four 0.4 %.
    assert round(risk.chance, 4) == 0.6321
    assert risk.buffer == 4
    shown = page(partner_client, product)
    assert "sells it again in 63.21% of cases" in shown
    assert "Keep back 4 in each shop" in shown


def test_pieces_sold_in_bundles_count(product, shops, partner):
    bundle = factories.make_product(partner)
    stock_parts.set_parts(bundle=bundle, parts={product: 3})
    sold(shops[0], bundle, heard_after=5, quantity=14)
    risk = stock_risk.measure(product, list(product.listings.all()))
    assert risk.per_day[shops[0].pk] == 3


@pytest.mark.parametrize(
    ("expected", "pieces"), [(0.0, 0), (0.01, 0), (0.02, 1), (1.0, 4), (10.0, 18), (10**9, 1000)]
)
def test_so_many_pieces_are_enough(expected, pieces):
    assert stock_risk.enough(expected) == pieces


# --- Bundles ---


def make_bundle(client, product, text):
    return client.post(reverse("products:parts", args=[product.pk]), {"parts": text})


def test_a_bundle_is_made_of_lines_and_shown_again(partner_client, product, partner):
    bundle = factories.make_product(partner, sku="SET")
    factories.make_product(partner, sku="BOWL", stock=9)
    assert make_bundle(partner_client, bundle, "POT: 1\nBOWL × 4").status_code == 302
    assert dict(BundlePart.objects.values_list("part__sku", "quantity")) == {"POT": 1, "BOWL": 4}
    assert "POT: 1\nBOWL: 4" in page(partner_client, bundle, "parts")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SET: 1", "A bundle cannot be made of itself: SET."),
        ("POT: 0", "1 to 1000 pieces"),
        ("POT: 1001", "1 to 1000 pieces"),
        ("POT: 999999999", "1 to 1000 pieces"),
        ("POT: -2", "This line is not like that: POT: -2"),
        ("POT", "This line is not like that: POT"),
        ("CUP: 2", "You have no product with the SKU CUP."),
        ("OTHER: 2", "You have no product with the SKU OTHER."),
        ("\n".join(f"P{n}: 1" for n in range(31)), "at most 30 parts"),
    ],
)
def test_what_is_no_bundle_is_refused_with_a_sentence(
    partner_client, product, partner, text, sentence
):
    factories.make_product(sku="OTHER")
    bundle = factories.make_product(partner, sku="SET")
    answer = make_bundle(partner_client, bundle, text)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not BundlePart.objects.exists()


# --- The check ---


def test_the_page_says_when_it_was_looked_at_and_what_was_found(partner_client, product, partner):
    url = reverse("products:stock_check")
    assert "The first look comes within an hour" in partner_client.get(url).content.decode()
    stock_check.check(partner.pk)
    assert "Everything adds up" in partner_client.get(url).content.decode()
    StockLevel.objects.update(on_hand=9)
    stock_check.check(partner.pk)
    found = partner_client.get(url).content.decode()
    assert "On hand is 9, and the ledger adds up to 10." in found
