"""Programs that live and die together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sellercloudx.lib.children import Family

pytestmark = pytest.mark.processes
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(60)",
]
WITH_CHILD = "sleep 60 & echo $! > {pid_file}; wait"


@pytest.fixture
def family(monkeypatch):
    # Ending ignores the signals of this process from then on; not of the whole test run.
    monkeypatch.setattr("sellercloudx.lib.children._ignore_signals", lambda: None)
    family = Family()
    yield family
    family.end(patience=0)


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().split(")")[1].split()[0] != "Z"


def test_it_names_the_first_to_die_and_its_last_words(family, tmp_path):
    family.start("sandbox", SLEEP)
    dying = "import sys; print('one', flush=True); sys.exit('the disk is full')"
    family.start("worker", [sys.executable, "-c", dying], log=tmp_path / "logs" / "worker.log")
    dead = family.watch()
    assert (dead.name, dead.process.returncode) == ("worker", 1)
    assert dead.last_words() == "one\nthe disk is full"


def test_it_ends_all_of_them_in_good_order(family):
    children = [family.start(str(number), SLEEP) for number in range(3)]
    family.end()
    assert [child.process.returncode for child in children] == [-signal.SIGTERM] * 3


def test_it_kills_one_that_does_not_listen(family, tmp_path):
    log = tmp_path / "deaf.log"
    child = family.start("web", STUBBORN, log=log)
    wait_for(lambda: "deaf" in log.read_text())
    family.end(patience=0.3)
    assert child.process.returncode == -signal.SIGKILL


def test_it_leaves_no_grandchild_behind(family, tmp_path):
    pid_file = tmp_path / "pid"
    family.start("web", ["sh", "-c", WITH_CHILD.format(pid_file=pid_file)])
    wait_for(lambda: pid_file.exists() and pid_file.read_text().strip())
    grandchild = int(pid_file.read_text())
    assert is_alive(grandchild)
    family.end()
    wait_for(lambda: not is_alive(grandchild))


@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGINT],
        [signal.SIGTERM],
        [signal.SIGHUP],
        [signal.SIGINT, signal.SIGINT, signal.SIGTERM],
    ],
)
def test_every_way_to_stop_it_ends_the_children(tmp_path, signals):
    pid_file = tmp_path / "pid"
    program = (
        "from sellercloudx.lib.children import Family, interrupt_on_signals\n"
        "interrupt_on_signals()\n"
        "family = Family()\n"
        "try:\n"
        "    child = family.start('web', ['sleep', '60'])\n"
        f"    open({str(pid_file)!r}, 'w').write(str(child.process.pid))\n"
        "    family.watch()\n"
        "except KeyboardInterrupt:\n"
        "    pass\n"
        "finally:\n"
        "    family.end()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    wait_for(lambda: pid_file.exists() and pid_file.read_text())
    for signum in signals:
        os.kill(parent.pid, signum)
        time.sleep(0.005)
    assert parent.wait(10) == 0
    assert not is_alive(int(pid_file.read_text()))
