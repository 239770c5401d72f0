"""A fresh process for each case, without what starting one costs.

A server has read the libraries, and nothing of ours; each case is a fork of it with an environment
of its own. `python -m tests.fresh_process` is that server: a case a line, its exit code a line.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = (
    *("environ", "redis", "psycopg", "psycopg_pool", "huey", "httpx", "pydantic", "cryptography"),
    *("brotli", "whitenoise", "asgiref.sync", "corsheaders", "csp", "opentelemetry.trace"),
    *("django.core.management", "django.core.management.commands.check", "django.forms"),
    *("django.db.models", "django.db.migrations.executor", "django.template", "django.urls"),
    *("django.db.backends.sqlite3.base", "django.db.backends.postgresql.base", "django.http"),
    *("django.views.generic", "django.test", "django.contrib.auth", "django.contrib.messages"),
)
MANAGE = "import runpy; runpy.run_path('manage.py', run_name='__main__')"


class Case(TypedDict):
    code: str
    arguments: list[str]
    env: dict[str, str]
    folder: str


def manage(*command: object, env: dict[str, str]) -> subprocess.CompletedProcess:
    """`manage.py` as an operator would run it."""
    return run(MANAGE, "manage.py", *map(str, command), env=env)


def run(code: str, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    """A program with this environment and no other variable; what it said, as text."""
    if not hasattr(os, "fork"):
        code = f"import sys; sys.argv = {arguments or ('-c',)!r}\n{code}"
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        case = Case(code=code, arguments=[*arguments] or ["-c"], env=env, folder=folder)
        returned = _ask(case)
        out, err = (Path(folder, name).read_text() for name in ("out", "err"))
    return subprocess.CompletedProcess(case["arguments"], returned, out, err)


def _ask(case: Case) -> int:
    server = _server()
    server.stdin.write(json.dumps(case) + "\n")
    server.stdin.flush()
    return json.loads(server.stdout.readline())


@cache
def _server() -> subprocess.Popen:
    """It ends with whoever asks: its input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fresh_process"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _next_case() -> Case | None:
    """In the server: none when nobody asks any more. In the fork: what it is to do."""
    while line := sys.stdin.readline():
        if not (child := os.fork()):
            return json.loads(line)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201
    return None


def _become(case: Case) -> None:
    for descriptor, name in ((1, "out"), (2, "err")):
        file = os.open(Path(case["folder"], name), os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        os.dup2(file, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(case["env"])
    sys.argv = case["arguments"]


def _run(code: str) -> int:
    """As the interpreter itself would: what an exit says, and a traceback."""
    try:
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)  # noqa: T201
        return 1
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _end(status: int) -> None:
    """Without taking apart, one by one, all that the server has read: most of what a case cost."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    for library in LIBRARIES:
        __import__(library)
    gc.collect()
    gc.freeze()
    if case := _next_case():
        _become(case)
        _end(_run(case["code"]))
