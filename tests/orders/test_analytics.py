from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces import outbox
from orders.models import DailyAnalytics, Order, OrderLine
from orders.services import analytics, filling, fulfilment, lines
from products.models import Product
from tests import factories

from .fakes import MOMENT, figures, line, put_on_shelf, receive, remote

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def row(product_id=0, **fields):
    return DailyAnalytics.objects.get(product_id=product_id, **fields)


def test_an_order_counts_on_its_own_day(shop, product):
    receive(shop, remote(lines=[line("SKU-1", 2), line("X", 1, "500", number="2")]))
    whole = row()
    assert (whole.day, whole.currency, whole.connection) == (DAY, "UZS", shop)
    assert (whole.orders, whole.units, whole.revenue) == (1, 3, Decimal("198500"))
    assert (row(product.pk).units, row(product.pk).revenue) == (2, Decimal("198000"))
    assert DailyAnalytics.objects.count() == 2


def test_the_day_is_tashkents(shop):
    receive(shop, remote(created_at=datetime(2026, 11, 20, 19, 30, tzinfo=UTC)))
    assert row().day == DAY + timedelta(days=1)


def test_a_cancelled_order_moves_over_on_the_day_it_was_placed(shop, product):
    receive(shop, remote())
    receive(shop, remote(minutes=5000, status="cancelled"))
    for counted in (row(), row(product.pk)):
        assert (counted.day, counted.orders, counted.units, counted.revenue) == (DAY, 0, 0, 0)
        assert (counted.cancelled, counted.cancelled_revenue) == (1, 99000)


def test_currencies_and_shops_are_kept_apart(shop, partner):
    other = factories.make_connection(partner, marketplace="fake")
    receive(shop, remote("1"), remote("2", lines=[line("X", currency="RUB")]))
    receive(other, remote("1"))
    assert DailyAnalytics.objects.filter(orders=1).count() == 3


def test_a_test_order_counts_nowhere(shop):
    receive(shop, remote(is_test=True))
    assert not DailyAnalytics.objects.exists()


def test_our_own_cancellation_counts_and_a_refusal_takes_it_back(shop, product, partner, fake):
    order = receive(shop, remote())
    fulfilment.cancel(order=order, by=partner.owner, reason="damaged")
    assert (row().orders, row().cancelled) == (0, 1)
    fake.refused["5001"] = "no"
    outbox.drain(shop.pk)
    assert (row().orders, row().cancelled) == (1, 0)


def test_recounting_mends_what_is_wrong_and_says_how_much(shop, product, partner):
    receive(shop, remote())
    assert analytics.recount(partner, DAY, DAY) == 0
    DailyAnalytics.objects.filter(product_id=0).update(orders=7, revenue=Decimal("1.01"))
    DailyAnalytics.objects.filter(product_id=product.pk).delete()
    DailyAnalytics.objects.create(
        partner=partner, day=DAY, connection=shop, currency="RUB", units=3
    )
    assert analytics.recount(partner, DAY, DAY) == 3
    assert (row(currency="UZS").orders, row(product.pk).orders) == (1, 1)
    assert row(currency="RUB").units == 0
    assert analytics.recount(partner, DAY, DAY) == 0


def test_recounting_looks_at_its_days_only(shop, partner):
    receive(shop, remote())
    DailyAnalytics.objects.update(orders=7)
    assert analytics.recount(partner, DAY + timedelta(days=1), DAY + timedelta(days=9)) == 0


@time_machine.travel("2026-11-25T22:30:00Z", tick=False)
def test_every_night_the_last_weeks_are_recounted_a_day_at_a_time(shop, partner, caplog):
    receive(shop, remote())
    assert analytics.recount_lately(partner.pk) == 0
    DailyAnalytics.objects.update(orders=7)
    assert analytics.recount_lately(partner.pk) == 1
    assert row().orders == 1
    assert "1 rows of analytics were wrong" in caplog.text


def test_the_night_asks_for_every_approved_partner(partner, monkeypatch):
    woken = []
    monkeypatch.setattr(analytics, "wake", lambda *message: woken.append(message))
    factories.make_partner(state="blocked")
    analytics.wake_recounts()
    assert woken == [("orders.services.analytics.recount_lately", partner.pk)]


NEWS = st.tuples(
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from([*Order.Status.values]),
    st.integers(0, 6),
    # From a line taken out to more than there is.
    st.integers(0, 8),
    st.sampled_from(["SKU-1", "SKU-2", "ESKI"]),
    st.integers(0, 2),
)
STEP_KINDS = ["ready", "cancel", "gone", "answer", "refuse", "link", "arrive", "fill"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("news"), NEWS),
        st.tuples(st.sampled_from(STEP_KINDS), st.integers(0, 2)),
    ),
    max_size=25,
)


def play(shop, products, steps, fake):
    for number, (what, value) in enumerate(steps):
        if what == "news":
            order, status, minutes, quantity, sku, day = value
            ordered = [line(sku, quantity), line("SKU-1", 1, "0.01", number="2")][: 1 + day]
            placed = MOMENT + timedelta(days=int(order))
            receive(shop, remote(order, status, minutes=minutes, lines=ordered, created_at=placed))
        elif what == "arrive":
            put_on_shelf(products[0], 1 + value, f"kirim:{number}")
        elif what == "fill":
            filling.fill_due()
        elif what in ("answer", "refuse"):
            fake.refused = dict.fromkeys("123", "no") if what == "refuse" else {}
            outbox.drain(shop.pk)
        elif what == "link":
            link(products[1], shop.partner.owner)
        else:
            act(what, shop, value)


def link(product, by):
    if unknown := OrderLine.objects.filter(stock="unlinked").first():
        lines.link(line=unknown, product=product, by=by)


def act(what, shop, index):
    order = Order.objects.filter(connection=shop).order_by("pk")[index : index + 1].first()
    if order is None:
        return
    by, is_gone = shop.partner.owner, what == "gone"
    try:
        if what == "ready":
            fulfilment.mark_ready(order=order, by=by)
        else:
            fulfilment.cancel(order=order, by=by, reason="damaged", pieces_are_gone=is_gone)
    except fulfilment.IllegalTransition:
        return


def check_stock(product):
    """The level is the sum of its movements, and what is promised is what the lines hold."""
    on_hand, reserved = figures(product)
    held = {r.source: r.quantity for r in product.reservations.filter(state="live")}
    assert reserved == sum(held.values())
    assert on_hand == sum(movement.quantity for movement in product.movements.all())
    assert 0 <= reserved <= on_hand
    own = OrderLine.objects.filter(product=product)
    holding = own.filter(stock__in=["reserved", "short"], covered__gt=0)
    assert held == {line.source: line.covered for line in holding}
    sold = -sum(movement.quantity for movement in product.movements.filter(kind="sale"))
    assert sold == sum(line.covered for line in own.filter(stock__in=OrderLine.LEFT))


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_the_figures_are_what_a_recount_says(shop, product, fake, steps):
    with transaction.atomic():
        second = factories.make_product(shop.partner, sku="SKU-2", stock=2)
        shop.partner.owner = shop.partner.users.first()
        play(shop, [product, second], steps, fake)
        wrong = analytics.recount(shop.partner, DAY - timedelta(days=9), DAY + timedelta(days=9))
        assert wrong == 0
        for one in Product.objects.all():
            check_stock(one)
        filling.fill_due()
        # Whoever still lacks pieces lacks more than are free.
        assert filling.fill_due() == 0
        transaction.set_rollback(True)
