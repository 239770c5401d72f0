"""Whatever happens in whatever order, the stock adds up and no shop shows what another has.

The short form runs a few dozen stories; the long one (`STORIES=300 STEPS=60`) that many.
"""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from marketplaces.models import Operation
from orders.services import filling
from products.services import publishing, stock, stock_limits
from products.services.stock_limits import Limits
from tests.products import shelves
from tests.products.shelves import Shelves

from . import stock_world

STORIES = int(os.environ.get("STORIES", "10"))
STEPS = int(os.environ.get("STEPS", "30"))
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]
skus = st.sampled_from(stock_world.SKUS)
plain = st.sampled_from(stock_world.SKUS[:3])
few = st.integers(1, 4)
either = st.sampled_from([0, 1])
taken = {"steps": 0, "stories": 0}


class Stock(RuleBasedStateMachine):
    """Buyers, shops and the seller; orders reach us late, twice, or in the wrong turn."""

    @initialize()
    def begin(self):
        taken["stories"] += 1
        self.story = transaction.atomic()
        self.story.__enter__()
        self.world = stock_world.begin()
        publishing.tell_stock(list(self.world.products.values()))
        for _ in range(3):
            stock_world.drain(self.world)

    def teardown(self):
        if hasattr(self, "story"):
            stock_world.settle(self.world)
            self.look()
            assert not Operation.objects.filter(state__in=Operation.OPEN).exists()
            transaction.set_rollback(True)
            self.story.__exit__(None, None, None)

    def number(self, place):
        numbers = sorted(self.world.sold)
        return numbers[place % len(numbers)]

    # --- Buyers ---

    @rule(shop=either, sku=skus, quantity=few)
    def order(self, shop, sku, quantity):
        stock_world.buy(self.world, self.world.shops[shop], sku, quantity)

    @rule(shop=either, quantity=few)
    def order_a_bundle(self, shop, quantity):
        number = stock_world.buy(self.world, self.world.shops[shop], "SET", quantity)
        if number:
            stock_world.tell(self.world, number)

    @precondition(lambda self: self.world.sold)
    @rule(place=st.integers(0, 99))
    def cancel(self, place):
        self._move(place, "cancelled", "confirmed")

    @precondition(lambda self: self.world.sold)
    @rule(place=st.integers(0, 99))
    def ship(self, place):
        self._move(place, "shipped", "confirmed")

    @precondition(lambda self: self.world.sold)
    @rule(place=st.integers(0, 99), back=st.booleans())
    def come_back(self, place, back):
        number = self._move(place, "returned", "shipped")
        if number and back:
            goods = self.world.sold[number][1].lines[0]
            if goods.sku != "SET":
                self._count(goods.sku, goods.quantity)

    def _move(self, place, status, where):
        number = self.number(place)
        _, order = self.world.sold[number]
        if order.status != where:
            return None
        stock_world.move(self.world, number, status)
        return number

    # --- What we hear ---

    @precondition(lambda self: self.world.sold)
    @rule(place=st.integers(0, 99))
    def hear(self, place):
        stock_world.tell(self.world, self.number(place))

    @precondition(lambda self: self.world.told)
    @rule(place=st.integers(0, 99))
    def hear_old_news(self, place):
        stock_world.tell_again(self.world, self.number(place))

    # --- The seller ---

    @rule(sku=plain, quantity=st.integers(1, 20))
    def receive(self, sku, quantity):
        stock.receive(
            partner=self.world.partner,
            product=self.world.products[sku],
            quantity=quantity,
            source=self.world.occasion("receipt"),
        )
        filling.fill_due()

    @rule(sku=plain, quantity=st.integers(-6, 6).filter(bool))
    def count(self, sku, quantity):
        self._count(sku, quantity)

    def _count(self, sku, quantity):
        if stock_world.available(self.world, sku) + quantity >= 0:
            stock.adjust(
                partner=self.world.partner,
                product=self.world.products[sku],
                quantity=quantity,
                reason="counted",
                source=self.world.occasion("count"),
            )
            filling.fill_due()

    @rule(shop=either, sku=skus, buffer=st.integers(0, 3), cap=st.none() | st.integers(0, 9))
    def limit(self, shop, sku, buffer, cap):
        product = self.world.products[sku]
        listing = product.listings.get(connection=self.world.shops[shop])
        stock_limits.set_limits(
            product=product, limits={listing: Limits(buffer, cap)}, by=self.world.partner.owner
        )

    # --- The outbox ---

    @rule(shop=either)
    def send(self, shop):
        shelves.drain(self.world.shops[shop])

    @rule(shop=either, happened=st.booleans())
    def lose_an_answer(self, shop, happened):
        Shelves.lost = [happened]
        shelves.drain(self.world.shops[shop])
        Shelves.lost = []

    # --- What must hold ---

    @invariant()
    def look(self):
        taken["steps"] += 1
        if hasattr(self, "world"):
            assert stock_world.faults(self.world) == []
            assert stock_world.exceeding(self.world) == []
            assert stock_world.uncounted(self.world) == []


def test_the_stock_adds_up_whatever_happens(fake, monkeypatch, capsys):
    shelves.use(monkeypatch)
    taken.update(steps=0, stories=0)
    machine = Stock.TestCase
    machine.settings = settings(
        max_examples=STORIES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()
    with capsys.disabled():
        print(f"\n{taken['stories']} stories, {taken['steps']} steps, 0 violations")  # noqa: T201
