"""Many orders taken in together are as if each had come alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces.connectors.remote import OrderStatus
from marketplaces.models import Connection
from orders.models import DailyAnalytics, Order, OrderEvent
from orders.services import analytics, intake
from products.models import Product, Reservation
from products.services import publishing, stock_limits, stock_parts
from tests import factories
from tests.at_once import ROUNDS, at_once
from tests.products import shelves

from .fakes import MOMENT, figures, line, remote
from .pictures import digest, picture

SKUS = ("SKU-1", "LAST", "PART", "SET", "POT", "NOBODY")


@st.composite
def orders(draw):
    """What a shop may say of few orders, several times: known and new, in any turn."""
    skus = draw(st.lists(st.sampled_from(SKUS), max_size=3))
    goods = [
        line(sku, draw(st.integers(0, 4)), number=str(place)) for place, sku in enumerate(skus)
    ]
    order = remote(
        str(draw(st.integers(1, 9))),
        minutes=draw(st.integers(0, 2)),
        lines=goods or [line("SKU-1", 0)],
        created_at=MOMENT - timedelta(days=draw(st.sampled_from([0, 0, 9]))),
        is_test=draw(st.integers(0, 9)) == 9,
        cancel_requested=draw(st.integers(0, 5)) == 5,
        fulfilment=draw(st.sampled_from(["FBS", "FBS", "FBS", "FBO"])),
    )
    status = draw(st.sampled_from(["confirmed"] * 4 + [status.value for status in OrderStatus]))
    return replace(
        order,
        status=OrderStatus(status),
        lines=tuple(goods),
        total=draw(st.sampled_from([order.total, None])),
    )


def begin():
    """A shop with few pieces of everything: alone, in a set, and shared out."""
    partner = factories.make_partner()
    shop = factories.make_connection(partner, marketplace="fake", name="Shop")
    pieces = {"SKU-1": 5, "LAST": 1, "PART": 6, "POT": 4}
    made = {sku: factories.make_product(partner, sku=sku, stock=n) for sku, n in pieces.items()}
    bundle = factories.make_product(partner, sku="SET")
    stock_parts.set_parts(bundle=bundle, parts={made["PART"]: 2, made["SKU-1"]: 1})
    past = MOMENT - timedelta(days=1)
    Connection.objects.filter(pk=shop.pk).update(created_at=past)
    Product.objects.filter(partner=partner).update(created_at=past)
    for product in (*made.values(), bundle):
        shelves.put_on(product, shop)
    stock_limits.set_mode(product=made["POT"], is_strict=True, by=partner.owner)
    publishing.tell_stock(list(made.values()))
    return Connection.objects.select_related("partner").get(pk=shop.pk)


@pytest.mark.django_db
def test_a_batch_is_as_if_each_order_came_alone(fake, monkeypatch):
    shelves.use(monkeypatch)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(orders(), min_size=1, max_size=14))
    def look(news):
        with transaction.atomic():
            together, alone = begin(), begin()
            intake.receive_orders(together, news)
            for one in news:
                intake.receive_orders(alone, [one])
            if digest(together.partner) != digest(alone.partner):
                assert picture(together.partner) == picture(alone.partner)
            day = analytics.day_of(MOMENT)
            since = day - timedelta(days=10)
            assert analytics.recount(together.partner, since, day) == 0
            transaction.set_rollback(True)

    look()


@pytest.mark.django_db
def test_what_frees_pieces_comes_before_what_wants_them_however_often_an_order_is_told(
    shop, product
):
    """Of five pieces the first order holds all, and lets go of them before the second is told."""
    wants_all = remote("1", minutes=1, lines=[line("SKU-1", 5)])
    lets_go = replace(remote("1", minutes=2), status=OrderStatus.CANCELLED)
    second = remote("2", lines=[line("SKU-1", 5)])
    other = remote("3", lines=[])
    intake.receive_orders(shop, [remote("1", lines=[]), wants_all, other, lets_go, second])
    assert Order.objects.get(external_id="2").lines.get().stock == "reserved"


@pytest.mark.django_db
@pytest.mark.parametrize("bad", [line("SKU-1", -1), line("SKU-1", 2**70)])
def test_an_order_that_no_column_holds_holds_back_no_other(shop, product, bad):
    news = [
        remote("1"),
        remote("2", lines=[bad]),
        *(remote(f"{n}", lines=[]) for n in range(3, 40)),
    ]
    intake.receive_orders(shop, news)
    assert sorted(Order.objects.values_list("external_id", flat=True), key=int) == [
        str(n) for n in range(1, 40) if n != 2
    ]
    assert figures(product) == (5, 1)
    assert OrderEvent.objects.filter(kind="received").count() == 38


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_read_the_same_take_in_each_order_once(shop, partner):
    skus = [factories.make_product(partner, sku=f"P{n}", stock=40).sku for n in range(4)]
    for turn in range(ROUNDS):
        news = [
            remote(f"{turn}-{n}", lines=[line(skus[(n + k) % 4], number=str(k)) for k in range(2)])
            for n in range(30)
        ]
        one, two = news[:22], news[:7:-1]
        assert at_once(
            lambda: intake.receive_orders(shop, one),  # noqa: B023
            lambda: intake.receive_orders(shop, two),  # noqa: B023
        ) == [None, None]
    count = 30 * ROUNDS
    assert Order.objects.count() == OrderEvent.objects.filter(kind="received").count() == count
    held = Reservation.objects.filter(state="live")
    assert held.count() == min(2 * count, 160)
    assert sum(figures(product)[1] for product in partner.products.all()) == held.count()
    assert DailyAnalytics.objects.get(product_id=0).orders == count
