"""`EMAIL_URL`: one address for SMTP and for providers that take mail over https."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from django.core import mail

from sellercloudx.lib import postal
from tests.house.test_settings import PRODUCTION, run, value


@pytest.fixture
def provider():
    """An https provider on this machine; what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = unquote(self.rfile.read(int(self.headers["Content-Length"])).decode())
            asked.append((self.path, dict(self.headers), body))
            answer = json.dumps({"messageId": "1", "id": "1", "message": "Queued"}).encode()
            self.send_response(201 if self.path == "/smtp/email" else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.mark.parametrize(
    ("address", "path", "header"),
    [
        ("brevo://the%2Fkey@", "/smtp/email", ("api-key", "the/key")),
        ("resend://the%2Fkey@", "/emails", ("Authorization", "Bearer the/key")),
        ("mailgun://the%2Fkey@mg.shop.uz", "/mg.shop.uz/messages", ("Authorization", "Basic ")),
    ],
)
def test_a_provider_is_given_the_mail_and_its_key(settings, provider, address, path, header):
    url, asked = provider
    found = postal.settings_from(f"{address}?api_url={url}", sends=True, timeout=5)
    for name, setting in found.items():
        setattr(settings, name, setting)
    letter = mail.EmailMessage("Salom", "Buyurtma keldi", "a@shop.uz", ["b@example.uz"])
    assert letter.send() == 1
    ((asked_path, headers, body),) = asked
    assert asked_path == path
    assert headers[header[0]].startswith(header[1])
    assert "Salom" in body and "b@example.uz" in body


def test_postmark_takes_its_token():
    found = postal.settings_from("postmark://token@", sends=True, timeout=5)
    assert found["EMAIL_BACKEND"] == "anymail.backends.postmark.EmailBackend"
    assert found["ANYMAIL"]["POSTMARK_SERVER_TOKEN"] == "token"


def test_smtp_stays_what_it_was():
    found = postal.settings_from("smtp+tls://me:word@host:587", sends=True, timeout=5)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("host", 587, True)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("consolemail://", "consolemail:// reaches nobody. Name a provider"),
        ("dummymail://", "reaches nobody"),
        ("brevo://", "there is no key in it. Write brevo://KEY@."),
        ("mailgun://hush@", "Mailgun needs your domain"),
        ("https://hush@api.example", "it must begin with one of brevo://"),
    ],
)
def test_an_address_that_sends_nothing_stops_production_with_a_remedy(address, says):
    done = run("", **PRODUCTION, EMAIL_URL=address)
    assert done.returncode != 0
    assert "EMAIL_URL cannot be used: " in done.stderr and says in done.stderr
    assert "hush" not in done.stderr


def test_production_without_an_address_serves_and_sends_nothing():
    backend = "django.core.mail.backends.dummy.EmailBackend"
    assert value("[s.IS_MAIL_ON, s.EMAIL_BACKEND]", **PRODUCTION) == [False, backend]


def test_a_laptop_prints_its_mail():
    backend = "django.core.mail.backends.console.EmailBackend"
    assert value("[s.IS_MAIL_ON, s.EMAIL_BACKEND]") == [True, backend]
