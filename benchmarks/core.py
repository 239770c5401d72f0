"""The core: orders taken in, pieces promised, shops told; each against the barest way."""

import gc
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction
from django.db.models import F

from benchmarks import bare, memory, scratch, shop, world
from benchmarks.races import Outcome, race
from benchmarks.world import World
from marketplaces import entries, inbound, outbox
from marketplaces.connectors.base import batches
from marketplaces.connectors.remote import RemoteOrder
from marketplaces.models import Operation
from marketplaces.sending import SENDERS
from orders.services import intake
from products.models import Product, StockLevel
from products.services import publishing, stock, stock_batches
from products.services.stock_batches import Wish
from sellercloudx.lib import collecting

Kind = Operation.Kind
ROUNDS = 5
# 3 000 orders a second where COPY puts 51 000 rows a second into the same table.
INTAKE = 3_000 / 51_000
RESERVED, TOLD, GROWTH = 0.5, 0.3, 40.0


@dataclass(frozen=True)
class Size:
    """How many of each; `many`: the orders over which memory must not grow."""

    products: int
    orders: int
    reservations: int
    changes: int
    many: int


WHOLE = Size(products=200, orders=5_000, reservations=2_000, changes=10_000, many=100_000)
SHORT = Size(products=20, orders=120, reservations=60, changes=100, many=200)


@dataclass(frozen=True)
class Line:
    """What was measured, and whether it is what it has to be; None where nothing is asked."""

    name: str
    found: str
    goal: str = ""
    is_met: bool | None = None


def run(*, is_short: bool) -> int:
    """Print all of it; 1 where a goal was missed."""
    logging.disable(logging.INFO)
    size = SHORT if is_short else WHOLE
    missed = 0
    # As the worker begins.
    collecting.leave_what_stays()
    with scratch.database(), shop.opened():
        form = "short form" if is_short else "long form"
        _say(f"{connection.vendor}, {form}, each the median of {ROUNDS} rounds by turns")
        for measure in (_orders, _memory, _reservations, _changes, _calls):
            for line in measure(size):
                _say(_worded(line))
                missed += line.is_met is False
    return int(missed > 0)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  this is what it is for


def _worded(line: Line) -> str:
    verdict = {True: "pass", False: "FAIL", None: ""}[line.is_met]
    return f"{line.name:32} {line.found:58} {line.goal:16} {verdict}".rstrip()


def _ratio(name: str, outcome: Outcome, against: str, goal: float | None) -> Line:
    found = f"{outcome.ratio:.3f} of {against} ({outcome.ours:,.0f} : {outcome.bare:,.0f} a second)"
    if goal is None:
        return Line(name, found)
    return Line(name, found, f">= {goal:.3g}", outcome.ratio >= goal)


def _copy() -> str:
    return "COPY" if connection.vendor == "postgresql" else "INSERT"


# --- Orders --------------------------------------------------------------------------------------


def _orders(size: Size) -> Iterator[Line]:
    here = world.make(size.products)
    coming, numbers = world.orders(here), itertools.count()
    _take_in(here, itertools.islice(coming, size.orders))

    def ours() -> Callable[[], int]:
        batch = list(itertools.islice(coming, size.orders))
        return lambda: _take_in(here, batch)

    def barely() -> Callable[[], int]:
        return bare.insert([world.stored(here, next(numbers)) for _ in range(size.orders)])

    # Nothing is asked of SQLite, which nobody runs a large shop on.
    goal = INTAKE if connection.vendor == "postgresql" else None
    yield _ratio("orders taken in", race(ours, barely, rounds=ROUNDS), _copy(), goal)


def _take_in(here: World, orders: Iterable[RemoteOrder]) -> int:
    taken = 0
    for batch in batches(orders, inbound.BATCH):
        intake.receive_orders(here.connection, batch)
        taken += len(batch)
    return taken


def _memory(size: Size) -> Iterator[Line]:
    here = world.make(size.products)
    coming = world.orders(here)
    _take_in(here, itertools.islice(coming, size.orders))
    gc.collect()
    before = memory.resident()
    _take_in(here, itertools.islice(coming, size.many))
    grown = memory.resident() - before
    name = f"memory over {size.many:,} orders"
    yield Line(name, f"{grown:+.1f} MB", f"<= {GROWTH:.0f} MB", grown <= GROWTH)


