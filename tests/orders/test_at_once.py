"""Two at the same moment, on whichever database the suite runs."""

import os
import threading
from datetime import timedelta

import pytest
from django.db import connection

from marketplaces import outbox
from marketplaces.models import Operation
from orders.models import DailyAnalytics, Order, OrderEvent, OrderLine
from orders.services import analytics, fulfilment, intake
from tests import factories

from .fakes import MOMENT, figures, line, put_on_shelf, receive, remote

pytestmark = pytest.mark.django_db(transaction=True)
# The long form is 50.
ROUNDS = int(os.environ.get("ROUNDS", "10"))


def at_once(*calls):
    """Release all calls together; what each raised."""
    gate = threading.Barrier(len(calls))
    raised = []

    def run(call):
        gate.wait(10)
        try:
            call()
        except Exception as error:  # noqa: BLE001  the test looks at what was raised
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def test_the_same_order_from_two_polls_is_one(shop, product):
    for number in range(ROUNDS):
        news = [remote(str(number))]
        raised = at_once(*[lambda: intake.receive_orders(shop, news)] * 2)  # noqa: B023
        assert raised == []
    assert Order.objects.count() == OrderEvent.objects.filter(kind="received").count() == ROUNDS
    assert figures(product) == (5, 5)  # as many as there are
    assert DailyAnalytics.objects.get(product_id=0).orders == ROUNDS


def test_the_last_piece_is_promised_once(shop, partner):
    for number in range(ROUNDS):
        factories.make_product(partner, sku=f"LAST-{number}", stock=1)
        one, two = (
            [remote(f"{number}{letter}", lines=[line(f"LAST-{number}")])] for letter in "12"
        )
        assert (
            at_once(
                lambda: intake.receive_orders(shop, one),  # noqa: B023
                lambda: intake.receive_orders(shop, two),  # noqa: B023
            )
            == []
        )
    states = [order.lines.get().stock for order in Order.objects.all()]
    assert sorted(states) == ["reserved"] * ROUNDS + ["short"] * ROUNDS
    day = analytics.day_of(MOMENT)
    assert analytics.recount(partner, day, day) == 0


def test_orders_of_the_same_goods_do_not_block_each_other(shop, partner):
    skus = [factories.make_product(partner, sku=f"P{n}", stock=999).sku for n in range(3)]
    for number in range(ROUNDS):
        calls = []
        for letter, order in (("a", skus), ("b", skus[::-1]), ("c", skus)):
            lines = [line(sku, number=str(n)) for n, sku in enumerate(order)]
            news = [remote(f"{number}{letter}", lines=lines)]
            calls.append(lambda news=news: intake.receive_orders(shop, news))
        assert at_once(*calls) == []
    assert Order.objects.count() == 3 * ROUNDS


def test_ready_pressed_twice_at_once_is_told_once(shop, product, partner):
    for number in range(ROUNDS):
        order = receive(shop, remote(str(number)))
        press = lambda: fulfilment.mark_ready(order=order, by=partner.owner)  # noqa: E731, B023
        [second] = at_once(press, press)
        assert isinstance(second, fulfilment.IllegalTransition)
    assert Operation.objects.filter(kind="ship_order").count() == ROUNDS


def test_recounting_while_orders_come_loses_none(shop, product, partner):
    day = analytics.day_of(MOMENT)
    for number in range(ROUNDS):
        news = [remote(str(number))]
        change = [remote(str(number - 1), "cancelled", minutes=1)]
        raised = at_once(
            lambda: intake.receive_orders(shop, news),  # noqa: B023
            lambda: intake.receive_orders(shop, change),  # noqa: B023
            lambda: analytics.recount(partner, day, day + timedelta(days=1)),
        )
        assert raised == []
    assert analytics.recount(partner, day, day) == 0


def test_an_order_cancelled_while_its_pieces_arrive_holds_none(shop, partner):
    for number in range(ROUNDS):
        product = factories.make_product(partner, sku=f"COMES-{number}")
        goods = [line(f"COMES-{number}")]
        order = receive(shop, remote(str(number), lines=goods))
        off = [remote(str(number), "cancelled", minutes=1, lines=goods)]
        raised = at_once(
            lambda: intake.receive_orders(shop, off),  # noqa: B023
            lambda: put_on_shelf(product, 1, f"kirim:{product.pk}"),  # noqa: B023
        )
        assert raised == []
        assert (order.lines.get().stock, figures(product)) == ("released", (1, 0))
        assert not product.reservations.filter(state="live").exists()


def test_receipts_polls_and_answers_of_the_same_goods_do_not_block_each_other(
    shop, partner, fake, caplog
):
    """Whatever comes first, a piece is promised to one order and every order says what it has."""
    made = [factories.make_product(partner, sku=f"P{n}", stock=3) for n in range(2)]
    for number in range(ROUNDS):
        one, two, three = (f"{number}{letter}" for letter in "abc")
        goods = [line("P0", 2, number="1"), line("P1", 2, number="2")]
        first = receive(shop, remote(one, lines=goods))
        receive(shop, remote(two, lines=goods[::-1]))
        fulfilment.cancel(
            order=first, by=partner.owner, reason="damaged", pieces_are_gone=bool(number % 2)
        )
        less = [line("P1", 1, number="2"), line("P0", 1, number="1")]
        raised = at_once(
            lambda: outbox.drain(shop.pk),
            lambda: intake.receive_orders(shop, [remote(two, minutes=1, lines=less)]),  # noqa: B023
            lambda: intake.receive_orders(shop, [remote(three, lines=goods)]),  # noqa: B023
            lambda: put_on_shelf(made[0], 1, f"kirim:0:{number}"),  # noqa: B023
            lambda: put_on_shelf(made[1], 2, f"kirim:1:{number}"),  # noqa: B023
        )
        assert raised == []
        check(made)
        sent = [remote(name, "shipped", minutes=2, lines=goods) for name in (two, three)]
        assert at_once(*[lambda o=o: intake.receive_orders(shop, [o]) for o in sent]) == []
        check(made)
    assert not Operation.objects.filter(kind="cancel_order").exclude(state="done").exists()
    # What happens after a commit fails silently but for a line in the log.
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    day = analytics.day_of(MOMENT)
    assert analytics.recount(partner, day, day) == 0


def check(products):
    """Ledger, reservations and lines tell the same story."""
    for product in products:
        live = {r.source: r.quantity for r in product.reservations.filter(state="live")}
        holding = OrderLine.objects.filter(product=product, stock__in=["reserved", "short"])
        assert live == {held.source: held.covered for held in holding if held.covered}
        moved = sum(product.movements.values_list("quantity", flat=True))
        assert figures(product) == (moved, sum(live.values()))
