"""A deploy on Railway, acted out here: a clean copy, the commands of railway.toml, given variables.

A command sees those variables and PATH, and nothing else of this machine.
"""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEALTH_CHECK_HOST = "healthcheck.railway.app"
# Not part of what is pushed: this machine's own, and what the build makes; as .gitignore says.
NOT_PUSHED = shutil.ignore_patterns(
    *(".git", ".venv", ".env", "staticfiles", "__pycache__"),
    *("*.db*", "media", "run", "logs"),
)
PATH = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])


def clean_copy(folder: Path) -> Path:
    shutil.copytree(ROOT, folder, ignore=NOT_PUSHED, symlinks=True)
    return folder


def seed_variables(*, database_url: str, redis_url: str, port: int, secret: str) -> dict[str, str]:
    """The block of the production checklist, name by name."""
    return {
        "DATABASE_URL": database_url,
        "OPENAI_API_KEY": "sk-rehearsal",
        "ANTHROPIC_API_KEY": "sk-ant-rehearsal",
        "REPLICATE_API_KEY": "r8_rehearsal",
        "IDEOGRAM_API_KEY": "rehearsal",
        "REDIS_URL": redis_url,
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": "6379",
        "REDIS_PASSWORD": "",
        "NODE_ENV": "production",
        "PORT": str(port),
        "SESSION_SECRET": secret,
        "RAILWAY_ENVIRONMENT": "production",
    }


@dataclass(frozen=True)
class Service:
    """What one of the files of Railway says is to be run."""

    build: str
    before: list[str]
    start: str

    @classmethod
    def of(cls, folder: Path, name: str = "railway.toml") -> "Service":
        config = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        deploy = config["deploy"]
        return cls(
            config["build"]["buildCommand"],
            deploy.get("preDeployCommand", []),
            deploy["startCommand"],
        )


def run(command: str, folder: Path, variables: Mapping[str, str]) -> str:
    """What it said; RuntimeError with the same when it fails."""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={"PATH": PATH, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Container:
    """A started service: its process, its log and where its pages answer."""

    def __init__(self, command: str, folder: Path, variables: Mapping[str, str], log: Path):
        self.port = int(variables.get("PORT", "3000"))
        self.log = log
        self.began = time.monotonic()
        with log.open("wb") as output:
            # exec: the signal reaches the program, not a shell around it.
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                cwd=folder,
                env={"PATH": PATH, **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def ask(self, path: str, *, host: str = HEALTH_CHECK_HOST, **headers: str) -> "Answer | None":
        return ask(self.port, path, host=host, **headers)

    def is_healthy(self) -> bool:
        answer = self.ask("/health")
        return answer is not None and answer.status == 200

    def seconds_to_health(self, patience: float = 60) -> float:
        """Since the start; RuntimeError with the log when it ends or is never well."""
        wait_for(self.is_healthy, patience, unless=self.has_ended, told=self.said)
        return time.monotonic() - self.began

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, patience: float = 30) -> int:
        """As Railway does it: SIGTERM, then time to drain. The exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience)
        finally:
            self.process.kill()


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: bytes


def ask(port: int, path: str, *, host: str, **headers: str) -> Answer | None:
    """Over plain http, once, following nothing; None where nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("GET", path, headers={"Host": host, **named})
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheader("Location", ""), answer.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def wait_for(
    is_true: Callable[[], bool],
    patience: float,
    *,
    unless: Callable[[], bool],
    told: Callable[[], str],
) -> None:
    deadline = time.monotonic() + patience
    while not is_true():
        if unless() or time.monotonic() > deadline:
            raise RuntimeError(f"It does not serve:\n{told()}")
        time.sleep(0.02)


def resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def processor_seconds(pid: int) -> float:
    """Its own, which hardly depend on who else is running."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    used = stat.rsplit(")", 1)[1].split()[11:13]
    return sum(int(ticks) for ticks in used) / os.sysconf("SC_CLK_TCK")


def family_of(pid: int) -> dict[int, str]:
    """It and everything below it: process id -> command."""
    found = {pid: _words(pid)}
    for folder in Path("/proc").glob("[0-9]*"):
        child = int(folder.name)
        if _parent(child) == pid:
            found |= family_of(child)
    return found


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0
    return int(stat.rsplit(")", 1)[1].split()[1])


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ").strip()
    except OSError:
        return ""
