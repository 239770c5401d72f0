import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from partners.models import AuditLog
from products.models import Reservation, StockLevel, StockMovement
from products.services import stock, stock_ledger
from products.services.stock import Figures, NotEnough, TooMany
from tests import factories

# The long form is 50.
ROUNDS = int(os.environ.get("ROUNDS", "10"))


@pytest.fixture
def product(partner):
    return factories.make_product(partner, stock=10)


def reserve(product, quantity, source="order_line:1"):
    return stock.reserve(partner=product.partner, product=product, quantity=quantity, source=source)


def test_it_receives_once_per_source(partner):
    product = factories.make_product(partner)
    for _ in range(2):
        stock.receive(partner=partner, product=product, quantity=7, source="receipt:1")
    assert stock.figures(product) == Figures(on_hand=7)
    assert product.movements.count() == 1


def test_it_promises_and_gives_back(product):
    reserve(product, 4)
    assert stock.figures(product) == Figures(on_hand=10, reserved=4)
    assert stock.figures(product).available == 6
    assert stock.release(partner=product.partner, source="order_line:1")
    assert stock.figures(product) == Figures(on_hand=10)
    assert not stock.release(partner=product.partner, source="order_line:1")


def test_it_promises_once_per_source(product):
    assert reserve(product, 4) == reserve(product, 4)
    assert stock.figures(product).reserved == 4


def test_it_refuses_more_than_is_free(product):
    reserve(product, 8)
    with pytest.raises(NotEnough):
        reserve(product, 3, "order_line:2")
    assert stock.figures(product).reserved == 8


def test_what_is_shipped_leaves_the_shelf(product):
    reserve(product, 4)
    assert stock.consume(partner=product.partner, source="order_line:1")
    assert stock.figures(product) == Figures(on_hand=6)
    sale = product.movements.get(kind=StockMovement.Kind.SALE)
    assert (sale.quantity, sale.source) == (-4, "order_line:1")
    assert not stock.consume(partner=product.partner, source="order_line:1")
    assert stock.figures(product) == Figures(on_hand=6)


def test_it_corrects_the_count_with_a_reason(product):
    for _ in range(2):
        stock.adjust(
            partner=product.partner,
            product=product,
            quantity=-3,
            reason="broken",
            source="adjustment:1",
            by=product.partner.owner,
        )
    assert stock.figures(product).on_hand == 7
    row = AuditLog.objects.get(action="STOCK_ADJUSTED")
    assert (row.before, row.after) == ({"on_hand": 10}, {"on_hand": 7, "reason": "broken"})


@pytest.mark.django_db(transaction=True)
def test_each_correction_is_audited_with_the_count_it_met():
    """Two at once: whoever comes second meets what the first one left."""
    product = factories.make_product(stock=100)
    gates = [Barrier(2) for _ in range(ROUNDS)]

    def correct(person):
        for number, gate in enumerate(gates):
            gate.wait(10)
            stock.adjust(
                partner=product.partner,
                product=product,
                # One up and one down: the count looks unchanged to whoever reads it too late.
                quantity=1 if person else -1,
                reason="recount",
                source=f"adjustment:{person}:{number}",
            )
        connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(correct, range(2)))
    rows = AuditLog.objects.filter(action="STOCK_ADJUSTED").order_by("pk")
    counts = [(row.before["on_hand"], row.after["on_hand"]) for row in rows]
    assert len(counts) == 2 * ROUNDS
    assert all(abs(after - before) == 1 for before, after in counts)
    assert [before for before, _ in counts] == [100, *[after for _, after in counts[:-1]]]


def test_a_promise_can_grow_and_shrink(product):
    reserve(product, 4)
    assert [held.quantity for held in reserve(product, 7)] == [7]
    assert stock.figures(product) == Figures(on_hand=10, reserved=7)
    reserve(product, 2)
    assert stock.figures(product) == Figures(on_hand=10, reserved=2)
    assert Reservation.objects.count() == 1


