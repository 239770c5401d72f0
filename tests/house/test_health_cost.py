"""What `/health` costs the web processes when it is asked 200 times a second, through gunicorn.

The long form: `HEALTH_SECONDS=15`. Processor seconds are counted, so that a loaded machine
does not change them much; the one who asks is another process.
"""

import os
import socket
import time
from pathlib import Path

import pytest

from tests.house.test_serve import children_of
from tests.processes import Processes

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timing,
    pytest.mark.django_db(transaction=True),
]
SECONDS = float(os.environ.get("HEALTH_SECONDS", "3"))
# A tenth of a core is the promise, of a machine with nothing else to do: `HEALTH_MOST=0.10`.
MOST = float(os.environ.get("HEALTH_MOST", "0.25"))
RATE = 200
ASKED = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: RailwayHealthCheck/1.0\r\n\r\n"
TICK = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def web(tmp_path):
    processes = Processes(tmp_path)
    yield processes, processes.web()
    processes.end()


def connected(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def ask(connection: socket.socket) -> bytes:
    connection.sendall(ASKED)
    answer = b""
    while b'"version"' not in answer:
        piece = connection.recv(65536)
        assert piece, answer
        answer += piece
    return answer.split(b"\r\n")[0]


def over_new(url: str) -> bytes:
    with connected(url) as connection:
        return ask(connection)


def spent(pids) -> float:
    """Seconds of a processor, of the process and of the kernel in its name."""
    total = 0
    for pid in pids:
        with Path(f"/proc/{pid}/stat").open() as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def at_the_rate(one) -> int:
    began = time.monotonic()
    asked = 0
    while asked < RATE * SECONDS:
        assert one() == b"HTTP/1.1 200 OK"
        asked += 1
        time.sleep(max(0.0, began + asked / RATE - time.monotonic()))
    return asked


def cost(processes, one) -> float:
    """The share of a core that the web processes took."""
    master = processes.running[0].pid
    pids = [master, *children_of(master)]
    before, began = spent(pids), time.monotonic()
    asked = at_the_rate(one)
    took, seconds = spent(pids) - before, time.monotonic() - began
    share = took / asked * RATE
    print(  # noqa: T201
        f"\n{asked} in {seconds:.1f} s, {took:.2f} s of a processor: "
        f"{share:.1%} of a core at {RATE} a second"
    )
    return share


def test_two_hundred_a_second_take_a_tenth_of_a_core(web):
    processes, url = web
    assert cost(processes, lambda: over_new(url)) <= MOST
    with connected(url) as kept:
        assert cost(processes, lambda: ask(kept)) <= MOST
