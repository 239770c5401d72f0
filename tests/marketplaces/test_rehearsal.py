"""A rehearsing shop does everything but the sending, and shows byte for byte what it would send."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.urls import reverse

from marketplaces import gateway, outbox, parking, payloads, rehearsing
from marketplaces.connectors.registry import CONNECTORS, connector_class
from marketplaces.connectors.remote import (
    AttributeValue,
    CardDraft,
    CardText,
    PriceUpdate,
    StockUpdate,
)
from marketplaces.models import Connection, Intent, Operation
from partners.models import AuditLog
from sellercloudx import wiring
from sellercloudx.lib.money import Money
from sellercloudx.lib.redact import MASK
from tests import factories
from tests.marketplaces.script import KEY

pytestmark = pytest.mark.django_db(transaction=True)
State = Operation.State
told: list = []
ORDER = {"orders": [], "paging": {}}


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    told.clear()
    for kind in wiring.OPERATION_RESULT:
        monkeypatch.setitem(wiring.OPERATION_RESULT, kind, f"{__name__}.answered")
        for table in (wiring.OPERATION_PARKED, wiring.OPERATION_RETRIED):
            monkeypatch.setitem(table, kind, f"{__name__}.set_aside")


def answered(operation, result):
    told.append(operation.target)


def set_aside(*what):
    pass


@contextmanager
def recording():
    """A marketplace that takes all and keeps each request as it came off the wire."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = [[name, value.replace(KEY, MASK)] for name, value in self.headers.items()]
            seen.append((self.command, self.path, headers, body))
            said = json.dumps(ORDER if "/orders?" in self.path else {"status": "OK"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_PUT = do_GET = answer

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def marketplace(monkeypatch, settings):
    with recording() as (url, seen):
        monkeypatch.setitem(settings.MARKETPLACE_URLS, "yandex", url)
        yield seen


def make_shop(**fields):
    credentials = {"api_key": KEY, "business_id": "501"}
    return factories.make_connection(account="7001", credentials=credentials, **fields)


def card(sku):
    texts = tuple(
        CardText(language, f"Чойнак «{sku}» oʻ", "Описание & <b>") for language in ("ru", "uz")
    )
    return CardDraft(
        sku=sku,
        category_id="91105",
        texts=texts,
        brand="Paxta",
        pictures=("https://i.example/1.jpg",),
        barcodes=("4780000000017",),
        attributes=(AttributeValue("1", "белый", "", ""),),
        length=Decimal("10.5"),
        width=Decimal(10),
        height=Decimal(10),
        weight=Decimal("0.7"),
        price=Money(Decimal("99000"), "UZS"),
    )


def tell_everything(shop):
    """Two cards in two languages, prices, more stocks than a call takes, both steps of an order."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    said = [("publish_card", sku, card(sku)) for sku in ("A", "Б-1")]
    said += [
        ("push_price", sku, PriceUpdate(sku, Money(Decimal("98999.5"), "UZS"))) for sku in "CD"
    ]
    said += [("push_stock", f"S{n}", StockUpdate(f"S{n}", n, at)) for n in range(5)]
    rows = [(kind, target, payloads.dump(payload)) for kind, target, payload in said]
    rows += [("ship_order", "77", {}), ("cancel_order", "78", {"reason": "damaged"})]
    for kind, target, payload in rows:
        outbox.add(
            connection=shop, kind=kind, target=target, payload=payload, dedupe=f"{kind}:{target}"
        )


def drain(shop):
    while outbox.drain(shop.pk):
        pass


def test_what_is_rehearsed_equals_byte_for_byte_what_a_real_run_sends(marketplace, monkeypatch):
    rehearsing_shop, real = make_shop(is_rehearsal=True), make_shop()
    for shop in (rehearsing_shop, real):
        tell_everything(shop)
    drain(rehearsing_shop)
    assert marketplace == []
    drain(real)
    intents = [
        (one.method, one.path, one.headers, bytes(one.body))
        for one in Intent.objects.order_by("pk")
    ]
    assert len(intents) >= 6
    assert intents == marketplace
    assert KEY not in json.dumps([one[2] for one in intents])
    states = Operation.objects.filter(connection=rehearsing_shop).values_list("state", flat=True)
    assert set(states) == {State.REHEARSED}
    assert len(told) == Operation.objects.filter(connection=real).count()


def test_reading_goes_on_and_the_switch_stops_whoever_is_sending(marketplace):
    shop = make_shop()
    owner = shop.partner.owner
    before = Connection.objects.get(pk=shop.pk).lease_token
    assert rehearsing.switch(connection=shop, by=owner, is_on=True)
    assert not rehearsing.switch(connection=shop, by=owner, is_on=True)
    assert Connection.objects.get(pk=shop.pk).lease_token == before + 1
    assert AuditLog.objects.filter(action="REHEARSAL_BEGUN").count() == 1
    shop.refresh_from_db()
    with gateway.connector_for(shop) as connector:
        assert list(connector.iter_orders(ids=["1"])) == []
    assert [path for _, path, _, _ in marketplace] == ["/v1/businesses/501/orders?limit=50"]
    assert not Intent.objects.exists()


def test_afterwards_a_person_sends_or_drops_what_was_rehearsed(marketplace):
    shop = make_shop(is_rehearsal=True)
    tell_everything(shop)
    drain(shop)
    owner = shop.partner.owner
    rehearsing.switch(connection=shop, by=owner, is_on=False)
    drain(shop)
    assert (marketplace, told) == ([], [])
    first, second = Operation.objects.filter(kind="push_price").order_by("pk")
    first = Operation.objects.select_related("connection", "partner").get(pk=first.pk)
    parking.retry(operation=first, by=owner)
    parking.dismiss(operation=second, by=owner)
    drain(shop)
    assert told == [first.target]
    assert len(marketplace) == 1


def test_the_page_shows_what_would_be_sent(marketplace, client):
    shop = make_shop()
    client.force_login(shop.partner.owner)
    page = reverse("marketplaces:rehearsal", args=[shop.pk])
    client.post(page, {"is_on": "1"})
    tell_everything(shop)
    drain(shop)
    shown = client.get(page).content.decode()
    assert "PUT /v2/campaigns/7001/offers/stocks" in shown
    assert KEY not in shown
    body = client.get(reverse("marketplaces:intent", args=[Intent.objects.first().pk]))
    assert body.content == bytes(Intent.objects.first().body)
    assert client.get(reverse("marketplaces:detail", args=[shop.pk])).status_code == 200


def test_only_what_is_known_to_read_is_let_through():
    """A new operation that nobody has looked at is withheld."""
    changes = {"offer_update", "stocks", "prices", "price_confirm", "order_status", "boxes"}
    changes |= {"chat_message", "review_answer", "question_answer", "return_decision"}
    gets = {"campaigns", "labels", "returns"}
    for slug in CONNECTORS:
        cls = connector_class(slug)
        assert set(cls.limits) == cls.reads | changes | gets
