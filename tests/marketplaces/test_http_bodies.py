"""A 200 is believed only when its body is what was promised."""

import gzip
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from marketplaces.connectors import errors
from marketplaces.connectors import http as http_module
from marketplaces.connectors.http import Http
from tests.marketplaces.script import make_http


def answer(content, content_type="application/json"):
    return httpx.Response(200, content=content, headers={"Content-Type": content_type})


def packed(content):
    return httpx.Response(
        200, stream=httpx.ByteStream(content), headers={"Content-Encoding": "gzip"}
    )


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"<!DOCTYPE html><html></html>", "text/html", "html"),
        (b"  <html>", "application/json", "html"),
        (b"come back later", "text/html; charset=utf-8", "html"),
        (b'{"orders": [{"orderId": 1}, {"ord', "application/json", "half_body"),
        (b'{"a": 1', "application/json", "half_body"),
        (b"", "application/json", "half_body"),
        (b"plain words", "text/plain", "not_json"),
        (b'{"a": 1} trailing', "application/json", "not_json"),
        (b"\xff\xfe\x00", "application/json", "not_json"),
        (b'{"a": NaN}', "application/json", "not_json"),
        (b'{"a": Infinity}', "application/json", "not_json"),
        (b'{"a": 1e99999999999999999999}', "application/json", "not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", "not_json"),
        (b'{"a":' + b"[" * 100_000, "application/json", "not_json"),
        (rb'{"a": "\u0000", "b":' + b"[" * 900 + b"]" * 900 + b"}", "application/json", "not_json"),
        (b"[]", "application/json", "not_object"),
        (b'"text"', "application/json", "not_object"),
        (b"null", "application/json", "not_object"),
    ],
)
def test_it_refuses_a_body_that_is_not_the_object_promised(content, content_type, code):
    http = make_http(answer(content, content_type))
    with pytest.raises(errors.BadResponse) as caught:
        http.json("GET", "/x", operation="x")
    assert caught.value.code == code
    assert caught.value.kind == errors.Kind.INTERNAL
    assert caught.value.operation == "x"


def test_it_reads_amounts_exactly():
    http = make_http(answer(b'{"value": 12345678901.10, "count": 3}'))
    data = http.json("GET", "/x", operation="x")
    assert data == {"value": Decimal("12345678901.10"), "count": 3}
    assert str(data["value"]) == "12345678901.10"


def test_it_drops_what_no_database_keeps():
    http = make_http(answer(rb'{"note": "a\u0000b", "list": ["\ud83d", "\ud83d\ude00", "\u0443"]}'))
    data = http.json("GET", "/x", operation="x")
    assert data == {"note": "ab", "list": ["?", "😀", "у"]}


def test_it_takes_a_byte_order_mark_for_what_it_is():
    assert make_http(answer(b'\xef\xbb\xbf{"a": 1}')).json("GET", "/x", operation="x") == {"a": 1}


def test_it_stops_reading_what_is_too_large(monkeypatch):
    monkeypatch.setattr(http_module, "LARGEST_BODY", 1000)
    with pytest.raises(errors.BadResponse) as caught:
        make_http(answer(b"x" * 1001)).content("GET", "/x", operation="x")
    assert caught.value.code == "too_large"


def test_it_is_not_fooled_by_a_small_body_that_unpacks_to_a_large_one(monkeypatch):
    monkeypatch.setattr(http_module, "LARGEST_BODY", 100_000)
    bomb = packed(gzip.compress(b"0" * 10_000_000))
    with pytest.raises(errors.BadResponse) as caught:
        make_http(bomb).content("GET", "/x", operation="x")
    assert caught.value.code == "too_large"


def test_a_damaged_encoding_is_a_bad_response():
    broken = packed(b"not gzip")
    with pytest.raises(errors.BadResponse) as caught:
        make_http(broken).content("GET", "/x", operation="x")
    assert caught.value.code == "encoding"


@pytest.fixture
def server():
    """A real server, for what only a real connection can do."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"half": ')
            if self.path == "/drip":
                for _ in range(20):
                    self.wfile.flush()
                    threading.Event().wait(0.1)
                    self.wfile.write(b" ")
            self.close_connection = True

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_connection_that_breaks_off_is_no_answer(server):
    naps = []
    http = Http(server, headers={}, sleep=naps.append)
    with pytest.raises(errors.Unavailable) as caught:
        http.json("GET", "/", operation="x")
    assert caught.value.code == "half_body"
    assert naps == [0.5, 2.0]
    http.close()


def test_a_drip_of_bytes_does_not_outlive_the_timeout(server):
    http = Http(server, headers={}, sleep=lambda seconds: None, timeout=0.25, deadline=0.5)
    with pytest.raises(errors.Unavailable) as caught:
        http.json("GET", "/drip", operation="x")
    assert caught.value.code == "timeout"
    http.close()