def test_a_promise_that_cannot_grow_stays_as_it_is(product):
    reserve(product, 4)
    reserve(product, 5, "order_line:2")
    with pytest.raises(NotEnough):
        reserve(product, 6)
    assert stock.figures(product) == Figures(on_hand=10, reserved=9)
    held = stock.held_for(partner=product.partner, source="order_line:1")
    assert [one.quantity for one in held] == [4]


def write_off(product, occasion="order_line:1:gone"):
    return stock.write_off(
        partner=product.partner,
        source="order_line:1",
        occasion=occasion,
        reason="broken",
        by=product.partner.owner,
    )


def test_promised_pieces_are_written_off_without_becoming_free(product, monkeypatch):
    reserve(product, 4)
    said = []
    monkeypatch.setattr(
        stock_ledger, "emit", lambda event, **_: said.append((event, free(product)))
    )
    assert write_off(product) == 4
    assert stock.figures(product) == Figures(on_hand=6)
    assert said == [("stock_changed", 6)]
    movement = product.movements.get(kind=StockMovement.Kind.WRITE_OFF)
    assert (movement.quantity, movement.reason) == (-4, "broken")
    assert Reservation.objects.get().state == Reservation.State.WRITTEN_OFF
    row = AuditLog.objects.get(action="STOCK_WRITTEN_OFF")
    assert (row.before, row.after) == ({"on_hand": 10}, {"on_hand": 6, "reason": "broken"})
    assert row.actor == product.partner.owner


def free(product):
    return stock.figures(product).available


def test_the_same_occasion_writes_off_once(product):
    assert write_off(product) == 0
    reserve(product, 4)
    write_off(product)
    reserve(product, 1)
    assert write_off(product) == 0
    assert stock.figures(product) == Figures(on_hand=6, reserved=1)


def test_what_left_without_a_promise_is_taken_as_far_as_it_is_free(product):
    reserve(product, 4)
    sold = {"partner": product.partner, "product": product}
    assert stock.take(**sold, up_to=9, source="order_line:2:0") == 6
    assert stock.figures(product) == Figures(on_hand=4, reserved=4)
    assert stock.take(**sold, up_to=3, source="order_line:2:6") == 0
    assert product.movements.get(kind=StockMovement.Kind.SALE).quantity == -6


@pytest.mark.parametrize(("quantity", "error"), [(-7, NotEnough), (1_000_000, TooMany)])
def test_it_corrects_neither_below_what_is_promised_nor_beyond_belief(product, quantity, error):
    reserve(product, 4)
    with pytest.raises(error):
        stock.adjust(
            partner=product.partner, product=product, quantity=quantity, reason="x", source="a:1"
        )
    assert stock.figures(product) == Figures(on_hand=10, reserved=4)
    assert not StockMovement.objects.filter(source="a:1").exists()


def test_the_ledger_sums_up_to_the_level(product):
    reserve(product, 4)
    stock.consume(partner=product.partner, source="order_line:1")
    stock.adjust(partner=product.partner, product=product, quantity=2, reason="found", source="a")
    moved = sum(product.movements.values_list("quantity", flat=True))
    assert moved == StockLevel.objects.get(product=product).on_hand == 8


@pytest.mark.django_db(transaction=True)
def test_it_never_oversells():
    product = factories.make_product(stock=10)
    start = Barrier(8)

    def buy(buyer):
        start.wait()
        got = 0
        for turn in range(5):
            try:
                reserve(product, 1, f"order_line:{buyer}-{turn}")
                got += 1
            except NotEnough:
                pass
        connections.close_all()
        return got

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(buy, range(8))) == 10
    assert stock.figures(product) == Figures(on_hand=10, reserved=10)
    assert Reservation.objects.filter(product=product).count() == 10


@pytest.mark.django_db(transaction=True)
def test_one_line_asked_for_at_once_is_promised_once():
    product = factories.make_product(stock=10)
    start = Barrier(6)

    def buy(_):
        start.wait()
        held = reserve(product, 2)
        connections.close_all()
        return held[0].pk

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(buy, range(6)))) == 1
    assert stock.figures(product).reserved == 2
