"""A variable is what its value says, to the letter; one that cannot be used is named in a sentence.

Each case is a process of its own.
"""

import re

import pytest

from tests.house.test_production_refuses import manage
from tests.house.test_settings import KEY, PRODUCTION, ROOT, run, value

LATER = {"DATABASE_URL": "postgres://someone@127.0.0.1/x"}
SECRETS = (
    "ADMIN_PASSWORD",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "REPLICATE_API_KEY",
    "IDEOGRAM_API_KEY",
    "METRICS_TOKEN",
)
REFERENCE = "${{Postgres.DATABASE_URL}}"


@pytest.mark.parametrize("secret", ["$ecret", "$PATH", "$", r"\$x", "a$PATH", "${PATH}"])
def test_a_secret_may_begin_with_a_dollar(secret):
    said = value(
        f"{{name: getattr(s, name) for name in {SECRETS}}}", **dict.fromkeys(SECRETS, secret)
    )
    assert said == dict.fromkeys(SECRETS, secret)


def test_so_may_the_one_that_signs_sessions():
    secret = "$PATH" + "x" * 40
    assert value("s.SECRET_KEY", **PRODUCTION | LATER | {"SESSION_SECRET": secret}) == secret


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("FIELD_KEYS", "FIELD_KEYS cannot be read"),
        ("TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN is not a token of BotFather"),
        ("TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_WEBHOOK_SECRET may have letters"),
    ],
)
def test_what_has_a_form_of_its_own_is_not_taken_from_another_variable(name, said):
    """What they name would do: it is not looked at."""
    done = run("", **{name: "$OTHER", "OTHER": KEY})
    assert done.returncode != 0
    assert said in done.stderr


def test_a_database_password_may_have_one():
    url = "postgres://user:$PATH@127.0.0.1/x"
    assert value("s.DATABASES['default']['PASSWORD']", DATABASE_URL=url) == "$PATH"


@pytest.mark.parametrize("line", ["$ecret", "'$ecret'", '"$ecret"'])
def test_in_the_file_too(tmp_path, line):
    file = tmp_path / ".env"
    file.write_text(f"ADMIN_PASSWORD={line}\nPORT=4000\n")
    assert value("[s.ADMIN_PASSWORD, s.PORT]", ENV_FILE=str(file)) == ["$ecret", 4000]


@pytest.mark.parametrize(
    "name",
    [
        *SECRETS,
        "DATABASE_URL",
        "REDIS_URL",
        "SESSION_SECRET",
        "FIELD_KEYS",
        "EMAIL_URL",
        "PORT",
        "DEBUG",
        "ALLOWED_HOSTS",
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_WEBHOOK_SECRET",
    ],
)
def test_a_reference_that_nothing_replaced_is_refused(name):
    """Railway leaves it standing where the service it names is not there."""
    done = run("", **{name: REFERENCE})
    assert done.returncode != 0
    last = done.stderr.splitlines()[-1]
    assert f"{name} is a reference that nothing has replaced" in last
    assert "Postgres" not in last


def test_in_production_it_is_no_shop_in_a_file():
    done = run("", **PRODUCTION | {"DATABASE_URL": REFERENCE})
    assert "DATABASE_URL is a reference" in done.stderr


def test_inside_a_longer_value_too():
    done = run("", DATABASE_URL="postgres://u:${{Postgres.PGPASSWORD}}@h/x")
    assert "DATABASE_URL is a reference" in done.stderr


def test_what_is_none_of_ours_may_hold_anything():
    assert run("", OTHER=REFERENCE).returncode == 0


SOURCE = (ROOT / "sellercloudx/settings.py").read_text()
NUMBERS = re.findall(r'env\.number\("(\w+)"', SOURCE)
FLAGS = re.findall(r'env\.flag\("(\w+)"', SOURCE)


def test_numbers_and_flags_are_read_by_what_refuses_others():
    assert {"PORT", "WEB_CONCURRENCY", "WEB_THREADS", "REDIS_PORT"} <= set(NUMBERS)
    assert {"DEBUG", "STAFF_OTP", "BEHIND_PROXY"} <= set(FLAGS)
    assert not re.findall(r"env\.(?:int|bool|float|json)\(|\bint\(", SOURCE)


@pytest.mark.parametrize("name", [*NUMBERS, *FLAGS])
def test_a_word_that_is_none_is_one_sentence(name):
    done = manage("check", **LATER | {name: "abc"})
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert re.match(rf"{name} must be (a whole number|true or false)", done.stderr)


@pytest.mark.parametrize("text", ["0", "-1", "65536", "3.5", "1e3", "\u0663", "9" * 5000])
def test_no_port(text):
    assert manage("serve", PORT=text).stderr == "PORT must be a whole number from 1 to 65535.\n"


def test_what_is_left_empty_is_left_out():
    """As in a block of variables that was pasted and filled in half."""
    empty = dict.fromkeys([*NUMBERS, *FLAGS, "LOG_LEVEL", "LOG_FORMAT"], "")
    assert value("[s.PORT, s.WEB_CONCURRENCY, s.DEBUG, s.SERVE_WORKER]", **empty) == [
        *(3000, 2, False, True)
    ]


@pytest.mark.parametrize(
    ("text", "is_on"),
    [("true", True), ("On", True), (" yes ", True), ("1", True)]
    + [("false", False), ("OFF", False), ("no", False), ("0", False)],
)
def test_a_flag(text, is_on):
    assert value("s.DEBUG", DEBUG=text) is is_on


def test_a_level_and_a_format_of_the_log():
    assert value("[s.LOG_LEVEL, s.LOG_FORMAT]", LOG_LEVEL="debug", LOG_FORMAT="JSON") == [
        *("DEBUG", "json")
    ]
    assert manage("check", LOG_LEVEL="loud").stderr.startswith("LOG_LEVEL must be one of DEBUG,")
    assert manage("check", LOG_FORMAT="xml").stderr == "LOG_FORMAT must be one of json, line.\n"


@pytest.mark.parametrize(
    "url", ["postgres", "postgres://u:hush@h:port/x", "mysql://u:hush@h/x", "postgres://u:hush@h"]
)
def test_an_address_of_no_database_is_told_without_showing_it(url):
    said = manage("check", DATABASE_URL=url).stderr
    assert (
        said == "DATABASE_URL cannot be read: it must be postgres://user:password@host:5432/name.\n"
    )
