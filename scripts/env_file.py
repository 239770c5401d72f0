"""The `.env` of a laptop: random keys, and the sandbox instead of a real marketplace."""

import base64
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

SANDBOX_PORT = 8765
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}/yandex"

HEADER = """\
# Made by run.py. Every variable is explained in .env.example.
"""
SANDBOX = f"""
# The practice marketplace that run.py starts on this computer.
# To work with real shops, remove this line.
YANDEX_MARKET_API_URL={SANDBOX_URL}

# With a key here the AI manager asks a model; without one it composes cards by rules.
OPENAI_API_KEY=
ANTHROPIC_API_KEY=
"""


def new_secrets() -> dict[str, str]:
    return {
        "SESSION_SECRET": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def complete(path: Path) -> list[str]:
    """Write what is missing and nothing else; the names of what was added."""
    known = read(path)
    lacking = {n: v for n, v in new_secrets().items() if not (known.get(n) or os.environ.get(n))}
    is_new = not path.exists()
    if not lacking and not is_new:
        return []
    text = HEADER if is_new else _without(lacking, path.read_text(encoding="utf-8"))
    text += "".join(f"{name}={value}\n" for name, value in lacking.items())
    _write_private(path, text + (SANDBOX if is_new else ""))
    return list(lacking)


def _without(names: Iterable[str], text: str) -> str:
    """The first line of a name wins, so an empty one would hide ours."""
    empty = {f"{name}=" for name in names}
    return "".join(f"{line}\n" for line in text.splitlines() if line.strip() not in empty)


def _write_private(path: Path, text: str) -> None:
    """Never readable by others, not even for a moment; never half written."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
