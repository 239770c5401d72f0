"""Everything on one computer: install, prepare, start, watch. Standard library only."""

import argparse
import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from scripts import env_file
from scripts.install import (
    LOGS,
    PYTHON,
    ROOT,
    VENV,
    CannotStart,
    StepFailed,
    requirements,
    run_step,
)
from sellercloudx.lib.children import IS_WINDOWS, Child, Family, interrupt_on_signals

HOST = "127.0.0.1"
ENV_FILE = ROOT / ".env"
MANAGE = [PYTHON, str(ROOT / "manage.py")]
SLOW_START = 60.0


def main(arguments: Sequence[str]) -> int:
    _speak_utf8()
    interrupt_on_signals()
    try:
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        return start(_options(arguments).port)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
        return 0


def _speak_utf8() -> None:
    """A Windows console or a C locale must not choke on a word of ours."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="Start SellerCloudX on this computer, with a practice marketplace.",
        epilog="python3 run.py test [pytest arguments]: run the tests instead.",
    )
    default = os.environ.get("PORT") or env_file.read(ENV_FILE).get("PORT") or "3000"
    parser.add_argument("--port", type=_port, default=default, help="where to serve (3000)")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port number")
    return int(text)


def test(arguments: Sequence[str]) -> int:
    requirements("requirements-dev.txt")
    run_step("catalogues", [PYTHON, "-m", "scripts.catalogues"])
    chosen = any(word.startswith(("-n", "--numprocesses")) for word in arguments)
    # Half as many again as processors: a third of the time a test waits for a clock or a process.
    beside = [] if chosen else ["-n", str(3 * (os.cpu_count() or 1) // 2), "--dist", "worksteal"]
    command = [PYTHON, "-m", "pytest", *beside, *arguments]
    # Compiled tests are kept: every worker reads all of them before it begins.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def start(port: int) -> int:
    began = time.monotonic()
    if not _is_free(port):
        raise CannotStart(
            f"Port {port} is taken by another program; choose another one: "
            f"python3 run.py --port {_free_port()}"
        )
    _prepare()
    family = Family()
    try:
        return _serve(family, port, began)
    finally:
        family.end()


def _prepare() -> None:
    _say("Installing the locked requirements (the first time takes a minute)")
    requirements("requirements.txt")
    if added := env_file.complete(ENV_FILE):
        _say(f"Wrote {', '.join(added)} to .env")
    _say("Preparing the database, the languages and the static files")
    run_step("migrate", [*MANAGE, "migrate", "--noinput"])
    run_step("catalogues", [PYTHON, "-m", "scripts.catalogues"])
    _collect_static()


def _collect_static() -> None:
    stamp = VENV / "static.sha256"
    state = _static_state()
    if stamp.is_file() and stamp.read_text() == state and (ROOT / "staticfiles").is_dir():
        return
    run_step("static", [*MANAGE, "collectstatic", "--noinput", "--clear"])
    stamp.write_text(state)


def _static_state() -> str:
    """Changes with any file of ours, and with a new Django (its admin brings files too)."""
    state = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            state.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return state.hexdigest()


def _serve(family: Family, port: int, began: float) -> int:
    env = os.environ | {"PORT": str(port), "PYTHONUNBUFFERED": "1"}
    if sandbox := _sandbox_wanted():
        env |= _start_sandbox(family, env)
    _say("Starting the worker and the web server")
    worker = [*MANAGE, "run_huey"]
    family.start("worker", worker, env=env, log=LOGS / "worker.log")
    family.start("web", _web_command(port), env=env, log=LOGS / "web.log")
    _wait_for(family, f"http://{HOST}:{port}/health")
    seconds = time.monotonic() - began
    _say("Filling the demo shop")
    _welcome(port, seconds, _fill_demo(env), sandbox=sandbox)
    return _watch(family, port)


def _fill_demo(env: dict[str, str]) -> dict:
    """How to sign in; without it the product runs all the same."""
    try:
        said = run_step("demo", [*MANAGE, "demo", "--json"], env=env)
    except StepFailed as error:
        return {"note": f"The demo shop is not there, everything else works. {error}"}
    # Warnings may stand before it.
    return json.loads(said.splitlines()[-1])


def _sandbox_wanted() -> bool:
    url = os.environ.get("YANDEX_MARKET_API_URL") or env_file.read(ENV_FILE).get(
        "YANDEX_MARKET_API_URL"
    )
    return url == env_file.SANDBOX_URL


def _start_sandbox(family: Family, env: dict[str, str]) -> dict[str, str]:
    """Start the practice marketplace; what the others must know of it."""
    port = env_file.SANDBOX_PORT if _is_free(env_file.SANDBOX_PORT) else _free_port()
    url = f"http://{HOST}:{port}"
    _say(f"Starting the practice marketplace on port {port}")
    command = [*MANAGE, "sandbox", "--port", str(port), "--buyers-every", "90"]
    family.start("sandbox", command, env=env, log=LOGS / "sandbox.log")
    _wait_for(family, url)
    return {"YANDEX_MARKET_API_URL": f"{url}/yandex"}


def _web_command(port: int) -> list[str]:
    if IS_WINDOWS:
        return [*MANAGE, "runserver", "--noreload", f"{HOST}:{port}"]
    return [PYTHON, "-m", "gunicorn", "sellercloudx.wsgi"]


def _wait_for(family: Family, url: str) -> None:
    """Until something answers there, whatever it says."""
    deadline = time.monotonic() + SLOW_START
    while time.monotonic() < deadline:
        if dead := family.first_death():
            raise CannotStart(_obituary(dead))
        try:
            urllib.request.urlopen(url, timeout=3).close()  # noqa: S310  our own address
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise CannotStart(f"{url} did not answer within {SLOW_START:.0f} seconds; see data/logs.")


def _watch(family: Family, port: int) -> int:
    dead = family.watch()
    print(f"{_obituary(dead)}\n{_what_now(port)}", file=sys.stderr)
    return 1


def _obituary(dead: Child) -> str:
    code = dead.process.returncode
    if dead.was_ended_from_outside():
        return f"The {dead.name} was ended from outside (signal {-code})."
    where = os.path.relpath(dead.log, ROOT) if dead.log else "this terminal"
    words = dead.last_words()
    said = f"its last words in {where}:\n{words}" if words else f"see {where}."
    return f"The {dead.name} ended by itself (exit code {code}); {said}"


def _what_now(port: int) -> str:
    return (
        "Everything else is stopped, too, and nothing is lost. "
        f"Start again: python3 run.py --port {port}"
    )


def _welcome(port: int, seconds: float, demo: dict, *, sandbox: bool) -> None:
    print(f"\nSellerCloudX is at http://{HOST}:{port}/ ({seconds:.0f} s). Ctrl-C ends it.\n")
    for who in filter(demo.get, ("partner", "pending", "admin")):
        login = demo[who]
        password = login["password"] or "(changed by its owner)"
        print(f"  {who:<8} {login['email']:<28} {password}")
    if demo.get("note"):
        print(f"\n  {demo['note']}")
    if not sandbox:
        print("\n  The practice marketplace is off: YANDEX_MARKET_API_URL names a real one.")
    print()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if not IS_WINDOWS:
            # What a program that has just ended leaves behind does not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _say(line: str) -> None:
    print(f"· {line}")
