"""Goods on sale at the sandbox, as the seller's own calls would leave them."""

import io
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

from marketplaces import gateway
from marketplaces.connectors import remote
from sellercloudx.lib.money import Money
from tests.processes import wait_until

BATCH = 100


@contextmanager
def picture():
    """The address of a picture the sandbox can really fetch."""
    content = io.BytesIO()
    Image.new("RGB", (800, 800), "teal").save(content, "JPEG")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(content.tell()))
            self.end_headers()
            self.wfile.write(content.getvalue())

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/pot.jpg"
        server.shutdown()


def put_on_sale(shop, products, quantity, picture):
    """A card, a price and a stock of each, taken and judged."""
    with gateway.connector_for(shop) as yandex:
        leaf = next(category for category in yandex.categories() if category.is_leaf)
        values = tuple(sample(a) for a in yandex.attributes(leaf.id) if a.is_required)
        for start in range(0, len(products), BATCH):
            some = products[start : start + BATCH]
            said = yandex.publish_cards([_draft(p, leaf.id, values, picture) for p in some])
            said += yandex.push_prices(
                [remote.PriceUpdate(p.sku, Money(p.price, "UZS")) for p in some]
            )
            said += yandex.push_stocks(
                [remote.StockUpdate(p.sku, quantity, p.created_at) for p in some]
            )
            assert [result.message for result in said if not result.ok] == []
            cards = wait_until(lambda some=some: moderated(yandex, some), 15 + len(some) / 5)
            assert {(one.status, one.errors) for one in cards} == {(remote.CardStatus.ACCEPTED, ())}


def _draft(product, category, values, picture):
    text = remote.CardText("ru", product.name, "Заварочный чайник для дома. " * 5)
    return remote.CardDraft(
        product.sku,
        category,
        (text,),
        brand="Paxta",
        pictures=(picture,),
        attributes=values,
    )


def moderated(yandex, products):
    cards = yandex.card_status([product.sku for product in products])
    is_over = all(card.status != remote.CardStatus.PROCESSING for card in cards)
    return cards if is_over else None


def sample(attribute):
    """Some value this attribute accepts."""
    if attribute.options:
        return remote.AttributeValue(attribute.id, option_id=attribute.options[0].id)
    words = {"number": "1", "boolean": "true"}.get(attribute.type, "фарфор")
    return remote.AttributeValue(attribute.id, value=words, unit_id=attribute.unit_id)
