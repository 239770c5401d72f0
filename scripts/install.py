"""The virtual environment and the locked requirements in it. Standard library only."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOGS = ROOT / "data" / "logs"
PYTHON = str(VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
# What pip and uv say when they reach no index.
NO_NETWORK = (
    "from versions: none",
    "connection",
    "connect error",
    "dns error",
    "name resolution",
    "timed out",
    "error sending request",
    "failed to fetch",
    "unreachable",
)
# At the start of a line: `CommandError: `, `django.db.utils.OperationalError: `, or alone.
EXCEPTION_CLASS = re.compile(r"^(?:[a-z_]\w*\.)*[A-Z]\w*[a-z]\w*(?:: |:?$)")


class CannotStart(Exception):
    """One sentence for the person at the terminal."""


def run_step(name: str, command: Sequence[str], *, env: dict[str, str] | None = None) -> str:
    """Run one step quietly, its output in data/logs; say the last line when it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("wb") as output:
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    text = log.read_text(encoding="utf-8", errors="replace")
    if done.returncode:
        where = log.relative_to(ROOT)
        raise StepFailed(
            f"The step “{name}” failed: {_last_said(text)} (the whole text is in {where})", text
        )
    return text


def _last_said(text: str) -> str:
    """For people: without the class that Python writes before an exception's words."""
    last = (text.strip().splitlines() or [""])[-1]
    return EXCEPTION_CLASS.sub("", last) or "it did not say why"


class StepFailed(CannotStart):
    def __init__(self, sentence: str, text: str):
        super().__init__(sentence)
        self.text = text


def requirements(lock: str) -> bool:
    """Install one lock file with its hashes; False when it was installed before."""
    stamp = VENV / f"{lock}.sha256"
    digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    if _works() and stamp.is_file() and stamp.read_text() == digest:
        return False
    if not _works():
        _make_venv()
    try:
        run_step("install", _install_command(lock), env=_quick_to_give_up())
    except StepFailed as error:
        if any(words in error.text.lower() for words in NO_NETWORK):
            raise CannotStart(
                "The package index cannot be reached. Check the network (or PIP_INDEX_URL), "
                "then run this again; the details are in data/logs/install.log."
            ) from error
        raise
    stamp.write_text(digest)
    return True


def _works() -> bool:
    if not Path(PYTHON).is_file():
        return False
    check = [PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return not subprocess.run(check, capture_output=True, check=False).returncode


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        run_step("venv", [uv, "venv", "--python", sys.executable, str(VENV)])
        return
    try:
        run_step("venv", [sys.executable, "-m", "venv", str(VENV)])
    except StepFailed as error:
        if "ensurepip" not in error.text:
            raise
        # Debian keeps ensurepip in a package of its own; a pip outside can fill the environment.
        shutil.rmtree(VENV, ignore_errors=True)
        run_step("venv", [sys.executable, "-m", "venv", "--without-pip", str(VENV)])


def _install_command(lock: str) -> list[str]:
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--python", PYTHON]
    else:
        command = [*_pip(), "install", "--no-input", "--progress-bar=off", "--retries=1"]
    return [*command, "--require-hashes", "--no-deps", "-r", str(ROOT / lock)]


def _pip() -> list[str]:
    for command in ([PYTHON, "-m", "pip"], [sys.executable, "-m", "pip", "--python", PYTHON]):
        probe = [*command, "--version"]
        if not subprocess.run(probe, capture_output=True, check=False).returncode:
            return command
    raise CannotStart(
        "This Python has no pip. Install it (on Debian: apt install python3-venv), "
        "then run this again."
    )


def _quick_to_give_up() -> dict[str, str]:
    """A laptop without a network should hear so in seconds, not minutes."""
    return os.environ | {"PIP_DEFAULT_TIMEOUT": "20", "UV_HTTP_TIMEOUT": "20"}
