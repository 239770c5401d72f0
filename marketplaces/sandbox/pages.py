"""The page at / for people: what this is, and what the simulated shops hold."""

from html import escape
from typing import Any

from . import accounts
from .messages import Answer, Request
from .world import World
from .yandex import catalogue, order_book

MOST_ROWS = 200
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 72rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }}
th, td {{ text-align: start; padding: .35rem .6rem; border-bottom: 1px solid color-mix(in srgb,
currentColor 20%, transparent) }}
.scroll {{ overflow-x: auto }}
</style></head><body><main>
<h1>Sandbox: nothing here is real</h1>
<p>Simulated marketplaces and AI providers for trying out and for tests. No offer is for sale, no
buyer exists, and the texts come from rules, not from a model.</p>
<ul><li>Yandex Market Partner API: <code>/yandex</code></li>
<li>OpenAI: <code>/openai/v1</code>, Anthropic: <code>/anthropic</code></li>
<li>Control: <code>/_control</code></li></ul>
{tables}
</main></body></html>"""


def respond(world: World, request: Request) -> Answer:
    businesses = world.state.rows("SELECT * FROM businesses ORDER BY id LIMIT 20")
    tables = "".join(_business(world, dict(business)) for business in businesses)
    answer = Answer(200, PAGE.format(tables=tables).encode(), "text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def _business(world: World, business: dict[str, Any]) -> str:
    shops = [row["id"] for row in accounts.campaigns(world.state, business["id"])]
    title = escape(f"{business['name']} ({business['id']}, {business['currency']})")
    offers = catalogue.select(world.state, business["id"], {}, offset=0, limit=MOST_ROWS)
    offer_rows = [_offer(world, offer, shops) for offer in offers]
    orders = world.state.select(
        "orders", ["business_id = ?"], [business["id"], MOST_ROWS], "ORDER BY id DESC LIMIT ?"
    )
    order_rows = [_order(order_book.from_row(row)) for row in orders]
    return (
        f"<h2>{title}</h2>"
        + _table("Offers", ("SKU", "Name", "Card", "Price", "Stock", "Errors"), offer_rows)
        + _table("Orders", ("Order", "Status", "Total", "Items"), order_rows)
    )


def _offer(world: World, offer: catalogue.Offer, shops: list[int]) -> list[Any]:
    left = ", ".join(str(catalogue.in_stock(world.state, shop, offer.offer_id)) for shop in shops)
    errors = "; ".join(error["comment"] for error in offer.doc["errors"])
    price = f"{offer.price['value']:g}" if offer.price else "-"
    if offer.doc["quarantine"]:
        price += f" (quarantine: {offer.doc['quarantine']['price']['value']:g})"
    name = offer.fields.get("name", "")
    return [offer.offer_id, name, offer.card_status, price, left, errors]


def _order(order: order_book.Order) -> list[Any]:
    items = ", ".join(f"{item['count']} x {item['offerId']}" for item in order.doc["items"])
    total = f"{order.total:g} {order.doc['currency']}"
    return [order.id, f"{order.status} / {order.substatus}", total, items]


def _table(title: str, heads: tuple[str, ...], rows: list[list[Any]]) -> str:
    if not rows:
        return f"<h3>{title}</h3><p>None yet.</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<h3>{title}</h3><div class="scroll">{table}</div>'
