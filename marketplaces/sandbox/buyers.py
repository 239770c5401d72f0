"""Buyers: they come at intervals, buy what is for sale, and orders move on with time.

The only place where chance is allowed; it follows the seed, so a run can be repeated.
"""

import random
import sqlite3
import time

from . import writers
from .accounts import campaigns
from .state import State
from .world import World
from .yandex import catalogue, order_book
from .yandex.order_book import CHANGED_MIND, MARKET_STEPS, STARTED

# Invented people; the numbers belong to a range nobody is given.
BUYERS = [
    {"id": "1001", "firstName": "Nodira", "lastName": "Namuna", "phone": "+998000000001"},
    {"id": "1002", "firstName": "Jasur", "lastName": "Namuna", "phone": "+998000000002"},
    {"id": "1003", "firstName": "Dilnoza", "lastName": "Namuna", "phone": "+998000000003"},
    {"id": "1004", "firstName": "Sardor", "lastName": "Namuna", "phone": "+998000000004"},
]
MOST_UNITS = 3
CHANGE_MIND = 0.08


def shop(world: World, now: float) -> int:
    """Let every buyer whose moment has come buy something; gives how many did."""
    waiting = world.state.rows(
        "SELECT * FROM businesses WHERE buyers_every > 0"
        " AND (next_buyer_at IS NULL OR next_buyer_at <= ?)",
        now,
    )
    return sum(_visit(world, business, now) for business in waiting)


def _visit(world: World, business: sqlite3.Row, now: float) -> bool:
    with world.state.transaction():
        world.state.run(
            "UPDATE businesses SET next_buyer_at = ?, buyers_seen = buyers_seen + 1 WHERE id = ?",
            now + business["buyers_every"],
            business["id"],
        )
        if business["next_buyer_at"] is None:
            return False
        seed = f"{business['seed']}/{business['id']}/{business['buyers_seen']}"
        return _buy(world, business["id"], random.Random(seed), now, seed)


def _buy(world: World, business_id: int, chance: random.Random, now: float, seed: str) -> bool:
    choices = for_sale(world.state, business_id)
    if not choices:
        return False
    campaign_id, sku, left = chance.choice(choices)
    leaves = chance.random() < CHANGE_MIND
    order = order_book.place(
        world.state,
        business_id=business_id,
        campaign_id=campaign_id,
        lines={sku: chance.randint(1, min(MOST_UNITS, left))},
        buyer=chance.choice(BUYERS),
        due_at=now + world.config.step_seconds if leaves else None,
    )
    # What they write follows the seed, too, and changes nothing of what they buy.
    writers.write(world, order, random.Random(f"{seed}/writes"), now)
    return True


def for_sale(state: State, business_id: int) -> list[tuple[int, str, int]]:
    """Shop, SKU and units left of everything a buyer can put into a basket now."""
    found = []
    for campaign in campaigns(state, business_id):
        rows = state.rows(
            "SELECT offer_id, count FROM stocks WHERE campaign_id = ? AND count > 0"
            " ORDER BY offer_id LIMIT 1000",
            campaign["id"],
        )
        offers = catalogue.load_many(state, business_id, [row["offer_id"] for row in rows])
        for row in rows:
            offer = offers[row["offer_id"]]
            if catalogue.shop_status(state, offer, campaign["id"]) == "PUBLISHED":
                found.append((campaign["id"], row["offer_id"], row["count"]))
    return found


def move_orders(world: World, now: float) -> int:
    """What happens to orders without the seller: carriers, pick-up points, second thoughts."""
    moved = 0
    for order in order_book.due(world.state, now):
        step = CHANGED_MIND if order.step == STARTED else MARKET_STEPS.get(order.step)
        if step is None:
            world.state.run("UPDATE orders SET due = NULL WHERE id = ?", order.id)
            continue
        due_at = time.time() + world.config.step_seconds if step in MARKET_STEPS else None
        moved += order_book.move(world.state, order, step, due_at=due_at) is not None
    return moved
