import gzip
import http.server
import json
import os
import threading

import brotli
import pytest

from sellercloudx.errors import scrubbed_event
from tests import fresh_process

LOADED = "import django, sys; django.setup(); print('sentry_sdk' in sys.modules)"
BREAK = """
import contextlib, django, logging
django.setup()
from django.test import Client
import sellercloudx.urls
def broken(request):
    local = "ACMA:local-canary"
    raise RuntimeError("Bearer error-canary of +998901234567")
from django.urls import path
sellercloudx.urls.urlpatterns.insert(0, path("broken", broken))
logging.getLogger("shop").warning("password=crumb-canary")
# Nothing is gathered here that the page of the error could show.
with contextlib.suppress(ValueError):
    Client(raise_request_exception=False).post(
        "/broken?token=query-canary", {"password": "body-canary"},
        headers={"Authorization": "Bearer header-canary", "Cookie": "sessionid=cookie-canary"},
    )
import sentry_sdk
sentry_sdk.flush(5)
"""


def run(program: str, **env: str) -> str:
    base = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "sellercloudx.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    done = fresh_process.run(program, env=base | env)
    done.check_returncode()
    return done.stdout


@pytest.fixture
def sentry():
    """A Sentry that keeps what it is sent."""
    kept = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
            kept.append(unpack[self.headers.get("Content-Encoding")](body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://public@127.0.0.1:{server.server_port}/1", kept
        server.shutdown()


def test_it_is_not_even_imported_without_the_variable():
    assert run(LOADED).strip() == "False"


def test_what_broke_arrives_and_no_secret_with_it(sentry, tmp_path):
    dsn, kept = sentry
    run(BREAK, SENTRY_DSN=dsn, DATA_DIR=str(tmp_path))
    sent = "\n".join(kept)
    assert "RuntimeError" in sent
    assert "canary" not in sent
    assert "+998901234567" not in sent


ASK = """
import django
django.setup()
import httpx, sentry_sdk
echoed = httpx.get("{url}").json()
print("huey" in sentry_sdk.get_client().integrations, *echoed)
"""


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the names of the headers it was sent."""

    def do_GET(self):
        body = json.dumps([name.lower() for name in self.headers]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_neither_marketplaces_nor_the_queue_are_told_of_sentry(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        dsn = "http://public@127.0.0.1:9/1"
        said = run(ASK.format(url=url), SENTRY_DSN=dsn, DATA_DIR=str(tmp_path)).split()
        server.shutdown()
    assert said[0] == "False"
    assert "host" in said
    assert not {"baggage", "sentry-trace"} & set(said)


def test_every_text_is_scrubbed_however_deep_it_lies():
    event = {
        "exception": {"values": [{"value": "Bearer abcdefgh", "stacktrace": {"vars": {"a": 1}}}]},
        "request": {"url": "https://a.uz/", "cookies": {"sessionid": "x"}, "data": "y"},
        "level": "error",
        "timestamp": 1.5,
    }
    assert scrubbed_event(event) == {
        "exception": {"values": [{"value": "***", "stacktrace": {"vars": "***"}}]},
        "request": {"url": "https://a.uz/", "cookies": "***", "data": "***"},
        "level": "error",
        "timestamp": 1.5,
    }
    assert json.dumps(scrubbed_event(event))
