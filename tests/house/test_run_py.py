"""What run.py says when it cannot start: one clear sentence, and exit code 1."""

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import install, laptop

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = ROOT / "run.py"
OLD = """
import runpy, sys
sys.version_info = (3, 9, 2, "final", 0)
runpy.run_path({path!r}, run_name="__main__")
"""


def run(*arguments: str, root: Path = ROOT, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(root / "run.py"), *arguments],
        cwd=root, env=os.environ | env, capture_output=True, text=True, timeout=100,
    )  # fmt: skip


def test_an_old_python_is_told_what_is_needed():
    program = OLD.format(path=str(RUN))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == "SellerCloudX needs Python 3.11 or newer; this is Python 3.9.2."


def test_an_old_python_can_read_the_file():
    ast.parse(RUN.read_text(), feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(ast.parse(RUN.read_text())))


def test_it_needs_the_standard_library_alone():
    """Before the first install there is nothing else to import."""
    program = f"import sys; sys.path[:0] = [{str(ROOT)!r}]; from scripts import laptop"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True)
    assert done.returncode == 0, done.stderr


def test_a_taken_port_is_said_at_once_and_another_offered():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--port", str(port))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"Port {port} is taken by another program; choose another one:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "٣"])
def test_what_is_not_a_port_is_refused(port):
    done = run(f"--port={port}")
    assert done.returncode == 2
    assert "is not a port number" in done.stderr


def test_port_is_taken_from_the_environment():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(PORT=str(taken.getsockname()[1]))
    assert "is taken by another program" in done.stderr


def test_without_a_package_index_it_says_so(tmp_path):
    """A copy of just what runs before the install, and an index nobody serves."""
    for name in ("run.py", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "sellercloudx/lib").mkdir(parents=True)
    for name in ("__init__.py", "lib/__init__.py", "lib/children.py"):
        shutil.copy(ROOT / "sellercloudx" / name, tmp_path / "sellercloudx" / name)
    nowhere = "http://127.0.0.1:9/simple"
    done = run(
        "--port", "39871", root=tmp_path,
        PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL=nowhere, PIP_FIND_LINKS="", UV_INDEX_URL=nowhere,
        PIP_NO_CACHE_DIR="1", UV_NO_CACHE="1", UV_NO_CONFIG="1", UV_FIND_LINKS="",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("The package index cannot be reached. Check the network")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / ".env").exists()


def test_a_demo_that_fails_is_said_in_one_sentence_and_stops_nothing(capsys, tmp_path):
    """Refused in production, as one example of a failure."""
    production = {
        "DJANGO_SETTINGS_MODULE": "sellercloudx.settings",
        "NODE_ENV": "production",
        "SESSION_SECRET": "s" * 50,
        "STORAGE_COUNTRY": "UZ",
        "SQLITE_PATH": str(tmp_path / "shop.db"),
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(tmp_path),
    }
    demo = laptop._fill_demo(os.environ | production)
    laptop._welcome(3000, 1.0, demo, sandbox=True)
    said = capsys.readouterr().out
    assert "SellerCloudX is at http://127.0.0.1:3000/" in said
    assert "The demo shop is not there, everything else works." in said
    assert "it is refused in production" in said


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("partners.services.registration.AlreadyTaken: phone, email", "phone, email"),
        ("CommandError: The demo's passwords are public.", "The demo's passwords are public."),
        ("django.db.utils.OperationalError: database is locked", "database is locked"),
        ("KeyboardInterrupt", "it did not say why"),
        ("ERROR: No matching distribution", "ERROR: No matching distribution"),
        ("", "it did not say why"),
    ],
)
def test_a_failed_step_is_told_without_the_names_of_classes(last, said):
    with pytest.raises(install.StepFailed) as failed:
        install.run_step("saying", [sys.executable, "-c", f"print({last!r}); raise SystemExit(1)"])
    assert str(failed.value).startswith(f"The step “saying” failed: {said} (the whole text is in")
