"""What production does not start with, and what it says instead.

Each case is a process of its own.
"""

import subprocess
import sys

import pytest

from tests import fresh_process
from tests.house.test_settings import CLEAN, PRODUCTION, ROOT, run, value

SIGNS = [{"NODE_ENV": "production"}, {"RAILWAY_ENVIRONMENT": "staging"}]
DATABASE = {"DATABASE_URL": "postgres://someone@127.0.0.1/x"}
BARE = {"NODE_ENV": "production", "SESSION_SECRET": "s" * 32}


def refused(**env: str) -> str:
    """The sentence."""
    done = run("", **env)
    assert done.returncode != 0
    return done.stderr.splitlines()[-1].partition("ImproperlyConfigured: ")[2]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("", "SESSION_SECRET is not set. Put a long random value into the service's variables"),
        ("s" * 31, "SESSION_SECRET is shorter than 32 characters and can be guessed."),
        ("$x", "SESSION_SECRET is shorter than 32 characters and can be guessed."),
    ],
)
def test_a_secret_that_can_be_guessed(sign, secret, said):
    sentence = refused(**DATABASE | sign | {"SESSION_SECRET": secret})
    assert sentence.startswith(said)
    program = sentence.rpartition('-c "')[2].rstrip('"')
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run("", **DATABASE | sign | {"SESSION_SECRET": made.stdout.strip()}).returncode == 0


def test_a_laptop_may_have_any_secret():
    assert value("s.SECRET_KEY", SESSION_SECRET="short") == "short"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("word", ["true", "1", "Yes"])
def test_debug(sign, word):
    said = refused(**DATABASE | sign | {"SESSION_SECRET": "s" * 32, "DEBUG": word})
    assert said.startswith("DEBUG is on") and "Remove DEBUG" in said


def test_debug_that_is_off_and_debug_on_a_laptop_are_let_be():
    assert value("s.DEBUG", **BARE | DATABASE | {"DEBUG": "false"}) is False
    assert value("s.DEBUG", DEBUG="true") is True


@pytest.mark.parametrize(
    ("word", "is_production"),
    [
        ("production", True),
        ("Production", True),
        (" PRODUCTION ", True),
        ("development", False),
        ("", False),
    ],
)
def test_production_is_meant_however_the_word_is_written(word, is_production):
    env = PRODUCTION | {"NODE_ENV": word}
    assert value("s.IS_PRODUCTION", **env) is is_production


LOST = "DATABASE_URL is not set, and what a container keeps in a file is lost at the next deploy."
VOLUME = {"RAILWAY_VOLUME_MOUNT_PATH": "/data"}


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"DATABASE_URL": ""},
        {"SQLITE_PATH": "./data/sellercloudx.db"},
        {"SQLITE_PATH": "/app/shop.db", **VOLUME},
    ],
)
def test_a_file_on_railway_outside_its_volume(env):
    """What the seed had: data lost at every deploy."""
    assert refused(**BARE, RAILWAY_ENVIRONMENT="production", **env).startswith(LOST)


@pytest.mark.parametrize("env", [{"SQLITE_PATH": "/data/shop.db", **VOLUME}, DATABASE])
def test_what_railway_keeps_is_taken(env):
    assert run("", **BARE, RAILWAY_ENVIRONMENT="production", **env).returncode == 0


@pytest.mark.parametrize("env", [{}, {"DATABASE_URL": "", "SQLITE_PATH": ""}, VOLUME])
def test_a_file_elsewhere_that_nobody_chose(env):
    said = refused(**BARE, **env)
    assert said.startswith("DATABASE_URL is not set.") and "SQLITE_PATH" in said


@pytest.mark.parametrize("env", [{"SQLITE_PATH": "./data/sellercloudx.db"}, DATABASE])
def test_a_place_elsewhere_that_somebody_chose_is_taken(env):
    assert run("", **BARE, **env).returncode == 0


def test_a_chosen_file_is_named_among_what_is_left_out():
    done = manage("check", **PRODUCTION)
    assert "DATABASE_URL is not set: everything is kept in the file of SQLITE_PATH" in done.stderr


def manage(*command: str, **env: str) -> subprocess.CompletedProcess:
    return fresh_process.manage(*command, env=CLEAN | env)


@pytest.mark.parametrize("command", ["migrate", "serve", "check", "run_huey"])
def test_a_command_says_the_sentence_and_nothing_else(command):
    done = manage(command, NODE_ENV="production")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("SESSION_SECRET is not set.")
    assert done.stderr.count("\n") == 1


def test_so_does_gunicorn():
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "sellercloudx.wsgi"],
        cwd=ROOT, env=CLEAN | {"NODE_ENV": "production"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("SESSION_SECRET is not set.")
    assert "Traceback" not in done.stderr


def test_the_build_gathers_static_files_with_nothing_set():
    done = manage("collectstatic", "--noinput", "--dry-run", NODE_ENV="production")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"ALLOWED_HOSTS": "https://shop.uz"}, "ALLOWED_HOSTS takes names alone"),
        ({"ALLOWED_HOSTS": "shop.uz,app.shop.uz/cabinet"}, "ALLOWED_HOSTS takes names alone"),
        ({"ALLOWED_HOSTS": "shop.uz:8000"}, "ALLOWED_HOSTS takes names alone"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS takes names alone"),
        ({"PUBLIC_URL": "shop.uz"}, "PUBLIC_URL must be https://"),
        ({"PUBLIC_URL": "https://shop.uz/cabinet"}, "PUBLIC_URL must be https://"),
        ({"PUBLIC_URL": "https://shop.uz:x"}, "PUBLIC_URL must be https://"),
        ({"REDIS_URL": "redis://..."}, "REDIS_URL must be redis://"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must be redis://"),
        ({"REDIS_URL": "redis://localhost:x"}, "REDIS_URL must be redis://"),
        ({"REDIS_HOST": "..."}, "REDIS_HOST, REDIS_PORT and REDIS_PASSWORD"),
        ({"SENTRY_DSN": "nonsense"}, "SENTRY_DSN is not an address of Sentry"),
        ({"SENTRY_DSN": "https://sentry.example/1"}, "SENTRY_DSN is not an address of Sentry"),
    ],
)
def test_an_address_that_is_none(env, said):
    assert refused(**BARE | DATABASE | env).startswith(said)


def test_names_that_are_some_are_taken():
    env = BARE | DATABASE | {"ALLOWED_HOSTS": "shop.uz, .shop.uz", "PUBLIC_URL": "https://shop.uz/"}
    names, origins, url = value(
        "[s.ALLOWED_HOSTS[:2], s.CSRF_TRUSTED_ORIGINS, s.PUBLIC_URL]", **env
    )
    assert names == ["shop.uz", ".shop.uz"] and url == "https://shop.uz"
    assert origins == ["https://shop.uz", "https://*.shop.uz"]
    assert value("s.ALLOWED_HOSTS[0]", ALLOWED_HOSTS="*") == "*"
    dsn = "https://key@o1.ingest.sentry.io/42"
    assert value("s.SENTRY_DSN", SENTRY_DSN=dsn) == dsn
