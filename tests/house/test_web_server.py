"""Whoever speaks or listens slowly holds no thread, and the shortest question needs none."""

import socket
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sellercloudx.lib.web_server import MOST_CONNECTIONS, PATIENCE, SILENCE, SLOWEST, is_plain
from tests.house.slow_pages import LENGTH
from tests.processes import Processes, wait_until

pytestmark = pytest.mark.django_db
LINES = [b"GET /health HTTP/1.1", b"Host: 127.0.0.1"]


def request(*more: bytes, path: bytes = b"/health") -> bytes:
    first = LINES[0].replace(b"/health", path)
    return b"\r\n".join([first, *LINES[1:], *more, b"", b""])


def test_one_whole_requestis_plain():
    assert is_plain(request(b"User-Agent: RailwayHealthCheck/1.0"))


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
    assert not is_plain(head)


def started(folder: Path) -> Processes:
    """One process with two threads."""
    return Processes(
        folder,
        WEB_CONCURRENCY="1",
        WEB_THREADS="2",
        DJANGO_SETTINGS_MODULE="tests.house.slow_settings",
    )


@pytest.fixture(scope="module")
def url(django_db_setup, tmp_path_factory):
    """Of one that all ask in turn."""
    processes = started(tmp_path_factory.mktemp("web"))
    yield processes.web()
    processes.end()


@pytest.fixture
def processes(django_db_setup, tmp_path):
    """One that may be ended."""
    processes = started(tmp_path)
    yield processes
    processes.end()


def connected(url: str, *, says: bytes = b"") -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    connection = socket.socket()
    # Who reads slowly has little room.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect((host, int(port)))
    connection.sendall(says)
    return connection


def answers(connection: socket.socket) -> bytes:
    said = b""
    while b'"version"' not in said:
        piece = connection.recv(65536)
        assert piece, said
        said += piece
    return said


def to_the_end(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def seconds_until_answered(url: str) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(url, timeout=15) as answer:
        assert answer.status == 200
    return time.monotonic() - began


# What each of them has said when it falls silent.
SLOW = {
    "nothing": b"",
    "one byte": b"G",
    "half a head": b"POST /login HTTP/1.1\r\nHost: a\r\n",
    "half a body": b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nemail=",
    "half a chunk": b"POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\na",
}
READS_NOTHING = b"GET /long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.processes
@pytest.mark.timing
def test_whoever_is_slow_holds_up_nobody_and_is_let_go(url):
    began = time.monotonic()
    deaf = [connected(url, says=READS_NOTHING) for _ in range(6)]
    slow = [connected(url, says=says) for says in SLOW.values() for _ in range(6)]
    assert seconds_until_answered(f"{url}/login") < PATIENCE - 2
    assert seconds_until_answered(f"{url}/health") < 2
    for connection in slow:
        assert to_the_end(connection) == b""
    assert time.monotonic() - began < PATIENCE + 10
    time.sleep(max(0.0, began + SILENCE + 8 - time.monotonic()))
    assert len(to_the_end(deaf[0])) < LENGTH
    for connection in slow + deaf:
        connection.close()
    assert seconds_until_answered(f"{url}/login") < PATIENCE - 2


@pytest.mark.processes
@pytest.mark.timing
def test_a_slow_line_that_keeps_its_pace_is_heard_to_the_end(url):
    seconds = PATIENCE + 4
    pace = 2 * SLOWEST
    says = f"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {seconds * pace}\r\n\r\n"
    with connected(url, says=says.encode()) as connection:
        for _ in range(seconds):
            connection.sendall(b"0" * pace)
            time.sleep(1)
        assert connection.recv(65536).startswith(b"HTTP/1.1 403 ")


@pytest.mark.processes
def test_where_too_many_wait_the_longest_gives_room(url):
    crowd = [connected(url, says=b"G") for _ in range(MOST_CONNECTIONS + 20)]
    assert seconds_until_answered(f"{url}/login") < PATIENCE - 2
    assert crowd[0].recv(1) == b""
    crowd[-1].sendall(b"ET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answers(crowd[-1]).startswith(b"HTTP/1.1 200 OK")
    for connection in crowd:
        connection.close()


@pytest.mark.processes
@pytest.mark.timing
def test_health_is_told_while_every_thread_makes_a_page(url):
    with ThreadPoolExecutor(4) as visitors:
        asleep = [visitors.submit(seconds_until_answered, f"{url}/sleep") for _ in range(4)]
        time.sleep(1)
        took = [seconds_until_answered(f"{url}/health?a={n}") for n in range(3)]
        assert max(took) < 2
        assert not any(one.done() for one in asleep)
        assert [one.result() > 4 for one in asleep] == [True] * 4


@pytest.mark.processes
def test_a_file_that_is_too_large_is_refused_by_a_page_that_arrives(url):
    length = 30 * 1024 * 1024
    says = f"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
    with connected(url, says=says.encode()) as connection:
        connection.sendall(b"0" * length)
        said = to_the_end(connection)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"</html>" in said


@pytest.mark.processes
@pytest.mark.parametrize("says", ["GET\r\n\r\n", "\0\r\n\r\n", "GET / HTTP/1.1\r\nA\r\n\r\n"])
def test_what_is_no_request_is_refused(url, says):
    assert to_the_end(connected(url, says=says.encode())).startswith(
        (b"HTTP/1.0 400", b"HTTP/1.1 400")
    )


@pytest.mark.processes
def test_what_is_under_way_is_answered_before_the_process_ends(processes):
    url = processes.web()
    kept = connected(url, says=request())
    answers(kept)
    halfway = connected(url, says=request()[:20])
    asleep = connected(url, says=request(path=b"/sleep"))
    time.sleep(0.5)
    processes.running[0].terminate()
    time.sleep(0.5)
    halfway.sendall(request()[20:])
    assert b"Connection: close" in to_the_end(halfway)
    assert b"awake" in to_the_end(asleep)
    assert to_the_end(kept) == b""
    wait_until(lambda: processes.running[0].poll() is not None, 10)


@pytest.mark.processes
def test_over_real_connections(url):
    _in_turns_with_the_threads(url)
    _in_pieces(url)
    _two_at_once(url)
    for closing in (b"Connection: close", b"connection: keep-alive, close"):
        with connected(url, says=request(closing)) as asking:
            assert b"\r\nConnection: close\r\n" in to_the_end(asking)


def _in_turns_with_the_threads(url):
    with connected(url) as asking:
        for path in (b"/health", b"/health?by=threads", b"/health", b"/health?by=threads"):
            asking.sendall(request(path=path))
            assert answers(asking).startswith(b"HTTP/1.1 200 OK")


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
