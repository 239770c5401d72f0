import io
import json
import logging
import os

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from partners import request_context
from partners.request_context import ContextFilter
from sellercloudx.lib.json_logs import JsonFormatter
from sellercloudx.lib.redact import ScrubFilter
from tests import fresh_process

# Of a process that starts with these variables.
SAY = "import django, logging; django.setup(); logging.getLogger('x').warning('a %s', 'word')"


@pytest.fixture
def lines():
    """What the console gets, put together as the settings do it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(ScrubFilter())
    handler.addFilter(ContextFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)


def test_one_object_a_line(lines):
    logging.getLogger("shop").warning("two\nlines of %s", "“Oʻzbek”")
    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "WARNING", "logger": "shop", "message": "two\nlines of “Oʻzbek”"}


def test_it_names_the_request_and_the_partner(lines):
    with request_context.of(request_id="ab12", ip=None, user_agent=""):
        request_context.note_partner(7)
        logging.getLogger("shop").warning("x")
    logging.getLogger("shop").warning("y")
    first, second = lines()
    assert (first["request_id"], first["partner_id"]) == ("ab12", 7)
    assert "request_id" not in second
    assert "partner_id" not in second


def test_without_a_request_no_partner_stays(lines):
    request_context.note_partner(7)
    logging.getLogger("shop").warning("x")
    assert "partner_id" not in lines()[0]


@pytest.mark.django_db
def test_the_partner_is_that_of_the_cabinet_which_is_open(lines, partner, monkeypatch):
    from sellercloudx import middleware

    request = RequestFactory().get("/")
    request.user, request.session = partner.owner, {}

    def answer(request):
        assert request.partner == partner
        logging.getLogger("shop").warning("x")
        return HttpResponse()

    middleware.request_context(middleware.current_partner(answer))(request)
    (line,) = lines()
    assert (line["request_id"], line["partner_id"]) == (request.id, partner.pk)


def test_exceptions_are_in_it_and_scrubbed(lines):
    try:
        raise ValueError("Bearer abcdefgh of +998901234567")
    except ValueError:
        logging.getLogger("shop").exception("failed with password=%s", "hush")
    (line,) = lines()
    assert line["message"] == "failed with password=***"
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: *** of ***")


def said(**env: str) -> str:
    base = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "sellercloudx.settings",
    }
    done = fresh_process.run(SAY, env=base | env)
    done.check_returncode()
    return done.stderr


def test_production_speaks_json_and_a_laptop_in_lines():
    assert said().endswith("WARNING x a word\n")
    assert json.loads(said(LOG_FORMAT="json"))["message"] == "a word"
    base = {"NODE_ENV": "production", "SESSION_SECRET": "s" * 60, "SQLITE_PATH": "x.db"}
    production = said(**base, ALLOWED_HOSTS="a.uz")
    assert json.loads(production)["message"] == "a word"
    plain = said(**base, LOG_FORMAT="line")
    assert plain.endswith("WARNING x a word\n")
