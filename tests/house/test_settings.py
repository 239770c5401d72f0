"""What the environment makes of the settings. Each case is a process of its own."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import fresh_process

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
PRODUCTION = {
    "NODE_ENV": "production",
    "SESSION_SECRET": "s" * 50,
    "FIELD_KEYS": KEY,
    "STORAGE_COUNTRY": "NL",
    "SQLITE_PATH": "/srv/shop.db",
}
CLEAN = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}


def run(code: str, **env: str) -> subprocess.CompletedProcess:
    program = f"from sellercloudx import settings as s; import json\n{code}"
    return fresh_process.run(program, env=CLEAN | env)


def value(expression: str, **env: str):
    done = run(f"print(json.dumps({expression}, default=str))", **env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_example_lists_every_variable_that_is_read():
    source = (ROOT / "sellercloudx/settings.py").read_text()
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', source))
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE)) == read


def test_it_starts_with_nothing_set():
    assert value(
        "[s.DATABASES['default']['ENGINE'], s.PORT, s.IS_PRODUCTION, s.DEBUG, s.STORAGE_COUNTRY]"
    ) == ["django.db.backends.sqlite3", 3000, False, False, "UZ"]


@pytest.mark.parametrize(
    ("said", "is_asked"),
    [({}, False), ({"STAFF_OTP": "true"}, True), (PRODUCTION, True)]
    + [(PRODUCTION | {"STAFF_OTP": "false"}, False)],
)
def test_our_people_pass_a_second_step_in_production(said, is_asked):
    database = {"DATABASE_URL": "postgres://someone@127.0.0.1/x"}
    assert value("s.STAFF_OTP", **said, **database) == is_asked


def test_sqlite_path_is_taken_from_the_project():
    name = value("s.DATABASES['default']['NAME']", SQLITE_PATH="./data/other.db")
    assert name == str(ROOT / "data/other.db")


def test_database_url_beats_sqlite_and_carries_the_queue():
    url = "postgres://someone@127.0.0.1/x"
    engine, queue = value(
        "[s.DATABASES['default']['ENGINE'], s.HUEY['huey_class']]",
        DATABASE_URL=url, SQLITE_PATH="./data/other.db",
    )  # fmt: skip
    assert (engine, queue) == ("django.db.backends.postgresql", "huey.PostgresHuey")


@pytest.mark.parametrize(
    ("env", "most"),
    [
        ({}, 10),
        ({"WEB_THREADS": "16", "WORKER_THREADS": "2"}, 18),
        ({"WEB_THREADS": "2", "WORKER_THREADS": "8"}, 18),
        ({"WEB_THREADS": "16", "DB_POOL_MAX": "5"}, 5),
    ],
)
def test_the_pool_is_large_enough_for_the_web_and_for_the_worker(env, most):
    """Web: a thread each, hooks and health. Worker: a thread each and its lease, and the clock."""
    pool = value("s.DATABASES['default']['OPTIONS']['pool']", DATABASE_URL="postgres://x/y", **env)
    assert pool["max_size"] == most


def test_links_lead_to_the_domain_that_railway_names():
    env = PRODUCTION | {"RAILWAY_PUBLIC_DOMAIN": "shop.up.railway.app"}
    assert value("s.PUBLIC_URL", **env) == "https://shop.up.railway.app"
    assert value("s.PUBLIC_URL", **env, PUBLIC_URL="https://shop.uz/") == "https://shop.uz"


def test_the_number_of_processes_comes_from_a_variable_alone():
    code = "import runpy; print(runpy.run_path('gunicorn.conf.py')['workers'])"
    assert run(code).stdout.strip() == "2"
    assert run(code, WEB_CONCURRENCY="5").stdout.strip() == "5"


@pytest.mark.parametrize(
    ("env", "country"),
    [
        ({"STORAGE_COUNTRY": " nl "}, "NL"),
        ({}, "UZ"),
        ({"NODE_ENV": "production"}, ""),
        ({"NODE_ENV": "production", "RAILWAY_REPLICA_REGION": "us-west2"}, "US"),
        ({"NODE_ENV": "production", "RAILWAY_REPLICA_REGION": "europe-west4-drams3a"}, "NL"),
        ({"STORAGE_COUNTRY": "UZ", "RAILWAY_REPLICA_REGION": "us-west2"}, "UZ"),
    ],
)
def test_the_country_of_the_database_is_told_or_that_of_the_region(env, country):
    env = {"SESSION_SECRET": "s" * 50, "SQLITE_PATH": "/srv/shop.db"} | env
    assert value("s.STORAGE_COUNTRY", **env) == country


def test_a_country_is_two_letters():
    assert "two-letter code" in run("", STORAGE_COUNTRY="Narnia").stderr


def test_production_is_https_only():
    assert value(
        "[s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.ALLOWED_HOSTS]",
        **PRODUCTION, ALLOWED_HOSTS="shop.uz",
    ) == [True, True, True, ["shop.uz", "healthcheck.railway.app"]]  # fmt: skip


@pytest.mark.parametrize(
    ("env", "header"),
    [
        (PRODUCTION, "max-age=31536000"),
        (PRODUCTION | {"HSTS_SUBDOMAINS": "false"}, "max-age=31536000"),
        (
            PRODUCTION | {"HSTS_SUBDOMAINS": "true"},
            "max-age=31536000; includeSubDomains; preload",
        ),
        ({"HSTS_SUBDOMAINS": "true"}, None),
    ],
)
def test_only_their_owner_speaks_for_the_subdomains(env, header):
    """Whoever has been told once may not go to them by plain http for a year."""
    code = """
