"""What unfinished requests may hold on the disk of a web process, in all."""

import socket
import threading

import pytest

from sellercloudx.lib import web_server

MB = 1024 * 1024
PAGE = b"0" * 3 * MB


class Application:
    urgent = "/health"

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Length", str(len(PAGE)))])
        return [PAGE]

    def at_once(self, line):
        return None


@pytest.fixture
def port(monkeypatch):
    """Of a server that may hold two megabytes."""
    monkeypatch.setattr(web_server, "MOST_HELD", 2 * MB)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = web_server.Server(Application(), listener, threads=1, largest=20 * MB)
        is_over = threading.Event()

        def serve():
            while not is_over.is_set():
                server.pull_trigger()
                server.turn()
                server.next_look = 0.0

        loop = threading.Thread(target=serve)
        loop.start()
        yield listener.getsockname()[1]
        is_over.set()
        loop.join()
        server.task_dispatcher.shutdown()
        server.lookers.shutdown()
        web_server.TcpWSGIServer.close(server)


def connected(port: int, says: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(says)
    return connection


def read_a_page(connection: socket.socket) -> None:
    said = b""
    while not said.endswith(PAGE):
        said += connection.recv(MB)


def test_the_longest_of_those_that_hold_goes_and_who_has_read_a_page_stays(port):
    reader = connected(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    read_a_page(reader)
    body = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" + b"0" * (MB + 1)
    first = connected(port, body)
    second = connected(port, body)
    assert first.recv(1) == b""
    for still_there in (reader, second):
        still_there.setblocking(False)
        with pytest.raises(BlockingIOError):
            still_there.recv(1)
