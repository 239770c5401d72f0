"""A variable is what its value says, to the letter; one that cannot be used is named in a sentence.

Each case is a process of its own.
"""

import pytest

from tests.house.test_settings import KEY, PRODUCTION, run, value

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
