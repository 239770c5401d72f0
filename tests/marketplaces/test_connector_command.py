"""`manage.py connector`: one verb, printed as JSON, the key nowhere in it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.marketplaces.yandex.samples import CREDENTIALS, ORDER, SETTINGS, TOKEN

KEY = CREDENTIALS["api_key"]


@pytest.fixture
def market():
    """A marketplace of a few fixed answers; an unknown path is refused with the key in its text."""
    answers = {
        "/v2/auth/token": {"status": "OK", "result": TOKEN},
        "/v2/campaigns": {"campaigns": [], "paging": {}},
        "/v2/businesses/900/settings": {"status": "OK", "result": SETTINGS},
        "/v1/businesses/900/orders": {"orders": [ORDER], "paging": {}},
    }

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found = answers.get(self.path.split("?")[0])
            said = f"no such thing for {self.headers['Api-Key']}"
            error = {"status": "ERROR", "errors": [{"code": "NOT_FOUND", "message": said}]}
            body = json.dumps(found or error).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(*arguments, fails=False, credentials=CREDENTIALS):
    out = StringIO()
    given = ["--credentials", json.dumps(credentials)]
    if fails:
        with pytest.raises(SystemExit) as caught:
            call_command("connector", *arguments, *given, stdout=out)
        assert caught.value.code == 1
    else:
        call_command("connector", *arguments, *given, stdout=out)
    assert KEY not in out.getvalue()
    return json.loads(out.getvalue())


def test_it_lists_what_each_supports():
    found = run("--list")
    assert found["yandex"]["ship"] is True
    assert found["yandex"]["confirm_order"] is False


def test_it_prints_the_result_and_the_requests(market):
    report = run("yandex", "check", "--url", market)
    assert report["error"] is None
    assert report["result"]["key_name"] == "SellerCloudX"
    assert [(r["method"], r["status"]) for r in report["requests"]] == [("POST", 200), ("GET", 200)]


def test_it_prints_orders_with_exact_amounts(market):
    report = run("yandex", "iter_orders", "--url", market)
    assert report["result"][0]["total"] == {"amount": "220000.50", "currency": "UZS"}


def test_it_prints_the_error_and_fails(market, tmp_path):
    given = tmp_path / "input.json"
    given.write_text(json.dumps({"category_id": "5"}))
    report = run("yandex", "attributes", "--url", market, "--input", str(given), fails=True)
    assert report["error"]["kind"] == "permanent"
    assert report["error"]["code"] == "NOT_FOUND"
    assert report["error"]["message"] == "no such thing for ***"
    assert report["requests"][0]["status"] == 404


def test_a_dry_run_prints_a_write_and_sends_nothing(tmp_path):
    given = tmp_path / "input.json"
    price = {"amount": "33000.50", "currency": "UZS"}
    given.write_text(json.dumps({"updates": [{"sku": "MUG-1", "price": price}]}))
    report = run("yandex", "push_prices", "--input", str(given), "--dry-run")
    assert report["result"] is None
    assert report["requests"] == [
        {
            "method": "POST",
            "url": "http://127.0.0.1:9/yandex/v2/businesses/900/offer-prices/updates",
            "body": {
                "offers": [{"offerId": "MUG-1", "price": {"value": 33000.5, "currencyId": "UZS"}}]
            },
        }
    ]


def test_a_dry_run_of_a_card_shows_both_languages(tmp_path):
    given = tmp_path / "input.json"
    texts = [
        {"language": "ru", "title": "Пиала", "description": ""},
        {"language": "uz", "title": "Piyola", "description": ""},
    ]
    given.write_text(
        json.dumps({"cards": [{"sku": "MUG-1", "category_id": "91013", "texts": texts}]})
    )
    report = run("yandex", "publish_cards", "--input", str(given), "--dry-run")
    assert [r["url"].partition("?")[2] for r in report["requests"]] == [
        "language=RU",
        "language=UZ",
    ]


def test_a_dry_run_still_reads(market):
    assert run("yandex", "check", "--url", market, "--dry-run")["result"]["scopes"] == [
        "ALL_METHODS"
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say which marketplace"),
        (["ebay", "check"], "Say which marketplace"),
        (["yandex"], "Say what to do"),
        (["yandex", "dance"], "Say what to do"),
        (["yandex", "ship"], "order_id"),
        (["yandex", "check", "--input", "/nowhere.json"], "cannot be read"),
    ],
)
def test_wrong_words_are_told_in_a_sentence(arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("connector", *arguments, "--credentials", "{}")


@pytest.mark.parametrize("given", ["[1]", "not json " + KEY, '{"api_key": 5}', "@/nowhere"])
def test_broken_credentials_are_not_repeated(given):
    with pytest.raises(CommandError) as caught:
        call_command("connector", "yandex", "check", "--credentials", given)
    assert KEY not in str(caught.value)


def test_an_unknown_argument_of_a_verb_is_named(tmp_path):
    given = tmp_path / "input.json"
    given.write_text('{"colour": 1}')
    with pytest.raises(CommandError, match="colour"):
        call_command("connector", "yandex", "check", "--input", str(given))
