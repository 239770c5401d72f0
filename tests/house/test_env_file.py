"""The .env that run.py writes: secret, complete, and the user's own afterwards."""

import base64
import stat

import pytest

from scripts import env_file


@pytest.fixture(autouse=True)
def _nothing_exported(monkeypatch):
    for name in ("SESSION_SECRET", "FIELD_KEYS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".env"


def test_a_new_one_has_random_keys_that_only_the_owner_can_read(path, tmp_path):
    assert env_file.complete(path) == ["SESSION_SECRET", "FIELD_KEYS"]
    other = tmp_path / "other"
    env_file.complete(other)
    first, second = env_file.read(path), env_file.read(other)
    assert len(first["SESSION_SECRET"]) >= 50
    assert len(base64.urlsafe_b64decode(first["FIELD_KEYS"])) == 32
    assert first["SESSION_SECRET"] != second["SESSION_SECRET"]
    assert first["FIELD_KEYS"] != second["FIELD_KEYS"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_one_points_to_the_sandbox_and_leaves_the_models_to_the_user(path):
    env_file.complete(path)
    values = env_file.read(path)
    assert values["YANDEX_MARKET_API_URL"] == env_file.SANDBOX_URL
    assert values["OPENAI_API_KEY"] == values["ANTHROPIC_API_KEY"] == ""


def test_a_second_time_changes_nothing(path):
    env_file.complete(path)
    before = path.read_bytes()
    assert env_file.complete(path) == []
    assert path.read_bytes() == before


def test_the_line_of_the_sandbox_does_not_come_back_once_removed(path):
    env_file.complete(path)
    kept = [line for line in path.read_text().splitlines() if "YANDEX" not in line]
    path.write_text("\n".join(kept))
    env_file.complete(path)
    assert "YANDEX_MARKET_API_URL" not in env_file.read(path)


def test_it_keeps_what_the_user_wrote_and_adds_what_is_missing(path):
    path.write_text("# mine\nPORT=4000\nSESSION_SECRET=\nOPENAI_API_KEY='sk-1'")
    assert env_file.complete(path) == ["SESSION_SECRET", "FIELD_KEYS"]
    assert path.read_text().startswith("# mine\nPORT=4000\nOPENAI_API_KEY='sk-1'\nSESSION_SECRET=")
    assert env_file.read(path)["OPENAI_API_KEY"] == "sk-1"
    assert "YANDEX_MARKET_API_URL" not in env_file.read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_exported_needs_no_line(path, monkeypatch):
    monkeypatch.setenv("SESSION_SECRET", "x" * 50)
    monkeypatch.setenv("FIELD_KEYS", "y")
    path.write_text("PORT=4000\n")
    assert env_file.complete(path) == []