# --- Reservations --------------------------------------------------------------------------------


def _reservations(size: Size) -> Iterator[Line]:
    here = world.make(size.products)
    numbers = itertools.count()
    turns = list(itertools.islice(itertools.cycle(here.products), size.reservations))
    outcome = race(lambda: _together(here, turns, numbers), lambda: _barely(turns), rounds=ROUNDS)
    yield _ratio("pieces promised, in batches", outcome, "UPDATE", RESERVED)
    few = turns[: size.reservations // 10]
    outcome = race(
        lambda: _one_by_one(here, few, numbers), lambda: _barely_each(few), rounds=ROUNDS
    )
    yield _ratio("pieces promised, one by one", outcome, "UPDATE", None)


def _together(here: World, turns: Sequence[Product], numbers: Iterator[int]) -> Callable[[], int]:
    wishes = [Wish(one.pk, 1, f"benchmark:{next(numbers)}") for one in turns]

    def go() -> int:
        for some in batches(wishes, inbound.BATCH):
            stock_batches.reserve_each(partner=here.partner, wishes=some)
        return len(turns)

    return go


def _one_by_one(here: World, turns: Sequence[Product], numbers: Iterator[int]) -> Callable[[], int]:
    def go() -> int:
        for one in turns:
            source = f"benchmark:{next(numbers)}"
            stock.reserve(partner=here.partner, product=one, quantity=1, source=source)
        return len(turns)

    return go


def _barely(turns: Sequence[Product]) -> Callable[[], int]:
    """One conditional UPDATE for each, as many in a transaction as ours has."""

    def go() -> int:
        for some in batches(turns, inbound.BATCH):
            with transaction.atomic():
                for one in some:
                    _promise_barely(one)
        return len(turns)

    return go


def _barely_each(turns: Sequence[Product]) -> Callable[[], int]:
    def go() -> int:
        for one in turns:
            _promise_barely(one)
        return len(turns)

    return go


def _promise_barely(product: Product) -> None:
    free = StockLevel.objects.filter(product=product.pk, on_hand__gte=F("reserved") + 1)
    free.update(reserved=F("reserved") + 1)


# --- What shops are told -------------------------------------------------------------------------


def _changes(size: Size) -> Iterator[Line]:
    here = world.make(size.changes)
    for name, kind, tell in (
        ("stock", Kind.PUSH_STOCK, publishing.tell_stock),
        ("price", Kind.PUSH_PRICE, publishing.tell_prices),
    ):
        written = race(partial(_written, here, kind), partial(_upserted, here, kind), rounds=ROUNDS)
        yield _ratio(f"{size.changes:,} {name} changes written", written, f"{_copy()}+upsert", TOLD)
        whole = race(
            partial(partial, _told, tell, here.products),
            partial(_upserted, here, kind),
            rounds=ROUNDS,
        )
        yield _ratio("  and read beforehand", whole, f"{_copy()}+upsert", None)


def _written(here: World, kind: str) -> Callable[[], int]:
    """What is to be told is known."""
    wanted = [world.entry(one, kind) for one in here.listings]

    def go() -> int:
        return len(entries.add_all(wanted))

    return go


def _upserted(here: World, kind: str) -> Callable[[], int]:
    rows = [world.operation(one, kind) for one in here.listings]
    return bare.upsert(rows, unique=["connection_id", "dedupe"], changed="payload")


def _told(tell: Callable[[Sequence[Product]], None], products: Sequence[Product]) -> int:
    with transaction.atomic():
        tell(products)
    return len(products)


def _calls(size: Size) -> Iterator[Line]:
    """As few as the shop's batch allows, whatever was asked of the same goods before."""
    for kind, tell in (
        (Kind.PUSH_STOCK, publishing.tell_stock),
        (Kind.PUSH_PRICE, publishing.tell_prices),
    ):
        here = world.make(size.changes)
        for _ in range(2):
            _told(tell, here.products)
        shop.Counting.calls.clear()
        # A drain leaves off after a while, so that other shops have their turn.
        while outbox.drain(here.connection.pk):
            pass
        made, batch = shop.Counting.calls[kind], SENDERS[kind].batch
        fewest = -(-size.changes // batch)
        found = f"{made} calls for {size.changes:,} changes, {batch:,} in each at most"
        yield Line(f"calls, {kind}", found, f"= {fewest}", made == fewest)
