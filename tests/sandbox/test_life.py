import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from marketplaces.sandbox import buyers
from marketplaces.sandbox.app import Sandbox
from marketplaces.sandbox.config import Config
from tests.sandbox.seller import Seller

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path):
    return Config(port=0, state=tmp_path / "state.db", is_fast=True, moderate_after=0.08)


@pytest.fixture
def run(config):
    running = []

    def start(**changes):
        sandbox = Sandbox(Config(**(vars(config) | changes)))
        sandbox.start()
        running.append(sandbox)
        return sandbox

    yield start
    for sandbox in running[-1:]:
        sandbox.stop()


def test_it_remembers_everything_over_a_restart(run, mug):
    first = run()
    seller = Seller(first.url, "ACMA:sandbox-life")
    seller.publish(mug, count=7)
    order = seller.buys("MUG-1", 2)
    seller.price("MUG-1", 900_000)
    seller.fault("5xx", times=3, match={"operation": "getStocks"})
    seller.call("POST", "/v2/{c}/offers/stocks", {})
    seller.send(mug | {"offerId": "LATE"})
    before = seller.state()
    first.stop()
    again = Seller(run().url, "ACMA:sandbox-life")
    after = again.state()
    after["offers"][0]["card_status"] = before["offers"][0]["card_status"]
    assert after | {"offers": after["offers"][1:]} == before | {"offers": before["offers"][1:]}
    assert again.orders()[0]["orderId"] == order
    assert again.moderated("LATE")["cardStatus"] == "HAS_CARD_CAN_UPDATE"
    statuses = [again.call("POST", "/v2/{c}/offers/stocks", {}).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_buyers_come_by_themselves_and_orders_move_on(run, mug):
    sandbox = run(buyers_every=0.1)
    seller = Seller(sandbox.url, "ACMA:sandbox-busy")
    seller.publish(mug, count=50)
    deadline = time.time() + 20
    while not (found := seller.orders()) and time.time() < deadline:
        time.sleep(0.05)
    order = found[0]["orderId"]
    seller.control("POST", "/buyers", every=0)
    seller.to_status(order, "PROCESSING", "READY_TO_SHIP")
    while time.time() < deadline:
        status = seller.orders(orderIds=[order])[0]["status"]
        if status in ("DELIVERED", "CANCELLED"):
            break
        time.sleep(0.2)
    assert status == "DELIVERED"


def test_buyers_choose_the_same_for_the_same_seed(config, mug, tmp_path):
    baskets = []
    for run_number in range(2):
        state = tmp_path / f"{run_number}.db"
        sandbox = Sandbox(Config(**(vars(config) | {"state": state, "seed": 5})))
        sandbox.start()
        seller = Seller(sandbox.url, "ACMA:sandbox-same")
        for sku in ("A", "B", "C"):
            seller.publish(mug | {"offerId": sku}, count=30)
        world = sandbox.world
        start = time.time() + 10_000  # far enough for the sandbox's own clock to stay away
        world.state.run("UPDATE businesses SET buyers_every = 1, next_buyer_at = ?", start)
        for number in range(8):
            buyers.shop(world, start + 2 * number)
        orders = seller.orders()
        baskets.append([(o["items"][0]["offerId"], o["items"][0]["count"]) for o in orders])
        sandbox.stop()
    assert baskets[0] == baskets[1]
    assert len(baskets[0]) == 8


@pytest.mark.timing
@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_ends_at_once(tmp_path, number):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", "--port", "0", "--state", tmp_path / "s.db"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        text=True,
    )
    line = process.stdout.readline()
    assert line.startswith("Sandbox listens on http://127.0.0.1:")
    Seller(line.split()[-1], "ACMA:sandbox-demo-key")
    started = time.monotonic()
    process.send_signal(number)
    assert process.wait(10) == 0
    # 0.3 s on a quiet machine; a busy one shares its processors.
    assert time.monotonic() - started < 5
    assert process.stderr.read() == ""


@pytest.mark.processes
def test_it_says_in_words_that_a_port_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [
                sys.executable,
                "manage.py",
                "sandbox",
                "--port",
                str(port),
                "--state",
                tmp_path / "s",
            ],
            cwd=ROOT,
            capture_output=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            text=True,
            timeout=30,
        )
    assert result.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr
