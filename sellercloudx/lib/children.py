"""Programs that live and die together. Standard library only: `run.py` uses it too."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

PATIENCE = 10.0
LAST_SECONDS = 10
# How a line of our logs begins.
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
# Hang-up, interrupt, quit, kill, terminate; by number, for Windows has no names for some.
SENT_SIGNALS = (1, 2, 3, 9, 15)
IS_WINDOWS = sys.platform == "win32"


@dataclass(frozen=True)
class Child:
    """A running program, and its name in messages."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path | None = None

    def last_words(self, lines: int = 5) -> str:
        """Of its last seconds, or ""; what it said long before is not why it ended."""
        if self.log is None or time.time() - self.log.stat().st_mtime > LAST_SECONDS:
            return ""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(_latest(text.strip().splitlines())[-lines:])

    def was_ended_from_outside(self) -> bool:
        """By a signal that somebody sends, not by one that a mistake raises."""
        return -(self.process.returncode or 0) in SENT_SIGNALS


def _latest(lines: list[str]) -> list[str]:
    """The last of them and what was said a moment before; lines without a time belong to them.

    Measured from the newest time in it: the clock of a log may stand in another zone than ours.
    """
    times = {
        number: datetime.fromisoformat(found[0])
        for number, line in enumerate(lines)
        if (found := STAMP.match(line))
    }
    if not times:
        return lines
    since = max(times.values()) - timedelta(seconds=LAST_SECONDS)
    return lines[min(number for number, at in times.items() if at >= since) :]


class Family:
    """Starts children, notices the first death, ends them all with what they started."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> Child:
        with _output(log) as output:
            process = subprocess.Popen(  # noqa: S603  our own commands
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                # Ctrl-C in the terminal reaches us alone; we tell the children.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def first_death(self) -> Child | None:
        return next((c for c in self.children if c.process.poll() is not None), None)

    def watch(self) -> Child:
        """Wait until a child dies, and say which."""
        while (dead := self.first_death()) is None:
            time.sleep(0.2)
        return dead

    def end(self, patience: float = PATIENCE) -> None:
        """Ask every child to finish, wait a little, then kill what is left of each group."""
        _ignore_signals()
        for child in self.children:
            _ask(child)
        deadline = time.monotonic() + patience
        for child in self.children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
        for child in self.children:
            _kill_group(child)
            child.process.wait()


def interrupt_on_signals() -> None:
    """Let every usual way to stop a program arrive as KeyboardInterrupt, once."""

    def interrupt(signum: int, frame: object) -> None:
        # A second Ctrl-C must not break into the ending of the children.
        _ignore_signals()
        raise KeyboardInterrupt

    for signum in _stop_signals():
        signal.signal(signum, interrupt)


def _ignore_signals() -> None:
    for signum in _stop_signals():
        signal.signal(signum, signal.SIG_IGN)


def _stop_signals() -> list[int]:
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


@contextmanager
def _output(log: Path | None) -> Iterator[IO[bytes] | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        yield output


def _ask(child: Child) -> None:
    if child.process.poll() is not None:
        return
    child.process.terminate()


def _kill_group(child: Child) -> None:
    if IS_WINDOWS:
        child.process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, signal.SIGKILL)
