"""The loop of the web process answers the shortest question itself, and leaves all else alone."""

import socket

import pytest

from sellercloudx.lib.web_worker import _is_plain
from tests.processes import Processes

LINES = [b"GET /health HTTP/1.1", b"Host: 127.0.0.1"]


def request(*more: bytes, path: bytes = b"/health") -> bytes:
    first = LINES[0].replace(b"/health", path)
    return b"\r\n".join([first, *LINES[1:], *more, b"", b""])


def test_one_whole_request_is_plain():
    assert _is_plain(request(b"User-Agent: RailwayHealthCheck/1.0"))


@pytest.mark.parametrize(
    "head",
    [
        request()[:-2],
        request() + b"GET",
        request() * 2,
        request(b"Content-Length: 3") + b"abc",
        request(b"Content-Length : 0"),
        request(b"TRANSFER-ENCODING: chunked"),
        request(b"Expect: 100-continue"),
        request(b"Upgrade: h2c"),
        request(b"A: b\nGET /admin/ HTTP/1.1"),
        request(b"A: b\rC: d"),
    ],
)
def test_what_must_be_read_with_care_is_left_to_others(head):
    assert not _is_plain(head)


@pytest.fixture
def url(transactional_db, tmp_path):
    """Of one process with two threads."""
    processes = Processes(tmp_path, WEB_CONCURRENCY="1", WEB_THREADS="2")
    yield processes.web()
    processes.end()


def connected(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def answers(connection: socket.socket) -> bytes:
    said = b""
    while b'"version"' not in said:
        piece = connection.recv(65536)
        assert piece, said
        said += piece
    return said


@pytest.mark.processes
def test_over_real_connections(url):
    """Six that say nothing take none of the two threads."""
    silent = [connected(url) for _ in range(6)]
    _in_turns_with_the_threads(url)
    _in_pieces(url)
    _two_at_once(url)
    assert b"\r\nConnection: close\r\n" in _to_the_end(url)
    for one in silent:
        one.sendall(request())
        assert answers(one).startswith(b"HTTP/1.1 200 OK")
        one.close()


def _in_turns_with_the_threads(url):
    with connected(url) as asking:
        for path in (b"/health", b"/health?by=threads", b"/health", b"/health?by=threads"):
            asking.sendall(request(path=path))
            said = answers(asking)
            assert said.startswith(b"HTTP/1.1 200 OK")
            assert (b"Server: gunicorn" in said) == (b"threads" in path)


def _in_pieces(url):
    with connected(url) as asking:
        asking.sendall(request()[:9])
        asking.sendall(request()[9:])
        assert answers(asking).startswith(b"HTTP/1.1 200 OK")


def _two_at_once(url):
    with connected(url) as asking:
        asking.sendall(request() * 2)
        said = answers(asking)
        while said.count(b'"version"') < 2:
            said += answers(asking)


def _to_the_end(url) -> bytes:
    with connected(url) as asking:
        asking.sendall(request(b"Connection: close"))
        return b"".join(iter(lambda: asking.recv(65536), b""))