import django; django.setup()
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory
request = RequestFactory().get("/", secure=True)
answer = SecurityMiddleware(lambda request: HttpResponse())(request)
print(json.dumps(answer.get("Strict-Transport-Security")))
"""
    done = run(code, DJANGO_SETTINGS_MODULE="sellercloudx.settings", **env)
    assert json.loads(done.stdout) == header


@pytest.mark.parametrize(
    ("env", "is_trusted"),
    [
        ({}, False),
        ({"NODE_ENV": "production"}, False),
        ({"NODE_ENV": "production", "BEHIND_PROXY": "true"}, True),
        ({"RAILWAY_ENVIRONMENT": "production"}, True),
        ({"RAILWAY_ENVIRONMENT": "production", "BEHIND_PROXY": "false"}, False),
    ],
)
def test_a_proxy_is_believed_where_there_is_one(env, is_trusted):
    env = {"DATABASE_URL": "postgres://x/y"} | env
    believed = "[s.IS_BEHIND_PROXY, s.SECURE_PROXY_SSL_HEADER is not None]"
    assert value(believed, SESSION_SECRET="s" * 50, **env) == [is_trusted] * 2


def test_field_keys_that_cannot_be_read_are_said_so():
    done = run("", FIELD_KEYS="short")
    assert done.returncode != 0
    assert "FIELD_KEYS cannot be read" in done.stderr


def test_without_field_keys_one_is_derived_from_the_secret():
    first, again, other = (
        value("[k.hex() for k in s.FIELD_KEYS]", SESSION_SECRET=secret * 20)
        for secret in ("aaa", "aaa", "bbb")
    )
    assert first == again != other


def test_the_key_that_was_derived_outlives_a_new_secret_by_the_command_of_the_docs():
    docs = (ROOT / "docs/operations.md").read_text()
    program = re.search(r'^ {4}python -c "(.*derive_key.*)"$', docs, re.MULTILINE)[1]
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=CLEAN, input="old\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    key = said.stdout.rpartition(": ")[2].strip()
    before = value("[k.hex() for k in s.FIELD_KEYS]", SESSION_SECRET="old")
    after = value("[k.hex() for k in s.FIELD_KEYS]", SESSION_SECRET="n" * 40, FIELD_KEYS=key)
    assert before == after


def test_a_redis_that_does_not_answer_is_reported_and_replaced():
    done = run("print(s.CACHES['default']['BACKEND'])", REDIS_HOST="127.0.0.1", REDIS_PORT="9")
    assert done.stdout.strip() == "sellercloudx.lib.table_cache.TableCache"
    assert "Redis does not answer" in done.stderr


def test_the_password_of_redis_is_not_in_the_report():
    done = run("", REDIS_URL="redis://:hush-hush@127.0.0.1:9/0")
    assert done.returncode == 0
    assert "hush-hush" not in done.stderr


def test_the_environment_beats_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("PORT=4000\nDEBUG=true\n")
    assert value("[s.PORT, s.DEBUG]", ENV_FILE=str(file), PORT="5000") == [5000, True]
