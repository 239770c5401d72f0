"""A sandbox shop is never called at the real marketplace, nor a real one at the sandbox."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.conf import settings
from django.utils import timezone

from marketplaces import connecting, gateway, inbound, outbox, payloads
from marketplaces.connectors.errors import Kind, Unavailable
from marketplaces.connectors.remote import StockUpdate
from marketplaces.models import Connection, Operation, Stream
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(monkeypatch):
    """Every call that reaches the address of the settings, which is loopback: a sandbox."""
    seen = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append(self.path)
            self.send_error(503)

        do_GET = do_PUT = do_POST  # noqa: N815  the names of the library

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "yandex", address)
    yield seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def real_shop(calls, partner):
    shop = factories.make_connection(partner, is_sandbox=False)
    inbound.open_streams(shop)
    return shop


def test_a_real_key_is_not_sent_to_the_sandbox(real_shop, calls, partner):
    update = StockUpdate("A", 3, timezone.now())
    outbox.add(
        connection=real_shop,
        kind="push_stock",
        target="A",
        payload=payloads.dump(update),
        dedupe="a",
    )
    outbox.drain(real_shop.pk)
    inbound.poll(real_shop.pk, "orders")
    connecting.test(connection=Connection.objects.get(), by=partner.owner)
    with pytest.raises(connecting.KeyNotTaken):
        connecting.replace_key(
            connection=Connection.objects.get(), by=partner.owner, credentials={"api_key": "new"}
        )
    assert calls == []
    # What was to be said waits, and is said when the settings are mended.
    assert Operation.objects.get().state == Operation.State.WAITING
    assert Stream.objects.get(name="orders").error_reason == "not_the_real_one"
    assert Connection.objects.get().state in Connection.WORKING


def test_a_sandbox_shop_is_not_called_at_the_real_marketplace(monkeypatch):
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "yandex", "https://market.invalid")
    shop = factories.make_connection(is_sandbox=True)
    with pytest.raises(Unavailable) as refused, gateway.connector_for(shop):
        pass
    assert (refused.value.kind, refused.value.reason) == (Kind.TRANSIENT, "not_the_sandbox")


def test_a_shop_is_called_where_it_belongs(calls):
    with gateway.connector_for(factories.make_connection(is_sandbox=True)):
        pass


def test_the_page_says_so_in_its_own_words(real_shop, partner_client):
    partner_client.cookies["django_language"] = "en"
    here = f"/partner-dashboard/marketplaces/{real_shop.pk}/"
    page = partner_client.post(f"{here}test/", follow=True).content.decode()
    assert "This is a real shop, but the server speaks to the sandbox now." in page
    assert "In their words" not in page


def test_a_key_pasted_again_belongs_to_the_address_of_today(partner, monkeypatch, calls):
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "yandex", "https://market.invalid")
    pasted = {"partner": partner, "by": partner.owner, "marketplace": "yandex"}
    assert not connecting.save_key(**pasted, credentials={"api_key": "a"}).is_sandbox
    monkeypatch.setitem(settings.MARKETPLACE_URLS, "yandex", "http://127.0.0.1:9")
    assert connecting.save_key(**pasted, credentials={"api_key": "b"}).is_sandbox
