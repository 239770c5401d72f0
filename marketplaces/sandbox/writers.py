"""What buyers here write: some of those who buy ask before, complain after, or praise."""

import random
import time
from typing import Any

from .state import State
from .world import World
from .yandex import order_book, returns, talks
from .yandex.talks import CHAT, QUESTION, REVIEW

WRITES = 0.3
# About the goods only, in the languages people write in here.
TALKS = {
    QUESTION: ("Idish yuvish mashinasida yuvsa boʻladimi?", "Подойдёт для индукции?"),
    CHAT: ("Assalomu alaykum, buyurtmam qachon yetib keladi?", "Здравствуйте! Когда отправите?"),
    REVIEW: ("Zoʻr, rasmdagidek ekan", "Пришло с трещиной, упаковка мятая"),
}
RATINGS = (5, 2)


def write(world: World, order: order_book.Order, chance: random.Random, now: float) -> None:
    """Now and then, whoever has bought has something to say."""
    if chance.random() >= WRITES:
        return
    kind = chance.choice(sorted(TALKS))
    number = chance.randrange(2)
    about = {"rating": RATINGS[number]} if kind == REVIEW else {}
    doc = {
        "name": order.doc["buyer"]["firstName"],
        "sku": order.doc["items"][0]["offerId"],
        "order_id": order.id if kind != QUESTION else None,
        "campaign_id": order.campaign_id,
        **about,
    }
    talks.begin(
        world.state,
        business_id=order.business_id,
        kind=kind,
        now=now,
        doc=doc,
        text=TALKS[kind][number],
    )


# The hands behind the scenes, see control.py.


def begin_talk(state: State, business_id: int, wish: dict[str, Any]) -> dict[str, Any]:
    """Fields: account, kind, text, name, sku, order_id, campaign_id, rating."""
    names = ("sku", "order_id", "campaign_id", "rating", "plus", "minus")
    doc = {name: wish[name] for name in names if wish.get(name)}
    number = talks.begin(
        state,
        business_id=business_id,
        kind=wish["kind"],
        now=time.time(),
        doc={"name": wish.get("name", "Nodira"), **doc},
        text=wish["text"],
    )
    return show_talk(state, number)


def show_talk(state: State, talk_id: int) -> dict[str, Any]:
    row = state.one("SELECT * FROM talks WHERE id = ?", talk_id)
    if row is None:
        raise LookupError(f"there is no talk {talk_id}")
    said = talks.sayings(state, talk_id)
    return {
        "id": talk_id,
        "status": row["status"],
        "said": [{**dict(one), "doc": None} for one in said],
    }


def say(state: State, talk_id: int, wish: dict[str, Any]) -> dict[str, Any]:
    """Fields: text, by ("buyer" or "seller", who does it in the cabinet), status."""
    is_buyer = wish.get("by", "buyer") == "buyer"
    if wish.get("text"):
        talks.say(state, talk_id, text=wish["text"], is_buyer=is_buyer, now=time.time())
    if wish.get("status"):
        state.run("UPDATE talks SET status = ? WHERE id = ?", wish["status"], talk_id)
    return show_talk(state, talk_id)


def send_back(state: State, order: order_book.Order, wish: dict[str, Any]) -> dict[str, Any]:
    """Fields: unredeemed."""
    unredeemed = bool(wish.get("unredeemed"))
    number = returns.open_return(state, order, now=time.time(), is_unredeemed=unredeemed)
    return {"id": number}
