"""What run.py says when one of its programs is gone: who ended it, and what to do now."""

import os
import signal
import sys
import time

import pytest

from scripts import laptop
from sellercloudx.lib.children import Family

pytestmark = pytest.mark.processes
OLD = "2026-11-25 09:00:00,100 ERROR orders An old trouble"
SLEEP = "import time; print('{old}', flush=True); time.sleep(60)"


@pytest.fixture
def family(monkeypatch):
    monkeypatch.setattr("sellercloudx.lib.children._ignore_signals", lambda: None)
    family = Family()
    yield family
    family.end(patience=0)


def said(family, capsys) -> str:
    assert laptop._watch(family, 8123) == 1
    return capsys.readouterr().err


def start(family, tmp_path, program: str):
    log = tmp_path / "worker.log"
    child = family.start("worker", [sys.executable, "-c", program], log=log)
    return child, log


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_ended_from_outside(family, tmp_path, capsys, number):
    child, log = start(family, tmp_path, SLEEP.format(old=OLD))
    while not log.read_text():
        time.sleep(0.02)
    os.kill(child.process.pid, number)
    assert said(family, capsys).splitlines() == [
        f"The worker was ended from outside (signal {number:d}).",
        "Everything else is stopped, too, and nothing is lost. "
        "Start again: python3 run.py --port 8123",
    ]


def test_ended_by_itself_with_the_words_of_its_last_seconds(family, tmp_path, capsys):
    program = (
        f"print('{OLD}\\n  its trace\\n2026-11-25 11:00:00,100 ERROR The disk is full');"
        "raise SystemExit(3)"
    )
    start(family, tmp_path, program)
    words = said(family, capsys)
    assert words.startswith("The worker ended by itself (exit code 3); its last words in ")
    assert "The disk is full" in words
    assert "trouble" not in words
    assert "its trace" not in words
    assert words.endswith("Start again: python3 run.py --port 8123\n")


def test_what_was_said_long_ago_is_not_its_last_word(family, tmp_path, capsys):
    child, log = start(family, tmp_path, f"print('{OLD}'); raise SystemExit(3)")
    child.process.wait()
    os.utime(log, (time.time() - 60,) * 2)
    words = said(family, capsys)
    assert "trouble" not in words
    assert "(exit code 3); see " in words


def test_a_crash_is_not_somebody_elses_doing(family, tmp_path, capsys):
    start(family, tmp_path, "import os; os.abort()")
    assert "ended by itself (exit code -6)" in said(family, capsys)
