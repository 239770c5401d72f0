"""A whole call has one deadline, whatever its bytes do meanwhile."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from marketplaces import gateway, leases
from marketplaces.connectors import errors
from marketplaces.connectors.http import Http
from tests import factories

HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


@contextmanager
def server(speak):
    """Takes one connection after another and does with each what the test says."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        stopped = threading.Event()

        def serve():
            while not stopped.is_set():
                try:
                    taken, _ = listening.accept()
                    with taken:
                        speak(taken, stopped)
                except OSError:
                    continue

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        stopped.set()


def drip(content):
    def speak(taken, stopped):
        taken.recv(65536)
        for number in range(len(content)):
            if stopped.wait(0.05):
                return
            taken.sendall(content[number : number + 1])

    return speak


def drain_slowly(taken, stopped):
    """A reader that takes a little, again and again, and never answers."""
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while not stopped.wait(0.05) and taken.recv(4096):
        pass


def never(taken, stopped):
    stopped.wait()


def call(url, **what):
    """How the call ended, and after how long."""
    http = Http(url, headers={}, sleep=lambda seconds: None, timeout=0.4, deadline=0.6)
    began = time.monotonic()
    with http, pytest.raises(errors.Unavailable) as caught:
        http.json("PUT", "/x", operation="x", **what)
    return caught.value.code, time.monotonic() - began


@pytest.mark.timing
@pytest.mark.parametrize(
    ("speak", "what"),
    [
        (drip(HEADERS + b" " * 1000), {}),
        (drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000), {}),
        (never, {}),
        (drain_slowly, {"json": {"text": "x" * 20_000_000}}),
    ],
    ids=["body", "headers", "silence", "request"],
)
def test_it_ends_the_call(speak, what):
    with server(speak) as url:
        code, seconds = call(url, **what)
    assert code == "timeout"
    assert seconds < 1.2


def test_nothing_is_sent_once_the_time_is_up(monkeypatch):
    """Looking a name up knows no timeout; a request must not follow when that took too long."""
    came = []

    def speak(taken, stopped):
        came.append(taken.recv(65536))

    look_up = socket.getaddrinfo

    def slow(*args, **options):
        time.sleep(0.7)
        return look_up(*args, **options)

    with server(speak) as url:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        assert call(url)[0] == "timeout"
        time.sleep(0.1)
    assert came in ([], [b""])


@pytest.mark.timing
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_is_kept_to_it_as_well(monkeypatch, variable):
    with server(drip(HEADERS + b" " * 1000)) as url:
        monkeypatch.setenv(variable, url)
        code, seconds = call("http://market.test")
    assert (code, seconds < 1.2) == ("timeout", True)


@pytest.mark.django_db
def test_under_a_lease_it_follows_the_lease(settings, fake):
    shop = factories.make_connection(marketplace="fake")
    for seconds in (2, 20):
        settings.LEASE_SECONDS = seconds
        with gateway.connector_for(shop, renew=lambda: None) as connector:
            assert connector.http.deadline.seconds == leases.longest_call() < seconds
